"""The facet that decides whether a claim holds or fails, such as the task or the horizon."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from rnnbench.findings.claims.records import State

Conditions = Sequence[tuple[Mapping[str, str], State]]
"""Facets and state of each condition."""
ByValue = Mapping[str | None, Mapping[State, int]]
"""The number of conditions by the value of one facet, and by state; None where they lack it."""


def dependence(conditions: Conditions) -> str:
    """Return the facet whose values separate the conditions that hold from those that fail.

    Of several such facets, the one with the fewest values is named. Where conditions are open, each
    value is listed with its counts. "" where no single facet separates them.
    """
    answers = []
    for facet in _decided_facets(conditions):
        by_value = _count_states(facet, conditions)
        decided = [states for states in by_value.values() if states["holds"] or states["fails"]]
        is_separated = not any(states["holds"] and states["fails"] for states in decided)
        if len(decided) > 1 and is_separated:
            answers.append((len(decided), f"by {facet}: {_answers(by_value)}"))
    return min(answers)[1] if answers else ""


def _decided_facets(conditions: Conditions) -> list[str]:
    """Return the facets of the conditions that are decided, each once, in their order."""
    names: dict[str, None] = {}
    for facets, state in conditions:
        if state != "open":
            names.update(dict.fromkeys(facets))
    return list(names)


def _count_states(facet: str, conditions: Conditions) -> dict[str | None, Counter[State]]:
    by_value: dict[str | None, Counter[State]] = defaultdict(Counter)
    for facets, state in conditions:
        by_value[facets.get(facet)][state] += 1
    return by_value


def _answers(by_value: ByValue) -> str:
    """Return the answer for each value of a facet.

    `holds with a, fails with b`; with open conditions, `with a 3 of 4 hold, with b 2 of 2 fail`.
    """
    if any(states.get("open") for states in by_value.values()):
        return ", ".join(_with_counts(value, states) for value, states in by_value.items())
    holds = [value for value, states in by_value.items() if states.get("holds")]
    fails = [value for value, states in by_value.items() if states.get("fails")]
    return f"holds {_with_values(holds)}, fails {_with_values(fails)}"


def _with_counts(value: str | None, states: Mapping[State, int]) -> str:
    """Return how many conditions with this value are decided: `with a 3 of 4 hold`."""
    where = _with_values([value])
    total = sum(states.values())
    holds = states.get("holds")
    fails = states.get("fails")
    if holds:
        return f"{where} {holds} of {total} {'holds' if holds == 1 else 'hold'}"
    if fails:
        return f"{where} {fails} of {total} {'fails' if fails == 1 else 'fail'}"
    return f"{where} none of {total} is decided"


def _with_values(values: Sequence[str | None]) -> str:
    """Return the values of a facet: `with a, b and without one`."""
    known = ", ".join(value for value in values if value is not None)
    parts = []
    if known:
        parts.append(f"with {known}")
    if None in values:
        parts.append("without one")
    return " and ".join(parts)
