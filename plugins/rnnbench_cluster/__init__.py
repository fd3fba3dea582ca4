"""Executors on other machines, Dask and SLURM, whose packages are imported on use."""

import rnnbench


@rnnbench.hookimpl
def rnnbench_executors() -> list[rnnbench.ExecutorSpec]:
    """Return the specs of the executors `dask` and `slurm`."""
    return [
        rnnbench.ExecutorSpec(
            "dask",
            build="rnnbench_cluster.dask:build_dask",
            summary=(
                "Workers of the Dask cluster at `address`, or of a local one: each trial runs in"
                " its own process."
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
                "Job arrays of a SLURM cluster: short trials share a job, cost trials get a node of"
                " their own."
            ),
            options={
                "partition": "",
                "account": "",
                "qos": "",
                "constraint": "",
                "setup": "",
                "additional": "",
                "gpu": "gpu:1",
                "minutes_a_job": 60.0,
                "jobs_at_once": 100,
                "poll_seconds": 5.0,
                "checkpoint_seconds": 60.0,
            },
            needs="rnnbench[slurm]",
        ),
    ]
