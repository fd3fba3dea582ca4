"""The sentences on aggregates over all conditions of a run, and their caveats."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rnnbench import text
from rnnbench.findings.aggregate.records import Aspect, AspectRow
from rnnbench.findings.stats.ranges import Range

MOST_NAMED = 6
MOST_GAPS = 3
NO_AGGREGATE = "There is no aggregate, as the set is not complete."
HALF = 0.5
AT_AN_END = 0.005
"""Optimality gaps this near to 0 or 1 count as being there."""


def answer(aspect: Aspect) -> str:
    """Return the order of the cells, and which of them differ significantly."""
    if aspect.absent:
        return text.sentence(f"{aspect.absent[0].upper()}{aspect.absent[1:]}")
    if aspect.missing:
        return f"{NO_AGGREGATE} {gaps(aspect.missing)}"
    conditions = len(aspect.conditions)
    if not aspect.seeds:
        over = "At one shape, the ratio"
        if conditions > 1:
            over = f"The geometric mean of the ratio over {conditions} shapes"
        return f"{over} is {_order(aspect)}. The ratio is the {aspect.measures}."
    seeds = text.counted(len(aspect.seeds), "seed")
    over = f"over {text.counted(conditions, 'condition')} and {seeds}"
    sentences = [f"The interquartile mean {over} is {_order(aspect)}."]
    if any(_first_figure(row).kind == "range" for row in aspect.rows):
        verb = "carries" if len(aspect.seeds) == 1 else "carry"
        sentences.append(f"Brackets have the range over seeds, as {seeds} {verb} no interval.")
    return " ".join([*sentences, *_differences(aspect)])


def _first_figure(row: AspectRow) -> Range:
    return next(iter(row.figures.values()))


def _order(aspect: Aspect) -> str:
    return listed([f"{_in_words(_first_figure(row))} ({row.row})" for row in aspect.rows])


def _in_words(figure: Range) -> str:
    centre = f"{figure.centre:.2f}"
    low = f"{figure.low:.2f}"
    high = f"{figure.high:.2f}"
    return text.with_ends(centre, low, high)


def _differences(aspect: Aspect) -> Iterator[str]:
    """Yield how the first cell compares, by the probability that a training of it is better."""
    for pair in aspect.pairs[:MOST_NAMED]:
        chance = f"P({aspect.rows[0].row} beats {pair.over}) = {_in_words(pair.probability)}"
        if pair.probability.low <= HALF <= pair.probability.high:
            chance += ", so that the two are not told apart"
        yield f"{chance}."
    more = len(aspect.pairs) - MOST_NAMED
    if more > 0:
        yield f"The table has the probabilities of {text.counted(more, 'more pair')}."


def gaps(missing: Sequence[str]) -> str:
    """Return a sentence for each of the first gaps, and one on how many more there are."""
    sentences = [f"{gap}." for gap in missing[:MOST_GAPS]]
    more = len(missing) - MOST_GAPS
    if more > 0:
        sentences.append(f"The set has {text.counted(more, 'more gap')}.")
    return " ".join(sentences)


def listed(things: Sequence[str], most: int = MOST_NAMED, by: str = ", ") -> str:
    """Return the first few things, and how many more there are."""
    return text.listed(things, most, by)


def across_caveats(aspects: Sequence[Aspect]) -> Iterator[str]:
    """Yield what has no aggregate or is left out, cells at the end of a scale, unequal weights."""
    yield from _refusals(aspects)
    for aspect in aspects:
        yield from _at_an_end(aspect)
        if aspect.rows:
            yield from _left_out(aspect)
    yield from _unequal_weights(aspects)


def _refusals(aspects: Sequence[Aspect]) -> Iterator[str]:
    refused: dict[tuple[str, ...], list[str]] = {}
    for aspect in aspects:
        if aspect.missing:
            refused.setdefault(aspect.missing, []).append(aspect.name)
    for missing, names in refused.items():
        aspects_without = text.enumerated(names)
        yield (
            f"Across tasks, there is no aggregate of {aspects_without}, as the set is not complete."
            f" {gaps(missing)}"
        )


def _left_out(aspect: Aspect) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for name, reason in aspect.left_out.items():
        by_reason.setdefault(reason, []).append(name)
    for reason, names in by_reason.items():
        left_out = f"Across tasks, {aspect.name} is without {listed(names, 3)}"
        yield text.sentence(f"{left_out}: {reason}")


def _unequal_weights(aspects: Sequence[Aspect]) -> Iterator[str]:
    """Yield that one task has more than twice as many conditions as another."""
    over_seeds = [aspect for aspect in aspects if aspect.rows and aspect.seeds]
    if not over_seeds:
        return
    tasks = Counter(title.partition(",")[0] for title in over_seeds[0].conditions)
    most, often = tasks.most_common(1)[0]
    least, rarely = min(tasks.items(), key=lambda item: item[1])
    if often > 2 * rarely:
        yield (
            f"Across tasks, {most} counts {often} times and {least} {rarely}, as every setting of a"
            " task is a condition."
        )


def _at_an_end(aspect: Aspect) -> Iterator[str]:
    """Yield the cells all of whose trainings have the best possible score, or the worst."""
    gaps = {}
    for row in aspect.rows:
        if "optimality gap" in row.figures:
            gaps[row.row] = row.figures["optimality gap"].centre
    best = [row for row, gap in gaps.items() if gap < AT_AN_END]
    worst = [row for row, gap in gaps.items() if gap > 1 - AT_AN_END]
    for end, rows in (("best", best), ("worst", worst)):
        if len(rows) > 1:
            yield (
                f"Across tasks, {listed(rows)} have the {end} possible {aspect.name} in all runs,"
                " which cannot tell them apart."
            )
