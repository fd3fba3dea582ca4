"""Tables of examples: what a task asks in a few sequences, and what each cell answers."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import rnnbench
from rnnbench_reports.looks import MOST_FEATURED, featured
from rnnbench_reports.page.records import Column, Row, Table, Value
from rnnbench_reports.page.tables import CELL, slug, table, word
from rnnbench_reports.style import number

NOTE = (
    "Every cell and every seed is asked the same sequences: the first of recorded test data, or"
    " some that are generated as test data are. The answer shown is that of the first seed, with"
    " the weights of the chosen epoch."
)


def examples(condition: rnnbench.Condition, findings: rnnbench.Findings) -> Table | None:
    """Return what the featured cells answer; None where no result has an example."""
    shown = condition.examples
    if not shown:
        return None
    places = range(1, len(shown) + 1)
    columns = [CELL, *(Column(f"example {place}", "words", stays=True) for place in places)]
    rows = [
        Row([word("what is read"), *(word(one.inputs) for one in shown)], kind="asked"),
        Row([word("right answer"), *(word(one.target) for one in shown)], kind="asked"),
        *_rows(condition, findings, shown),
    ]
    left_out = len(_answering(condition)) + 2 - len(rows)
    note = NOTE
    if left_out:
        note = f"{NOTE} {rnnbench.text.counted(left_out, 'cell')} left out; findings.json has all."
    return table(f"examples-{slug(condition.title)}", condition.title, columns, rows, note)


def _answering(condition: rnnbench.Condition) -> set[str]:
    answers = chain.from_iterable(example.answers for example in condition.examples)
    return {answer.row for answer in answers}


def _rows(
    condition: rnnbench.Condition, findings: rnnbench.Findings, shown: Sequence[Any]
) -> Iterator[Row]:
    """Yield a row for the leader, and for other cells that are featured, eight at most."""
    answering = _answering(condition)
    chosen = [condition.leader, *sorted(featured(findings))]
    rows = [row for row in dict.fromkeys(chosen) if row in answering]
    for row in rows[:MOST_FEATURED]:
        values = [_value(row, one) for one in shown]
        yield Row([word(row or ""), *values], row or "")


def _value(row: str | None, one: Any) -> Value:
    for answer in one.answers:
        if answer.row == row:
            return Value(f"{answer.answer}: {_verdict(answer)}", answer.error)
    return Value("-")


def _verdict(answer: Any) -> str:
    """Return in words whether an answer is right, or how far it is off."""
    if answer.right is None:
        return "" if answer.error is None else f"off by {number(answer.error)}"
    mark = "✓ right" if answer.right else "✗ wrong"
    if answer.seeds == 1 or answer.seeds_right is None:
        return mark
    return f"{mark}, right in {answer.seeds_right} of {answer.seeds} seeds"
