"""The sentences on what a run says over all its conditions, and what to hold against them."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rnnbench import text
from rnnbench.findings.aggregate.records import Aspect, Improvement
from rnnbench.findings.stats.ranges import Range

MOST_NAMED = 6
HALF = 0.5
AT_AN_END = 0.005
"""An optimality gap this near to 0 or 1 is written as if it were there."""


def answer(aspect: Aspect) -> str:
    """Who is first, who next, and which of them are told apart."""
    if aspect.absent:
        return f"{aspect.absent[0].upper()}{aspect.absent[1:]}."
    if aspect.missing:
        return f"No aggregate, for the set is not complete: {listed(aspect.missing, 3, '; ')}."
    if not aspect.seeds:
        over = (
            f"geometric mean over {len(aspect.conditions)} shapes"
            if len(aspect.conditions) > 1
            else "at one shape"
        )
        return f"{_order(aspect)} ({over})."
    over = f"over {len(aspect.conditions)} conditions x {len(aspect.seeds)} seeds"
    has_intervals = all(next(iter(row.figures.values())).kind != "range" for row in aspect.rows)
    brackets = (
        "" if has_intervals else " (in brackets the range over seeds: so few carry no interval)"
    )
    return f"Interquartile mean {over}{brackets}: {_order(aspect)}. {_apart(aspect)}".strip()


def _order(aspect: Aspect) -> str:
    return listed([f"{row.row} {_figure(next(iter(row.figures.values())))}" for row in aspect.rows])


def _figure(figure: Range) -> str:
    centre, low, high = (f"{value:.2f}" for value in (figure.centre, figure.low, figure.high))
    return centre if low == high == centre else f"{centre} [{low} to {high}]"


def _apart(aspect: Aspect) -> str:
    """The first cell against the others, by the probability that a run of it is better."""
    if not aspect.pairs:
        return ""
    better = [_chance(pair) for pair in aspect.pairs if pair.probability.low > HALF]
    worse = [_chance(pair) for pair in aspect.pairs if pair.probability.high < HALF]
    level = [
        _chance(pair)
        for pair in aspect.pairs
        if pair.probability.low <= HALF <= pair.probability.high
    ]
    said = [f"better than one of {listed(better)}"] if better else []
    said += [f"worse than one of {listed(worse)}"] if worse else []
    said += [f"not told apart from one of {listed(level)}"] if level else []
    return (
        f"A run of {aspect.rows[0].row} is {', '.join(said)}, by the probability that it is better."
    )


def _chance(pair: Improvement) -> str:
    return f"{pair.over} ({_figure(pair.probability)})"


def listed(things: Sequence[str], most: int = MOST_NAMED, by: str = ", ") -> str:
    """The first few, and how many more."""
    return text.listed(things, most, by)


def across_caveats(aspects: Sequence[Aspect]) -> Iterator[str]:
    """What is refused or left out, who cannot be told apart, what weighs more than the rest."""
    refused = {aspect.name: aspect.missing for aspect in aspects if aspect.missing}
    for missing in dict.fromkeys(refused.values()):
        names = [name for name in refused if refused[name] == missing]
        yield (
            f"Across tasks, {listed(names)}: no aggregate, for the set is not complete:"
            f" {listed(missing, 3, '; ')}."
        )
    for aspect in aspects:
        yield from _at_an_end(aspect)
        for why in dict.fromkeys(aspect.left_out.values() if aspect.rows else ()):
            what = [name for name, reason in aspect.left_out.items() if reason == why]
            yield f"Across tasks, {aspect.name} is without {listed(what, 3)}: {why}."
    counted = next((aspect for aspect in aspects if aspect.rows and aspect.seeds), None)
    tasks = (
        Counter(title.partition(",")[0] for title in counted.conditions) if counted else Counter()
    )
    if tasks and max(tasks.values()) > 2 * min(tasks.values()):
        (most, often), (least, rarely) = (
            tasks.most_common(1)[0],
            min(tasks.items(), key=lambda item: item[1]),
        )
        yield (
            f"Across tasks, {most} counts {often} times and {least} {rarely}: every setting of a"
            " task is a condition."
        )


def _at_an_end(aspect: Aspect) -> Iterator[str]:
    """Cells that have the best score there is in all their runs, or the worst."""
    gaps = {
        row.row: row.figures["optimality gap"].centre
        for row in aspect.rows
        if "optimality gap" in row.figures
    }
    best = [row for row, gap in gaps.items() if gap < AT_AN_END]
    worst = [row for row, gap in gaps.items() if gap > 1 - AT_AN_END]
    for where, rows in (("at the best score", best), ("at the worst score", worst)):
        if len(rows) > 1:
            yield (
                f"Across tasks, {aspect.name}: {listed(rows)} are {where} that there is in all"
                " runs, and nobody can tell them apart."
            )
