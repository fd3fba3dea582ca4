"""Tables of a reading of a claim, a row for each condition; what all have alike is said once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import rnnbench
from rnnbench_reports.claim_words import effect, p_value, rates, search, state, worded

ALWAYS = ("condition", "effect", "p (adjusted)", "")
"""Heads of columns that are shown even where all their cells are alike."""
Words = Callable[[rnnbench.Judged], str]


@dataclass(frozen=True)
class ClaimTable:
    """shared: a sentence on what all conditions have alike; "" where that is nothing."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shared: str


def verdicts(reading: rnnbench.ReadingFinding) -> ClaimTable:
    """Return what was found under each condition, and whether the claim holds there."""
    columns: dict[str, Words] = {
        "effect": _effect,
        "n": _n,
        "p (adjusted)": p_value,
        "": state,
    }
    return _made(reading, columns)


def searches(reading: rnnbench.ReadingFinding, *, alike: bool) -> ClaimTable:
    """Return the learning rates of each condition, and unless they are alike the searches."""
    columns: dict[str, Words] = {"learning rates": rates}
    if not alike:
        columns["search"] = search
    return _made(reading, columns)


def _made(reading: rnnbench.ReadingFinding, columns: Mapping[str, Words]) -> ClaimTable:
    """A single condition is shown in full."""
    several = len(reading.judged) > 1
    common = _common([judged.facets for judged in reading.judged]) if several else {}
    cells = {"condition": [_apart(judged, common) for judged in reading.judged]}
    shared = [worded(common)] if common else []
    for head, words in columns.items():
        values = [words(judged) for judged in reading.judged]
        if several and head not in ALWAYS and len(set(values)) == 1:
            shared.append(f"{head} {values[0]}")
        else:
            cells[head] = values
    sentence = f"All: {'; '.join(shared)}." if shared else ""
    return ClaimTable(tuple(cells), tuple(zip(*cells.values(), strict=True)), sentence)


def _common(conditions: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The facets that all conditions have with the same value."""
    return {
        name: value
        for name, value in conditions[0].items()
        if all(other.get(name) == value for other in conditions)
    }


def _apart(judged: rnnbench.Judged, common: Mapping[str, str]) -> str:
    """What distinguishes a condition from the others, in words."""
    return worded({name: value for name, value in judged.facets.items() if name not in common})


def _effect(judged: rnnbench.Judged) -> str:
    return effect(judged.effect)


def _n(judged: rnnbench.Judged) -> str:
    return str(judged.effect.n if judged.effect else 0)
