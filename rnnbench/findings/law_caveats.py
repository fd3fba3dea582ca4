"""Laws that a cell fails, as caveats of every figure that shows it."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from rnnbench.findings.rows import in_full
from rnnbench.records import CostTrial, Outcome, Result


class LawCaveat(Struct, frozen=True):
    """What is to be held against each figure of these rows, in one sentence."""

    sentence: str
    rows: tuple[str, ...]


def law_caveats(checks: Sequence[Outcome], results: Sequence[Result]) -> tuple[LawCaveat, ...]:
    """One for each law that a cell fails, and one for the laws of a cell that were not decided.
    Cells without a result are passed over."""
    rows = _rows_by_cell(results)
    found = []
    for name in sorted({outcome.subject for outcome in checks}):
        if name not in rows:
            continue
        failed = [
            outcome for outcome in checks if outcome.subject == name and outcome.status == "failed"
        ]
        found += [
            LawCaveat(
                f"Cell '{name}' fails the law '{outcome.check}': {outcome.sentence}.", rows[name]
            )
            for outcome in failed
            if outcome.decided
        ]
        undecided = [outcome for outcome in failed if not outcome.decided]
        if undecided:
            laws = ", ".join(outcome.check for outcome in undecided)
            why = undecided[0].sentence
            found.append(LawCaveat(f"Cell '{name}' was not checked for {laws}: {why}.", rows[name]))
    return tuple(found)


def caveats_of(caveats: Iterable[LawCaveat], rows: Iterable[str]) -> list[str]:
    """The sentences that belong to a figure which shows these rows."""
    shown = set(rows)
    return [caveat.sentence for caveat in caveats if shown & set(caveat.rows)]


def _rows_by_cell(results: Sequence[Result]) -> dict[str, tuple[str, ...]]:
    """The rows under which each cell may be shown."""
    rows: dict[str, set[str]] = {}
    for result in results:
        trial = result.trial
        cells = trial.cells if isinstance(trial, CostTrial) else (trial.cell,)
        for cell in cells:
            rows.setdefault(cell.name, set()).update((cell.row, in_full(cell)))
    return {name: tuple(sorted(shown)) for name, shown in rows.items()}
