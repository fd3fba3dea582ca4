"""Histories, and toy repositories whose commits they are of."""

import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec.structs import replace

from rnnbench.compare.records import Value
from rnnbench.history import Commit, History, Measured, Series
from rnnbench.records import Result
from tests.builders.gate import KEPT

TIME = Series(
    suite="s",
    suite_version=1,
    subject="cost.train-step-time.gru.abc",
    title="cost.train-step-time.gru at T=5",
    row="gru",
    figure="ratio to the reference cell",
    kind="time",
    direction="lower",
    tolerated="time",
)
BYTES = replace(
    TIME,
    figure="bytes saved for backward",
    kind="memory",
    unit="bytes",
    tolerated="bytes",
)
COUNT = replace(TIME, figure="parameters", kind="exact", tolerated=None)
BITS = replace(TIME, figure="test mse", kind="deterministic", tolerated=None)
EPOCHS = replace(
    TIME,
    title="adding.h10.gru",
    figure="epochs to target, over seeds",
    kind="learning",
    unit="epochs",
    tolerated="learning",
)
QUIET = tuple(replace(result, surroundings=None) for result in KEPT)
"""The baseline, as if nobody else had worked on its machine."""


def name(number: int) -> str:
    return f"{number:012x}"


def commit(number: int) -> Commit:
    return Commit(hash=name(number), time=1_700_000_000 + 3600 * number, depth=number + 1)


def values(series: Series, by_commit: Sequence[Sequence[Value]]) -> list[Measured]:
    """Replicates, or seeds, of each commit."""
    measured = []
    for number, replicates in enumerate(by_commit):
        for replicate, value in enumerate(replicates):
            made = Measured(
                series=series,
                commit=name(number),
                trial=f"replicate {replicate}",
                started=float(number),
                value=value,
            )
            measured.append(made)
    return measured


def at_commit(
    commit: str, results: Iterable[Result] = QUIET, started: str = "2030-01-01T00:00:00+00:00"
) -> list[Result]:
    """The results of the baseline, as they may be of another commit."""
    return [
        replace(result, provenance=replace(result.provenance, commit=commit), started=started)
        for result in results
    ]


def dumped(path: Path) -> list[str]:
    """Everything in a file, as SQL."""
    with History(path) as history:
        return list(history.connection.iterdump())


def git(folder: Path, *arguments: str, day: int = 1) -> str:
    """Run git in a folder, on a day of 2026."""
    when = f"2026-01-{day:02}T00:00:00+00:00"
    done = subprocess.run(
        ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when},
    )
    return done.stdout.strip()


def repository(folder: Path, commits: int) -> list[str]:
    """A repository with so many commits, a day apart; their hashes, oldest first."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    hashes = []
    for number in range(1, commits + 1):
        git(folder, "commit", "-q", "--allow-empty", "-m", f"change {number}", day=number)
        hashes.append(git(folder, "rev-parse", "--short=12", "HEAD"))
    return hashes
