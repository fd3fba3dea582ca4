"""Paired measurements: what one environment holds of a trial, and its times beside another's."""

from msgspec import Struct

from rnnbench.records.cost import Surroundings
from rnnbench.records.provenance import Provenance
from rnnbench.records.trial import CostTrial

REFERENCE_ROW = ""
"""The row of the reference cell, torch's LSTM, which both environments measure too."""


class PartOfTrial(Struct, frozen=True, kw_only=True):
    """What an environment holds of a trial.

    trial:      the trial with the cells that exist there.
    missing:    why a cell does not exist there, by row.
    plugins:    the keys of the plugins that the trial needs.
    provenance: what the times depend on.
    """

    trial: CostTrial
    missing: dict[str, str]
    plugins: tuple[str, ...]
    provenance: Provenance


class PairedTimes(Struct, frozen=True, kw_only=True):
    """The seconds of a step of one cell in each turn, in both environments.

    They are CPU time on one thread of a CPU, else wall time. Equal positions are one turn.
    """

    base: tuple[float, ...] = ()
    head: tuple[float, ...] = ()


class PairedReplicate(Struct, frozen=True, kw_only=True):
    """One replicate: a fresh process of each environment, which took turns.

    trial:        the cells that were to be measured; its `round` is the number of the replicate.
    times:        by row; that of the reference cell is "".
    absent:       by row of a cell without times: what failed in BASE, and what in HEAD.
    seconds:      wall seconds that the replicate took.
    surroundings: the machine before the turns.
    """

    trial: CostTrial
    started: str
    seconds: float
    times: dict[str, PairedTimes]
    absent: dict[str, tuple[str, str]] = {}
    surroundings: Surroundings | None = None
