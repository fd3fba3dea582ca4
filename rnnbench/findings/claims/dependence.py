"""The facet that decides whether a claim holds or fails, such as the task or the horizon."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from rnnbench import text
from rnnbench.findings.claims.records import State

Conditions = Sequence[tuple[Mapping[str, str], State]]
"""Facets and state of each condition."""
ByValue = Mapping[str | None, Mapping[State, int]]
"""The number of conditions by the value of one facet, and by state; None where they lack it."""


def dependence(conditions: Conditions) -> list[str]:
    """Return sentences on the facet that separates the conditions that hold from those that fail.

    Of several such facets, the one with the fewest values is taken. Where conditions are open, each
    value has a sentence with its counts. Empty where no single facet separates them.
    """
    answers = []
    for facet in _decided_facets(conditions):
        by_value = _count_states(facet, conditions)
        decided = [states for states in by_value.values() if states["holds"] or states["fails"]]
        is_separated = not any(states["holds"] and states["fails"] for states in decided)
        if len(decided) > 1 and is_separated:
            answers.append((len(decided), list(_answers(facet, by_value))))
    return min(answers)[1] if answers else []


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


def _answers(facet: str, by_value: ByValue) -> Iterator[str]:
    """Yield the answers for the values of a facet.

    `The claim holds with kernel eager.`; with open conditions, `With kernel eager, 3 of 4
    conditions hold.`
    """
    if any(states.get("open") for states in by_value.values()):
        for value, states in by_value.items():
            yield _with_counts(facet, value, states)
        return
    for state in ("holds", "fails"):
        values = [value for value, states in by_value.items() if states.get(state)]
        yield f"The claim {state} {_with_values(facet, values)}."


def _with_counts(facet: str, value: str | None, states: Mapping[State, int]) -> str:
    """Return how many conditions with this value are decided."""
    where = _with_values(facet, [value])
    where = f"{where[:1].upper()}{where[1:]}"
    total = text.counted(sum(states.values()), "condition")
    holds = states.get("holds")
    fails = states.get("fails")
    if holds:
        return f"{where}, {holds} of {total} {'holds' if holds == 1 else 'hold'}."
    if fails:
        return f"{where}, {fails} of {total} {'fails' if fails == 1 else 'fail'}."
    return f"{where}, none of {total} is decided."


def _with_values(facet: str, values: Sequence[str | None]) -> str:
    """Return the values of a facet: `with kernel eager or scan, and without a kernel`."""
    known = [value for value in values if value is not None]
    if facet == "reading":
        known = [f"“{value}”" for value in known]
    parts = []
    if known:
        several = ", ".join(known[:-1])
        named = f"{several} or {known[-1]}" if several else known[-1]
        parts.append(f"with {facet} {named}")
    if None in values:
        parts.append(f"without a {facet}")
    return ", and ".join(parts)
