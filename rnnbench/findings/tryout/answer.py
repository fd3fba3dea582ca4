"""The recommendation on a user's file: at most five sentences, each of which can be read alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rnnbench import text
from rnnbench.findings.tryout.records import BaselineRow, CellRow, Measure

SEASONAL = "seasonal value"
TRIVIAL = ("last value", SEASONAL, "majority class")
"""The names of baselines that learn nothing."""
METHODS = ("regression", "trees")
"""How the names of baselines end that take no article."""
MOST_SENTENCES = 5
AGAIN = "the same command goes on"


@dataclass(frozen=True)
class Outcome:
    """All that a recommendation says.

    level_cells: cells that are not told apart from the best one, or are equivalent to it.
    names:       all cells that were planned.
    planned:     the number of seeds that were planned.
    test:        the size of the test part in words: `300 test windows`.
    used:        how much of the training part was used: `4,000 of 36,765 windows`; "" for all.
    """

    measure: Measure
    cells: Sequence[CellRow]
    baselines: Sequence[BaselineRow]
    level_cells: Sequence[str]
    names: Sequence[str]
    planned: int
    test: str
    used: str = ""

    @property
    def best(self) -> BaselineRow | None:
        """The baseline with the least error."""
        fitted = [row for row in self.baselines if row.error is not None]
        return min(fitted, key=lambda row: row.error or 0.0, default=None)

    @property
    def seeds(self) -> int:
        """How many seeds of every cell have finished."""
        if len(self.cells) < len(self.names):
            return 0
        return min(cell.seeds for cell in self.cells)

    @property
    def needed(self) -> int:
        """How many seeds were planned, or are needed for a verdict if that is more."""
        return max([self.planned, *(cell.needed for cell in self.cells)])

    @property
    def winners(self) -> list[CellRow]:
        """The cells that are better than the best baseline."""
        return [cell for cell in self.cells if cell.answer == "better"]


def recommended(cells: Sequence[CellRow]) -> CellRow:
    """Return the first of the cells that are better than the best baseline, or else of all."""
    winners = [cell for cell in cells if cell.answer == "better"]
    return (winners or list(cells))[0]


def answer(outcome: Outcome) -> tuple[str, ...]:
    """Return the recommendation, how large errors are, and how sure that is."""
    if not outcome.cells:
        sentences = list(_nothing(outcome))
    elif outcome.best is None:
        sentences = [_without_baseline(outcome), *_unfinished(outcome)]
    elif outcome.winners:
        sentences = list(_worth_it(outcome, outcome.best))
    else:
        sentences = list(_not_worth_it(outcome, outcome.best))
    if outcome.used and outcome.cells:
        # How other cells compare, or how sure a first impression is, gives way to the caveat.
        del sentences[3 : len(sentences) - MOST_SENTENCES + 4]
        sentences.append(
            f"Cells and baselines were fitted to {outcome.used} of the training part; more are used"
            " with another -o by more --minutes, or by a larger --train-examples where it is set."
        )
    return tuple(sentences[:MOST_SENTENCES])


def _nothing(outcome: Outcome) -> Iterator[str]:
    yield f"No cell has been evaluated yet, so that none can be recommended; {AGAIN}."
    best = outcome.best
    if best is not None and best.error is not None:
        yield f"With {_called(best)}, the best baseline, {_says(outcome, best.error)}."


def _without_baseline(outcome: Outcome) -> str:
    first = outcome.cells[0]
    return (
        f"{first.row} is the best cell, and there is no baseline: with it,"
        f" {_says(outcome, first.error.centre)}."
    )


def _worth_it(outcome: Outcome, best: BaselineRow) -> Iterator[str]:
    first = outcome.winners[0]
    ours, theirs = _apart(outcome, first, best)
    yield f"{first.row} is worth it: with it, {ours}."
    yield f"With {_called(best)}, the best baseline, {theirs}."
    yield (
        f"That lead is more than chance over {text.counted(first.seeds, 'seed')} and"
        f" {outcome.test} ({_p_value(first)}, corrected for {_count(outcome)})."
    )
    others = [cell.row for cell in outcome.winners[1:]]
    level = [row for row in outcome.level_cells if row != first.row]
    if others and level:
        verb = "is" if len(level) == 1 else "are"
        yield f"{text.enumerated(level)} {verb} not told apart from {first.row}."
    elif others:
        verb = "beats" if len(others) == 1 else "beat"
        yield f"{text.enumerated(others)} {verb} {_called(best)} too."
    yield from _unfinished(outcome)


def _not_worth_it(outcome: Outcome, best: BaselineRow) -> Iterator[str]:
    first = outcome.cells[0]
    ours, theirs = _apart(outcome, first, best)
    few = all(cell.answer == "too few seeds" for cell in outcome.cells)
    if few:
        yield "Too few seeds have finished to say whether a recurrent cell is worth it here."
    elif first.answer != "worse" and (first.gain or 0.0) > 0:
        so_far = "So far no" if outcome.seeds < outcome.needed else "No"
        ahead = f"{first.row} is ahead of {_called(best)}, and that may be chance"
        yield f"{so_far} recurrent cell is shown to be worth it here: {ahead}."
    elif outcome.seeds < outcome.needed:
        yield f"So far no recurrent cell is shown to be worth it here: {_instead(best)}."
    else:
        yield f"No recurrent cell is worth it here: {_instead(best)}."
    yield f"With {_called(best)}, {theirs}."
    yield f"With {first.row}, the best cell, {ours}."
    if not few:
        yield _how_sure(outcome, first, best)
    yield from _unfinished(outcome)


def _called(baseline: BaselineRow) -> str:
    """Return the name of a baseline within a sentence: of a season, `the value one week before`."""
    season = baseline.setting.partition(",")[0]
    if baseline.name == SEASONAL and season:
        return f"the value {season}"
    return baseline.name if baseline.name.endswith(METHODS) else f"the {baseline.name}"


def _instead(best: BaselineRow) -> str:
    if best.name in TRIVIAL:
        return f"none is shown to be better than {_called(best)}"
    return f"use {_called(best)}"


def _how_sure(outcome: Outcome, first: CellRow, best: BaselineRow) -> str:
    """Return how the best cell compares with the best baseline."""
    on = f"over {text.counted(first.seeds, 'seed')} and {outcome.test}"
    if len(outcome.cells) > 1 and all(cell.answer == "worse" for cell in outcome.cells):
        return f"All cells are worse than {_called(best)} by more than chance {on}."
    which = "lead" if (first.gain or 0.0) > 0 else "lag"
    if first.answer == "worse":
        return f"Its lag is more than chance {on} ({_p_value(first)})."
    return (
        f"Its {which} is within chance {on} ({_p_value(first)}, corrected for {_count(outcome)})."
    )


def _unfinished(outcome: Outcome) -> Iterator[str]:
    """Yield a sentence where seeds are missing."""
    if outcome.seeds < outcome.needed:
        seeds = text.counted(outcome.needed, "seed")
        yield f"{outcome.seeds} of {seeds} have finished for every cell; {AGAIN}."


def _apart(outcome: Outcome, cell: CellRow, best: BaselineRow) -> tuple[str, str]:
    """Return the errors of a cell and of a baseline, with as many digits as tell them apart."""
    assert best.error is not None
    ours = text.apart(cell.error.centre, best.error)
    theirs = text.apart(best.error, cell.error.centre)
    says = outcome.measure.says
    unit = outcome.measure.unit
    return says.format(f"{ours}{unit}"), says.format(f"{theirs}{unit}")


def _says(outcome: Outcome, error: float) -> str:
    return outcome.measure.says.format(f"{text.rounded(error)}{outcome.measure.unit}")


def _p_value(cell: CellRow) -> str:
    return text.p_value(cell.p_value or 0.0)


def _count(outcome: Outcome) -> str:
    return text.counted(len(outcome.names), "cell")
