"""One replicate of a paired measurement: fresh processes of both environments take turns."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from time import monotonic

import numpy as np

from rnnbench import seeds
from rnnbench.ab.side import SideLost, SideProcess
from rnnbench.ab.sides import Sides, demand_same
from rnnbench.records import (
    REFERENCE_ROW,
    CostTrial,
    PairedReplicate,
    PairedTimes,
    Surroundings,
)
from rnnbench.records.turns import LookAround, LookedAround, Prepare, Prepared, Timed, Turn

BLOCK_SECONDS = 0.01
"""A turn takes as many steps as take about this long, at least one."""
MOST_STEPS = 1_000
FEWEST_TURNS = 40
"""Beside other work, two turns right after each other differ by some 10 %."""
TURNS_A_CONTROL = 4
"""The reference cell takes one turn while a cell takes so many, after the first ones."""
ENOUGH_TURNS = 3
"""Fewer have no median; so many are taken of the slowest cells, whatever the time."""
LOOK_SECONDS = 30.0
SIDES = ("base", "head")


def measure(trial: CostTrial, sides: Sides) -> PairedReplicate:
    """Return a replicate of the cells of a trial, which both environments have.

    A cell that fails is absent with what failed in either environment, and the others are measured.
    Where a process is lost with a cell, the others have no times in this replicate, and no failure.
    Raises SoftwareChanged where the sources of a cell are no longer those that were looked at.
    """
    started = datetime.now(UTC).isoformat(timespec="seconds")
    clock = monotonic()
    pair = _Pair(trial)
    rng = seeds.generator(trial.round, "cost", "turns")
    try:
        pair.start(sides, rng)
        pair.take_turns(rng)
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

    def start(self, sides: Sides, rng: np.random.Generator) -> None:
        """Start both processes, in random order, and prepare the cells in both at a time."""
        order = list(zip(SIDES, sides, strict=True))
        if rng.integers(2):
            order.reverse()
        for name, side in order:
            self.processes[name] = side.environment.start()
            self.processes[name].send(Prepare(self.trial, side.part.plugins))
        prepared: dict[str, Prepared] = {}
        for name, side in order:
            try:
                prepared[name] = self.processes[name].reply(Prepared, self.trial.limit_seconds)
            except SideLost as lost:
                self._blame(name, lost.row, str(lost))
                continue
            demand_same(side, prepared[name].definitions)
            for row, reason in prepared[name].failures.items():
                self.failures[row][name] = reason
        if len(prepared) == len(SIDES):
            self._choose_steps(prepared["base"].step_seconds, prepared["head"].step_seconds)
            self._look_around()

    def _look_around(self) -> None:
        """Look what else the machine does, while both processes wait."""
        try:
            looked = self.processes["base"].ask(LookAround(), LookedAround, LOOK_SECONDS)
        except SideLost:
            self._give_up()
        else:
            self.surroundings = looked.surroundings

    def _choose_steps(self, base: Mapping[str, float], head: Mapping[str, float]) -> None:
        for row in base.keys() & head.keys():
            longer = max(base[row], head[row], 1e-9)
            self.steps[row] = min(MOST_STEPS, ceil(BLOCK_SECONDS / longer))
            self.seconds[row] = {"base": [], "head": []}

    def take_turns(self, rng: np.random.Generator) -> None:
        """Let each cell take its turns, in random order, both environments right after each
        other; after the limit of the trial only until there are enough for a median."""
        deadline = monotonic() + self.trial.limit_seconds
        for number in range(max(FEWEST_TURNS, self.trial.repeats)):
            if number >= ENOUGH_TURNS and monotonic() > deadline:
                return
            rows = sorted(self.steps)
            if number >= ENOUGH_TURNS and number % TURNS_A_CONTROL:
                rows = [row for row in rows if row != REFERENCE_ROW]
            for position in rng.permutation(len(rows)):
                if rows[position] in self.steps:
                    self._take_turn(rows[position], bool(rng.integers(2)))

    def _take_turn(self, row: str, head_first: bool) -> None:
        """Take a turn in both environments; where one fails, the other is tried all the same."""
        taken: dict[str, float] = {}
        turn = Turn(row, self.steps[row])
        lost = False
        names = SIDES[::-1] if head_first else SIDES
        for name in names:
            try:
                timed = self.processes[name].ask(turn, Timed, self.trial.limit_seconds)
            except SideLost as loss:
                self.failures[row][name] = str(loss)
                lost = True
                continue
            taken[name] = timed.seconds
            if timed.problem:
                self.failures[row][name] = timed.problem
        if lost:
            self._give_up()
        elif row in self.failures:
            self.steps.pop(row)
            self.seconds.pop(row)
        elif min(taken.values()) > 0:  # a coarse clock may see no time at all
            for name, seconds in taken.items():
                self.seconds[row][name].append(seconds)

    def _blame(self, name: str, row: str | None, reason: str) -> None:
        """Record what failed for the row that was at work, and for all rows where none was."""
        rows = [cell.row for cell in self.trial.cells] if row is None else [row]
        for blamed in rows:
            self.failures[blamed][name] = reason

    def _give_up(self) -> None:
        """End the replicate: what has no times yet has none, and no failure."""
        self.steps.clear()
        self.seconds.clear()

    def times(self) -> dict[str, PairedTimes]:
        """The times of the cells that took enough turns."""
        return {
            row: PairedTimes(base=tuple(by_side["base"]), head=tuple(by_side["head"]))
            for row, by_side in sorted(self.seconds.items())
            if len(by_side["base"]) >= ENOUGH_TURNS
        }

    def end(self) -> None:
        for process in self.processes.values():
            process.end()
