"""Laws that a cell fails, as caveats of every figure that shows the cell."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from rnnbench import text
from rnnbench.findings.rows import in_full
from rnnbench.records import CostTrial, Outcome, Result


class LawCaveat(Struct, frozen=True):
    """A caveat, in one sentence, on each figure that shows one of these rows."""

    sentence: str
    rows: tuple[str, ...]


def law_caveats(checks: Sequence[Outcome], results: Sequence[Result]) -> tuple[LawCaveat, ...]:
    """Return a caveat for each law that a cell fails.

    One more caveat names the laws of a cell that could not be decided. Cells without a result have
    none.
    """
    rows = _rows_by_cell(results)
    caveats = []
    for name in sorted({outcome.subject for outcome in checks}):
        if name in rows:
            outcomes = [outcome for outcome in checks if outcome.subject == name]
            caveats += [LawCaveat(sentence, rows[name]) for sentence in _sentences(name, outcomes)]
    return tuple(caveats)


def _sentences(name: str, outcomes: Sequence[Outcome]) -> Iterator[str]:
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    for outcome in failed:
        if outcome.decided:
            fails = f"Cell '{name}' fails the law '{outcome.check}'"
            yield text.sentence(f"{fails}: {outcome.sentence}")
    undecided = [outcome for outcome in failed if not outcome.decided]
    if undecided:
        laws = ", ".join(outcome.check for outcome in undecided)
        why = undecided[0].sentence
        yield text.sentence(f"Cell '{name}' was not checked for {laws}: {why}")


def caveats_of(caveats: Iterable[LawCaveat], rows: Iterable[str]) -> list[str]:
    """Return the sentences that belong to a figure which shows these rows."""
    shown = set(rows)
    return [caveat.sentence for caveat in caveats if shown & set(caveat.rows)]


def _rows_by_cell(results: Sequence[Result]) -> dict[str, tuple[str, ...]]:
    """Return the rows under which each cell may be shown."""
    rows: dict[str, set[str]] = {}
    for result in results:
        trial = result.trial
        cells = trial.cells if isinstance(trial, CostTrial) else (trial.cell,)
        for cell in cells:
            rows.setdefault(cell.name, set()).update((cell.row, in_full(cell)))
    return {name: tuple(sorted(shown)) for name, shown in rows.items()}
