"""The circumstances in which two runs differ, in short for a terminal."""

import re
from collections.abc import Iterator, Sequence

from rnnbench import text
from rnnbench.compare import Circumstance

PROCESSOR = "model of processor"
SOURCE = "source of "
IN_REASONS = re.compile(rf"{PROCESSOR}: [^;]*")
MOST_SOURCES = 6


def in_short(reason: str) -> str:
    """A reason in which two models of processors are `another CPU model`."""
    return IN_REASONS.sub("another CPU model", reason)


def rows_in_short(circumstances: Sequence[Circumstance]) -> Iterator[tuple[str, str]]:
    """Yield the name of each circumstance and both its values; changed sources share a row."""
    sources = []
    for circumstance in circumstances:
        if circumstance.name.startswith(SOURCE):
            sources.append(circumstance.name.removeprefix(SOURCE))
            continue
        base = circumstance.base
        head = circumstance.head
        if circumstance.name == PROCESSOR:
            base = _model(base)
            head = _model(head)
        yield circumstance.name, f"{base} → {head}"
    if sources:
        yield "other sources", text.listed(sources, MOST_SOURCES)


def _model(processor: str) -> str:
    """The maker, family and model of a processor, without its instructions."""
    return " ".join(processor.split()[:3])
