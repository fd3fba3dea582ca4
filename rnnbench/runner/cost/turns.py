"""The process of one environment in a paired measurement: it times steps when it is asked to.

Another process, of another environment, has the other turns. Both are pinned to the same cores, and
the one that waits uses none.
"""

import gc
import os
from collections.abc import Callable
from typing import BinaryIO

import msgspec
from msgspec.structs import replace

from rnnbench import seeds
from rnnbench.catalogue import Catalogue, installed_plugins
from rnnbench.errors import RnnbenchError, UnknownName, describe, first_line
from rnnbench.interpreter import end_with_parent
from rnnbench.meters import clock_of, look_around, pin_to_cores
from rnnbench.provenance import provenance
from rnnbench.records import REFERENCE_ROW, CostTrial, PartOfTrial
from rnnbench.records.turns import (
    PROTOCOL,
    Describe,
    Described,
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
from rnnbench.runner.cost.guests import watched
from rnnbench.runner.cost.participants import Participants, name_of
from rnnbench.runner.cost.subjects import REFERENCE_CELL, Step
from rnnbench.runner.imports import Imports
from rnnbench.runner.watch import TorchWatch

WARM_UP_STEPS = 3
ESTIMATE_STEPS = 3


def main(driver: str, requests: str, replies: str) -> None:
    """Reply to each request, until there are no more.

    driver:            the id of the process that asks, with which this one ends.
    requests, replies: descriptors of two pipes.
    """
    end_with_parent(int(driver))
    with os.fdopen(int(requests), "rb") as incoming, os.fdopen(int(replies), "wb") as outgoing:
        timed: _Timed | None = None
        for line in incoming:
            request: Request = msgspec.json.decode(line, type=Request)
            try:
                if isinstance(request, Describe):
                    _send(outgoing, described(request.trials))
                elif isinstance(request, Prepare):
                    timed = _Timed(request)
                    _send(outgoing, timed.prepare())
                elif isinstance(request, LookAround):
                    _send(outgoing, LookedAround(look_around()))
                elif timed is not None:
                    _send(outgoing, timed.take(request))
            except Exception as error:
                _send(outgoing, Problem(_sentence(error)))


def described(trials: tuple[CostTrial, ...]) -> Described:
    """Return what of these trials exists in this environment."""
    catalogue = Catalogue.load()
    return Described(PROTOCOL, tuple(_part(trial, catalogue) for trial in trials))


def _part(trial: CostTrial, catalogue: Catalogue) -> PartOfTrial:
    missing = {}
    for cell in trial.cells:
        try:
            catalogue.cells[cell.name].item.load(cell.options, cell.implementation)
        except Exception as error:
            missing[cell.row] = _sentence(error)
    here = replace(trial, cells=tuple(cell for cell in trial.cells if cell.row not in missing))
    plugins = tuple(plugin.key for plugin in catalogue.needed(here))
    return PartOfTrial(
        trial=here, missing=missing, plugins=plugins, provenance=provenance(here, catalogue)
    )


class _Timed:
    """The cells of a trial, built in this process."""

    def __init__(self, request: Prepare) -> None:
        trial = request.trial
        self.trial = trial
        self.clock = clock_of(trial.device)
        watch = TorchWatch(trial.threads)
        plugins = [plugin for plugin in installed_plugins() if plugin.key in request.plugins]
        catalogue = Catalogue.load(plugins, watch.imported)
        watch.unpatch()
        cells = watched(trial, catalogue, watch, Imports())
        self.participants = Participants(trial, cells, lambda _: None, watch)

    def prepare(self) -> Prepared:
        """Build all cells, run their first steps, and return how long a step takes."""
        trial = self.trial
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
            try:
                _run(step, WARM_UP_STEPS)
                estimates[row] = self._seconds(step, ESTIMATE_STEPS)
            except Exception as error:
                self.participants.drop(_name(row), error)
        failures = {row: failed.reason for row, failed in self.participants.failures.items()}
        return Prepared(estimates, failures)

    def take(self, turn: Turn) -> Timed:
        """Time a turn, after one untimed step, which loads the caches again."""
        step = self._step(turn.row)
        if step is None:
            return Timed(problem="it was not prepared")
        try:
            step()
            return Timed(self._seconds(step, turn.steps))
        except Exception as error:
            self.participants.steps.pop(_name(turn.row), None)
            return Timed(problem=_sentence(error))

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


def _sentence(error: Exception) -> str:
    if isinstance(error, UnknownName | RnnbenchError):
        return first_line(error)
    return describe(error)


def _send(outgoing: BinaryIO, reply: Reply) -> None:
    outgoing.write(msgspec.json.encode(reply) + b"\n")
    outgoing.flush()
