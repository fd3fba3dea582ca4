"""Examples of a condition: a few sequences, with the answer of each cell."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from rnnbench.findings.learning.grouping import Tried, learning_of, learning_trial
from rnnbench.records import Example


class CellAnswer(Struct, frozen=True, kw_only=True):
    """What a cell answers to one sequence: the answer of its first seed that has one.

    right:       whether that answer is right; None where answers are numbers.
    error:       mean absolute error of that answer where answers are numbers; else None.
    seeds:       how many seeds answer this sequence.
    seeds_right: how many of them answer right; None where answers are numbers.
    """

    row: str
    seed: int
    answer: str
    right: bool | None
    error: float | None
    seeds: int
    seeds_right: int | None


class AnsweredExample(Struct, frozen=True, kw_only=True):
    """One sequence: what was read, the right answer, and the answers of the cells."""

    inputs: str
    target: str
    answers: tuple[CellAnswer, ...]


Answers = Mapping[int, Example]
"""The answers to one sequence by seed."""


def answered_examples(cells: Mapping[str, Tried]) -> tuple[AnsweredExample, ...]:
    """Return the sequences that results show, with the answers of each cell at its best rate.

    Results with another sequence in the same place, as of other data, are left out.
    """
    by_cell = {row: _by_seed(tried) for row, tried in cells.items()}
    shown: list[Sequence[Example]] = []
    for by_seed in by_cell.values():
        shown.extend(by_seed.values())
    answered = []
    longest: Sequence[Example] = max(shown, key=len, default=())
    for place, first in enumerate(longest):
        answers = []
        for row, by_seed in by_cell.items():
            of_cell = _alike(by_seed, place, first)
            if of_cell:
                answers.append(_answer(row, of_cell))
        answered.append(
            AnsweredExample(inputs=first.inputs, target=first.target, answers=tuple(answers))
        )
    return tuple(answered)


def _by_seed(tried: Tried) -> dict[int, Sequence[Example]]:
    """Return the examples of each seed at the best rate, in the order of the seeds."""
    found: dict[int, Sequence[Example]] = {}
    for result in sorted(tried.results[0], key=lambda result: learning_trial(result).seed):
        learning = learning_of(result)
        if learning and learning.examples:
            found[learning_trial(result).seed] = learning.examples
    return found


def _alike(by_seed: Mapping[int, Sequence[Example]], place: int, first: Example) -> Answers:
    """Return the answers to the sequence in this place, where that is this one."""
    found = {}
    for seed, examples in by_seed.items():
        if place >= len(examples):
            continue
        example = examples[place]
        if (example.inputs, example.target) == (first.inputs, first.target):
            found[seed] = example
    return found


def _answer(row: str, by_seed: Answers) -> CellAnswer:
    seed, first = next(iter(by_seed.items()))
    verdicts = [example.right for example in by_seed.values() if example.right is not None]
    return CellAnswer(
        row=row,
        seed=seed,
        answer=first.answer,
        right=first.right,
        error=first.error,
        seeds=len(by_seed),
        seeds_right=sum(verdicts) if verdicts else None,
    )
