"""The workers of a Dask cluster: which are connected, and whether their rnnbench matches ours."""

from time import monotonic
from typing import Any

from distributed import Client

import rnnbench

# mypy: disallow-untyped-calls=False

REFRESH_SECONDS = 5.0
"""Shortest time between two readings of the list of workers."""


def require_same_version(client: Client) -> None:
    """Raise RnnbenchError where the scheduler or a worker has another version of rnnbench.

    Without this check, workers that cannot decode a job would die.
    """
    versions: Any = client.get_versions(packages=["rnnbench"])
    wanted = versions["client"]["packages"]["rnnbench"]
    members = {"scheduler": versions["scheduler"]}
    for address, report in versions["workers"].items():
        members[f"worker {address}"] = report
    for name, report in members.items():
        version = report["packages"]["rnnbench"]
        if version != wanted:
            present = f"rnnbench {version}" if version else "no rnnbench"
            raise rnnbench.RnnbenchError(
                f"the Dask {name} has {present}; it needs {wanted}, the version of this process"
            )


class Workers:
    """The workers of a cluster, which may join and leave during a run.

    gpu_resource: name of the resource that workers with a GPU offer.

    Raises RnnbenchError where a worker has another version of rnnbench.
    """

    def __init__(self, client: Client, gpu_resource: str) -> None:
        require_same_version(client)
        self.gpu_resource = gpu_resource
        self._client = client
        self._notices: list[str] = []
        self._shortage = ""
        self._read_workers()

    @property
    def threads(self) -> int:
        """Number of tasks that the workers run at the same time."""
        return sum(int(worker["nthreads"]) for worker in self._workers.values())

    def notices(self) -> list[str]:
        """Return what happened to workers since the last call: lost ones, and missing ones."""
        notices = self._notices
        self._notices = []
        return notices

    def refresh(self, *, gpu_wanted: bool) -> None:
        """Read which workers are connected, at most once in REFRESH_SECONDS.

        gpu_wanted: whether a running trial needs a worker with a GPU.
        Raises RnnbenchError where a new worker has another version of rnnbench.
        """
        if monotonic() - self._read_at < REFRESH_SECONDS:
            return
        before = self._workers
        self._read_workers()
        lost = sorted(before.keys() - self._workers.keys())
        if lost:
            self._notices.append(
                f"lost the Dask worker {' and '.join(lost)}; its trials are run again"
            )
        if self._workers.keys() - before.keys():
            require_same_version(self._client)
        shortage_before = self._shortage
        self._shortage = self._find_shortage(gpu_wanted)
        if self._shortage not in ("", shortage_before):
            self._notices.append(self._shortage)

    def _read_workers(self) -> None:
        """Read the connected workers by address from the scheduler."""
        self._read_at = monotonic()
        self._workers: dict[str, Any] = self._client.scheduler_info(n_workers=-1)["workers"]

    def _find_shortage(self, gpu_wanted: bool) -> str:
        """Return a notice of which worker the trials wait for, or "" where none is missing."""
        if not self._workers:
            return "there is no Dask worker; the trials wait for one"
        offers_gpu = any(
            self.gpu_resource in worker["resources"] for worker in self._workers.values()
        )
        if gpu_wanted and not offers_gpu:
            return (
                f"no Dask worker offers the resource '{self.gpu_resource}'; trials on a GPU wait"
                " for one that does"
            )
        return ""
