"""One replicate of a paired measurement: fresh processes of both environments take turns."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from time import monotonic
from typing import NamedTuple

import numpy as np

from rnnbench import seeds
from rnnbench.ab.side import Environment, SideLost, SideProcess
from rnnbench.records import REFERENCE_ROW, CostTrial, PairedReplicate, PairedTimes, Surroundings
from rnnbench.records.turns import LookAround, LookedAround, Prepare, Prepared, Timed, Turn

BLOCK_SECONDS = 0.01
"""A turn takes as many steps as take about this long, at least one."""
MOST_STEPS = 1_000
FEWEST_TURNS = 40
"""Beside other work, two turns right after each other differ by some 10 %."""
LOOK_SECONDS = 30.0
SIDES = ("base", "head")


class Sides(NamedTuple):
    """Both environments, each with the keys of the plugins that a trial needs there."""

    base: tuple[Environment, tuple[str, ...]]
    head: tuple[Environment, tuple[str, ...]]


def measure(trial: CostTrial, sides: Sides) -> PairedReplicate:
    """Return a replicate of the cells of a trial, which both environments have.

    A cell that fails in one environment is absent, and the others are measured. Where a process is
    lost, all cells that have no times yet are absent.
    """
    started = datetime.now(UTC).isoformat(timespec="seconds")
    clock = monotonic()
    pair = _Pair(trial)
    try:
        pair.start(sides)
        pair.take_turns(seeds.generator(trial.round, "cost", "turns"))
    finally:
        pair.end()
    return PairedReplicate(
        trial=trial,
        started=started,
        seconds=monotonic() - clock,
        times=pair.times(),
        absent={row: (failed["base"], failed["head"]) for row, failed in pair.failures.items()},
        surroundings=pair.surroundings,
    )


def _no_failures() -> dict[str, dict[str, str]]:
    return defaultdict(lambda: {"base": "", "head": ""})


@dataclass
class _Pair:
    """The two processes, and what they have measured.

    seconds:  by row, and by side: the seconds of a step in each turn.
    failures: by row, and by side: what failed.
    """

    trial: CostTrial
    processes: dict[str, SideProcess] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    failures: dict[str, dict[str, str]] = field(default_factory=_no_failures)
    surroundings: Surroundings | None = None

    def start(self, sides: Sides) -> None:
        """Start both processes, and prepare the cells in both at a time."""
        for name, (environment, plugins) in zip(SIDES, sides, strict=True):
            self.processes[name] = SideProcess(environment)
            self.processes[name].send(Prepare(self.trial, plugins))
        prepared: dict[str, Prepared] = {}
        for name, process in self.processes.items():
            try:
                prepared[name] = process.reply(Prepared, self.trial.limit_seconds)
            except SideLost as lost:
                self._fail_all(name, str(lost))
            else:
                for row, reason in prepared[name].failures.items():
                    self.failures[row][name] = reason
        if len(prepared) == len(SIDES):
            self._choose_steps(prepared["base"].step_seconds, prepared["head"].step_seconds)
            self._look_around()

    def _look_around(self) -> None:
        """Look what else the machine does, while both processes wait."""
        try:
            looked = self.processes["base"].ask(LookAround(), LookedAround, LOOK_SECONDS)
        except SideLost as lost:
            self._lose("base", str(lost))
        else:
            self.surroundings = looked.surroundings

    def _choose_steps(self, base: Mapping[str, float], head: Mapping[str, float]) -> None:
        for row in base.keys() & head.keys():
            longer = max(base[row], head[row], 1e-9)
            self.steps[row] = min(MOST_STEPS, ceil(BLOCK_SECONDS / longer))
            self.seconds[row] = {"base": [], "head": []}

    def take_turns(self, rng: np.random.Generator) -> None:
        """Let each cell take its turns, in random order, both environments right after each
        other."""
        deadline = monotonic() + self.trial.limit_seconds
        for _ in range(max(FEWEST_TURNS, self.trial.repeats)):
            rows = sorted(self.steps)
            for position in rng.permutation(len(rows)):
                if len(self.processes) == len(SIDES):
                    self._take_turn(rows[position], bool(rng.integers(2)), deadline)

    def _take_turn(self, row: str, head_first: bool, deadline: float) -> None:
        taken: dict[str, float] = {}
        turn = Turn(row, self.steps[row])
        for name in reversed(SIDES) if head_first else SIDES:
            try:
                timed = self.processes[name].ask(turn, Timed, max(1.0, deadline - monotonic()))
            except SideLost as lost:
                self._lose(name, str(lost))
                return
            if timed.problem:
                self.failures[row][name] = timed.problem
                self.steps.pop(row)
                self.seconds.pop(row)
                return
            taken[name] = timed.seconds
        for name, seconds in taken.items():
            self.seconds[row][name].append(seconds)

    def _lose(self, name: str, reason: str) -> None:
        """Give up the replicate: the process that was lost took all its cells with it."""
        self._fail_all(name, reason)
        self.steps.clear()
        self.seconds.clear()
        self.processes.pop(name).end()

    def _fail_all(self, name: str, reason: str) -> None:
        for cell in self.trial.cells:
            self.failures[cell.row][name] = reason

    def times(self) -> dict[str, PairedTimes]:
        """The times of the cells that took all their turns; none without the reference cell."""
        if REFERENCE_ROW not in self.seconds:
            return {}
        return {
            row: PairedTimes(base=tuple(by_side["base"]), head=tuple(by_side["head"]))
            for row, by_side in sorted(self.seconds.items())
        }

    def end(self) -> None:
        for process in self.processes.values():
            process.end()
