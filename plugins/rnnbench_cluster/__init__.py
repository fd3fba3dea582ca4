"""Executors that rent their machines: Dask and SLURM. Neither is imported before it is used."""

import rnnbench


@rnnbench.hookimpl
def rnnbench_executors() -> list[rnnbench.ExecutorSpec]:
    """Places beyond this machine."""
    return [
        rnnbench.ExecutorSpec(
            "dask",
            build="rnnbench_cluster.dask:build_dask",
            summary=(
                "Workers of a Dask cluster, or of one started here: each trial in a process of its"
                " own."
            ),
            options={
                "address": "",
                "tls_ca_file": "",
                "tls_cert": "",
                "tls_key": "",
                "gpu_resource": "GPU",
                "checkpoint_seconds": 60.0,
            },
            shared=True,
            needs="rnnbench[dask]",
        ),
        rnnbench.ExecutorSpec(
            "slurm",
            build="rnnbench_cluster.slurm:build_slurm",
            summary=(
                "Job arrays of a SLURM cluster, several short trials to a job; cost trials with"
                " --exclusive."
            ),
            options={
                "partition": "",
                "account": "",
                "gpu": "gpu:1",
                "minutes_a_job": 60.0,
                "jobs_at_once": 100,
                "poll_seconds": 5.0,
                "checkpoint_seconds": 60.0,
            },
            needs="rnnbench[slurm]",
        ),
    ]
