"""What the page opens with: tiles of verdicts, and heat maps of cells by conditions."""

from collections.abc import Iterator, Mapping, Sequence
from math import log10

import rnnbench
from rnnbench_reports.page.page_records import HeatMap, Square, Tile
from rnnbench_reports.page.tables import row_id, slug
from rnnbench_reports.page.tryout_front import tryout_tile
from rnnbench_reports.style import number, spread

DARKEST = 9
SOLVED_FROM = 4
"""Shades up to this one belong to cells of which no seed reaches the target."""
LEARNING = (
    "A square has the epochs to target, with the seeds that reach it where not all do, or else the"
    " test score. What a cell reached on validation data counts only where its test score beats the"
    " trivial forecast. A stronger colour is better. Colours are weak where no seed reaches the"
    " target, by how far the score comes from the trivial forecast. They are stronger where seeds"
    " reach it, by how early."
)
WITHOUT_TARGET = (
    "Without a target, a square has the test score, and its colour is the stronger the farther the"
    " score comes from the trivial forecast to the best cell."
)
ORDER = "Cells are ordered by their mean place over conditions."
COST = (
    "The stronger its colour, the nearer a square is to the best cell at this shape. The weakest"
    " colour is that of ten times as much or more."
)


def tiles(findings: rnnbench.Findings) -> Iterator[Tile]:
    """Yield a tile for each claim, or else for each condition, memory span and cost."""
    if findings.tryout:
        yield tryout_tile(findings.tryout)
    for claim in findings.claims:
        yield Tile(f"#claim-{claim.name}", claim.sentence, claim.verdict, claim.verdict)
    if findings.claims:
        return
    for condition in findings.conditions:
        yield _condition_tile(condition)
    for finding in findings.spans:
        first = max(finding.spans, key=lambda span: span.longest)
        rows = [span.row for span in finding.spans if span.longest == first.longest]
        target = f"#spans-{slug(finding.title)}"
        if first.longest:
            title = f"memory span, {finding.title}"
            named = rnnbench.text.listed(rows, 2)
            yield Tile(target, title, f"{finding.in_steps(first)} steps", "open", named)
    for cost in findings.costs:
        times = {row.row: row.train.seconds for row in cost.rows if row.train}
        row = cost.fastest
        if row:
            shown = f"{number(1000 * times[row].centre)} ms"
            yield Tile(f"#train-{slug(cost.title)}", f"step, {cost.title}", shown, "open", row)


def _condition_tile(condition: rnnbench.Condition) -> Tile:
    target = f"#condition-{slug(condition.title)}"
    if not condition.is_compared:
        return Tile(target, condition.title, _uncompared(condition), "open")
    if condition.leader is None:
        return Tile(target, condition.title, "no cell is ahead", "open")
    decided = [comparison.answer == "better" for comparison in condition.comparisons]
    if condition.leads:
        return Tile(target, condition.title, "leads", "better", condition.leader)
    words = f"ahead; better than {sum(decided)} of {len(decided)}" if any(decided) else "ahead only"
    return Tile(target, condition.title, words, "open", condition.leader)


def _uncompared(condition: rnnbench.Condition) -> str:
    """Return what is said of a condition under which no two cells are compared."""
    trained = [arm for arm in condition.arms if arm.seeds]
    if len(trained) != 1:
        return "no common seeds"
    (arm,) = trained
    metric = condition.metrics[0].name
    if condition.target is None:
        return f"test {metric} {number(arm.test[metric].centre)}" if metric in arm.test else "-"
    solved = arm.solved if condition.confirms(arm) else 0
    return f"{solved} of {rnnbench.text.counted(len(arm.seeds), 'seed')} at the target"


def heat_maps(findings: rnnbench.Findings) -> Iterator[HeatMap]:
    """Yield the map of what was learned, and that of costs where there are several shapes."""
    if findings.conditions:
        yield _learning_map(findings.conditions, findings.ranking)
    timed = [cost for cost in findings.costs if any(row.train for row in cost.rows)]
    if len(timed) > 1 or (timed and not findings.conditions):
        yield _cost_map(timed)


def _learning_map(conditions: Sequence[rnnbench.Condition], ranking: Sequence[str]) -> HeatMap:
    columns = []
    squares: dict[str, dict[str, Square]] = {}
    for condition in conditions:
        columns.append((condition.title, f"#condition-{slug(condition.title)}"))
        for arm in condition.arms:
            squares.setdefault(arm.row, {})[condition.title] = _learned(arm, condition)
    rows = [row for row in ranking if row in squares]
    filled = _filled(rows, squares, columns)
    return HeatMap("map-learned", "What was learned", _caption(conditions), columns, filled)


def _caption(conditions: Sequence[rnnbench.Condition]) -> str:
    """Return what squares show, for conditions with and without a target."""
    have_target = {condition.target is not None for condition in conditions}
    parts = [LEARNING] if True in have_target else []
    if False in have_target:
        parts.append(WITHOUT_TARGET)
    return " ".join([*parts, ORDER])


def _learned(arm: rnnbench.Arm, condition: rnnbench.Condition) -> Square:
    href = f"#{row_id(condition.title, arm.row)}"
    score = arm.test.get(condition.metrics[0].name)
    where = "" if condition.confirms(arm) or not arm.solved else " on validation data alone"
    seeds = rnnbench.text.counted(len(arm.seeds), "seed")
    at_target = f"{arm.solved} of {seeds} at the target{where}"
    about = f"{arm.row}, {condition.title}: {seeds if condition.target is None else at_target}"
    if arm.solved and arm.epochs and condition.confirms(arm):
        early = 1 - arm.epochs.centre / condition.recipe.epochs
        shade = SOLVED_FROM + 1 + round((DARKEST - SOLVED_FROM - 1) * max(0.0, early))
        part = "" if arm.solved == len(arm.seeds) else f" ({arm.solved}/{len(arm.seeds)})"
        hint = f"{about}, epochs {spread(arm.epochs)}"
        return Square(f"{number(arm.epochs.centre)}{part}", shade, href, hint)
    if score is None:
        lost = ", ".join(f"{count} {status}" for status, count in arm.lost.items())
        return Square("-", None, href, f"{about} {lost}")
    strongest = DARKEST if condition.target is None else SOLVED_FROM
    shade = round(strongest * _progress(score.centre, condition))
    return Square(number(score.centre), shade, href, f"{about}, score {spread(score)}")


def _progress(score: float, condition: rnnbench.Condition) -> float:
    """Return how far a score comes from the trivial forecast to the target, or without one to the
    best cell, from 0 to 1."""
    metric = condition.metrics[0]
    trivial = condition.trivial.get(metric.name)
    end = condition.target
    if end is None:
        scores = [arm.test[metric.name].centre for arm in condition.arms if metric.name in arm.test]
        end = min(scores, key=metric.loss)
        if trivial is not None and not metric.better(end, trivial.centre):
            return 0.0
    if trivial is None or trivial.centre == end:
        return 0.5
    share = (score - trivial.centre) / (end - trivial.centre)
    return min(1.0, max(0.0, share))


def _cost_map(costs: Sequence[rnnbench.CostFinding]) -> HeatMap:
    columns = []
    squares: dict[str, dict[str, Square]] = {}
    for cost in costs:
        columns.append((cost.title, f"#train-{slug(cost.title)}"))
        times = {row.row: row.train.seconds for row in cost.rows if row.train}
        best = min(shown.centre for shown in times.values())
        for row, shown in times.items():
            ratio = shown.centre / best
            shade = round(DARKEST * max(0.0, 1 - log10(ratio)))
            hint = f"{row}, {cost.title}: {spread(shown, 1000)} ms, {number(ratio)} times the best"
            href = f"#{row_id(cost.title, row)}"
            square = Square(number(1000 * shown.centre), shade, href, hint)
            squares.setdefault(row, {})[cost.title] = square
    return HeatMap(
        "map-cost", "Milliseconds a training step", COST, columns, _ordered(squares, columns)
    )


def _ordered(
    squares: Mapping[str, Mapping[str, Square]], columns: Sequence[tuple[str, str]]
) -> list[tuple[str, list[Square]]]:
    """Return the rows of a map, the best mean shade first."""

    def rank(row: str) -> tuple[float, str]:
        shades = [square.shade or 0 for square in squares[row].values()]
        return -sum(shades) / len(shades), row

    return _filled(sorted(squares, key=rank), squares, columns)


def _filled(
    rows: Sequence[str],
    squares: Mapping[str, Mapping[str, Square]],
    columns: Sequence[tuple[str, str]],
) -> list[tuple[str, list[Square]]]:
    """Return these rows with a square for each column, empty ones among them."""
    empty = Square("", None, "", "")
    filled = []
    for row in rows:
        filled.append((row, [squares[row].get(title, empty) for title, _ in columns]))
    return filled
