"""The section on a user's own file: the recommendation, what it rests on, and what was read."""

from collections.abc import Iterator

import rnnbench
from rnnbench_reports.page.records import Answer, Column, Fold, Plots, Row, Section, Table, Value
from rnnbench_reports.page.tables import CELL, amount, figure, present, row_id, table, word

ID = "your-file"
VERDICTS = {
    "better": "better",
    "worse": "worse",
    "equivalent": "equivalent",
    "undecided": "within chance",
    "too few seeds": "too few seeds",
}
"""How a cell compares with the best baseline, in words."""
PILLS = {"better": "better", "worse": "worse"}
NOTE = (
    "A cell is better than the best baseline where it is by two tests: the signed-rank test over"
    " seeds, and that of Diebold and Mariano over the test data, for which neighbouring rows may"
    " depend on each other. The larger of both p-values counts, by Holm's method over all cells, at"
    " the level of this look. The best baseline is the one with the least error on the test data,"
    " which makes it harder to beat. Baselines and cells read the same windows."
)


def tryout_section(findings: rnnbench.Findings, plots: Plots) -> list[Section]:
    """Return the section; none for a run that is not of a user's file."""
    tryout = findings.tryout
    if tryout is None:
        return []
    first, *others = tryout.answer
    ways = [("figure", "forecasts-on-test"), ("table", "tryout-errors")]
    answer = Answer("tryout-answer", "", first, " ".join(others), tryout.drawn_cell, ways=ways)
    folds = [Fold("tryout-file", "What the file was taken for", tables=present([_read(tryout)]))]
    if tryout.notices:
        noticed = present([_notices(tryout)])
        folds.append(Fold("tryout-notices", "What was noticed in it", tables=noticed))
    return [
        Section(
            ID,
            f"Your file, {tryout.taken_for.split(' is ', 1)[0].rsplit('/', 1)[-1]}",
            NOTE,
            [answer],
            plots.get(("tryout", ""), ()),
            present([_errors(tryout), _by_target(tryout), *_confusions(tryout)]),
            folds,
        )
    ]


def _errors(tryout: rnnbench.Tryout) -> Table | None:
    """Return cells and baselines, the least error first."""
    columns = [
        CELL,
        Column(f"error{tryout.measure.unit and ','}{tryout.measure.unit}", stays=True),
        Column("seeds"),
        Column("lead over the best baseline"),
        Column("p over seeds"),
        Column("p over test data"),
        Column("p, corrected"),
        Column("verdict", "text", stays=True),
    ]
    rows: list[tuple[float, Row]] = []
    for cell in tryout.cells:
        kind = PILLS.get(cell.answer, "open")
        verdict = Value(VERDICTS[cell.answer], kind=kind) if tryout.best_baseline else word("")
        values = [
            word(cell.row),
            figure(cell.error),
            amount(float(cell.seeds)),
            amount(cell.gain),
            amount(cell.p_seeds),
            amount(cell.p_windows),
            amount(cell.p_value),
            verdict,
        ]
        rows.append((cell.error.centre, Row(values, cell.row, row_id("tryout", cell.row))))
    for baseline in tryout.baselines:
        error = float("inf") if baseline.error is None else baseline.error
        rows.append((error, _baseline(tryout, baseline.name)))
    in_order = [row for _, row in sorted(rows, key=lambda shown: shown[0])]
    title = f"Errors on {rnnbench.text.counted(tryout.test, tryout.unit)}"
    note = (
        f"Error: {tryout.measure.name}; of a cell, the median over seeds with their range. This"
        f" look decides at {_level(tryout)}."
    )
    return table("tryout-errors", title, columns, in_order, note)


def _level(tryout: rnnbench.Tryout) -> str:
    return rnnbench.text.rounded(max((cell.level for cell in tryout.cells), default=0.0), 2)


def _baseline(tryout: rnnbench.Tryout, name: str) -> Row:
    (baseline,) = [shown for shown in tryout.baselines if shown.name == name]
    verdict = "best baseline" if name == tryout.best_baseline else "baseline"
    shown = f"{name} ({baseline.setting})" if baseline.setting else name
    nothing = [word("")] * 5
    last = word(baseline.absent or verdict)
    return Row([word(shown), amount(baseline.error), *nothing, last], kind="trivial")


def _by_target(tryout: rnnbench.Tryout) -> Table | None:
    """Return the errors by target; None where one column is forecast."""
    columns = [CELL, *(Column(f"'{target}'", stays=True) for target in tryout.targets)]
    rows = []
    for shown in tryout.by_target:
        kind = "" if shown.is_cell else "trivial"
        values = [word(shown.name), *map(amount, shown.errors)]
        rows.append(Row(values, shown.name if shown.is_cell else "", kind=kind))
    note = (
        "The root mean squared error of each target on the test part, in units of its column; of a"
        " cell, in a typical seed."
    )
    return table("tryout-by-target", "Errors by target", columns, rows, note)


def _confusions(tryout: rnnbench.Tryout) -> Iterator[Table | None]:
    """Yield a table of answers by right class for the best cell and for the best baseline."""
    for place, confusion in enumerate(tryout.confusions):
        columns = [Column("right class", "text", stays=True)]
        columns += [Column(name, stays=True) for name in tryout.classes]
        rows = []
        for name, counts in zip(tryout.classes, confusion.counts, strict=True):
            rows.append(Row([word(name), *(Value(str(count), count) for count in counts)]))
        note = "A row for each right class, a column for each answer; of a cell, in a typical seed."
        title = f"Answers of {confusion.name}"
        yield table(f"tryout-confusion-{place}", title, columns, rows, note)


def _read(tryout: rnnbench.Tryout) -> Table | None:
    columns = [Column("line", "text", stays=True), Column("what", "words", stays=True)]
    rows = [Row([word(name), word(sentence)]) for name, sentence in tryout.lines]
    return table("tryout-lines", "", columns, rows, tryout.taken_for)


def _notices(tryout: rnnbench.Tryout) -> Table | None:
    columns = [Column("notice", "words", stays=True)]
    return table(
        "tryout-notice-table", "", columns, [Row([word(one)]) for one in tryout.notices], ""
    )
