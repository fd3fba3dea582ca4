"""The process of one environment in a paired measurement: it times steps when it is asked to.

Another process, of another environment, has the other turns. Both are pinned to the same cores, and
the one that waits uses none.
"""

import gc
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import msgspec
from msgspec.structs import replace

from rnnbench import seeds
from rnnbench.catalogue import Catalogue, installed_plugins
from rnnbench.interpreter import end_with_parent
from rnnbench.meters import clock_of, look_around, pin_to_cores
from rnnbench.provenance import provenance
from rnnbench.records import REFERENCE_ROW
from rnnbench.records.turns import (
    PROTOCOL,
    Describe,
    Doing,
    Hello,
    LookAround,
    LookedAround,
    Prepare,
    Prepared,
    Problem,
    Reply,
    Request,
    Timed,
    Turn,
)
from rnnbench.runner.cost.described import completed, described, sentence
from rnnbench.runner.cost.guests import watched
from rnnbench.runner.cost.participants import Participants, name_of
from rnnbench.runner.cost.subjects import REFERENCE_CELL, Step
from rnnbench.runner.imports import Imports
from rnnbench.runner.watch import TorchWatch

WARM_UP_STEPS = 3
ESTIMATE_STEPS = 3
FEW_STEPS = 2
"""Of a turn that needs no untimed step before them."""


def main(requests: str, replies: str) -> None:
    """Reply to each request, until there are no more.

    requests, replies: descriptors of two pipes.
    """
    end_with_parent()
    with os.fdopen(int(requests), "rb") as incoming, os.fdopen(int(replies), "wb") as outgoing:
        server = _Server(outgoing)
        server.send(Hello(PROTOCOL))
        for line in incoming:
            try:
                server.answer(msgspec.json.decode(line, type=Request))
            except Exception as error:
                server.send(Problem(sentence(error)))


@dataclass
class _Server:
    """Answers requests, with the cells that it was asked to prepare."""

    outgoing: BinaryIO
    timed: "_Timed | None" = None

    def send(self, reply: Reply) -> None:
        self.outgoing.write(msgspec.json.encode(reply) + b"\n")
        self.outgoing.flush()

    def answer(self, request: Request) -> None:
        if isinstance(request, Describe):
            self.send(described(request.trials))
        elif isinstance(request, Prepare):
            self.timed = _Timed(request, lambda row: self.send(Doing(row)))
            self.send(self.timed.prepare())
        elif isinstance(request, LookAround):
            self.send(LookedAround(look_around()))
        elif self.timed is not None:
            self.send(self.timed.take(request))


class _Announced(Participants):
    """Participants that name the row that is at work."""

    def announce(self, name: str, stage: str = "") -> None:  # noqa: ARG002
        cell = self.cells[name]
        self.on_stage(cell.row if cell else REFERENCE_ROW)


class _Timed:
    """The cells of a trial, built in this process."""

    def __init__(self, request: Prepare, on_row: Callable[[str], None]) -> None:
        trial = request.trial
        self.clock = clock_of(trial.device)
        watch = TorchWatch(trial.threads)
        plugins = [plugin for plugin in installed_plugins() if plugin.key in request.plugins]
        catalogue = Catalogue.load(plugins, watch.imported)
        watch.unpatch()
        cells = tuple(completed(cell, catalogue) for cell in trial.cells)
        self.trial = replace(trial, cells=cells)
        self.definitions = provenance(self.trial, catalogue).definitions
        with_watch = watched(self.trial, catalogue, watch, Imports())
        self.participants = _Announced(self.trial, with_watch, on_row, watch)

    def prepare(self) -> Prepared:
        """Build all cells, run their first steps, and return how long a step takes."""
        trial = self.trial
        if trial.threads > 1:  # its threads start with the first step, and keep these cores
            pin_to_cores(trial.round, trial.threads)
        self.participants.prepare(seeds.generator(trial.round, "cost", "order"))
        pin_to_cores(trial.round, trial.threads)
        gc.collect()
        gc.freeze()
        gc.disable()
        estimates = {}
        for row in (REFERENCE_ROW, *(cell.row for cell in trial.cells)):
            step = self._step(row)
            if step is None:
                continue
            self.participants.announce(_name(row))
            try:
                _run(step, WARM_UP_STEPS)
                estimates[row] = self._seconds(step, ESTIMATE_STEPS)
            except Exception as error:
                self.participants.drop(_name(row), error)
        failures = {row: failed.reason for row, failed in self.participants.failures.items()}
        return Prepared(estimates, failures, self.definitions)

    def take(self, turn: Turn) -> Timed:
        """Time a turn; if its steps are short, after an untimed one that loads the caches again."""
        step = self._step(turn.row)
        if step is None:
            return Timed(problem="it was not prepared")
        try:
            if turn.steps > FEW_STEPS:
                step()
            return Timed(self._seconds(step, turn.steps))
        except Exception as error:
            self.participants.steps.pop(_name(turn.row), None)
            return Timed(problem=sentence(error))

    def _step(self, row: str) -> Step | None:
        return self.participants.steps.get(_name(row))

    def _seconds(self, step: Step, number: int) -> float:
        """Seconds of one of these steps: CPU time of a trial with one thread, else wall time."""
        cpu, wall = self.clock(lambda: _run(step, number))
        return (cpu if self.trial.threads == 1 else wall) / number


def _run(step: Callable[[], None], number: int) -> None:
    for _ in range(number):
        step()


def _name(row: str) -> str:
    return REFERENCE_CELL if row == REFERENCE_ROW else name_of(row)
