"""How strongly what was measured speaks for a claim, and against it, under one condition."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec.structs import replace
from scipy import stats

from rnnbench.findings.book import Book
from rnnbench.findings.claim_figures import figure_name
from rnnbench.findings.cost_weighing import weigh_times, with_pace
from rnnbench.findings.counted_weighing import weigh_counted
from rnnbench.findings.effects import ANYTHING, between, effect, evidence, two_sided
from rnnbench.findings.estimates import solve_rate
from rnnbench.findings.seeds import Seeds, counted, seeds_of
from rnnbench.findings.weights import Ends, Weighed, exponential, logs
from rnnbench.records import CostSide, LearningSide, Question, Reading, Region


def weigh(reading: Reading, question: Question, book: Book) -> Weighed:
    """What is known of a claim under a condition."""
    first, second = question.first, question.second
    if isinstance(first, LearningSide):
        learned = _learning(reading, question, book)
        return with_pace(learned, reading, question, book) if question.pace else learned
    assert isinstance(second, CostSide)
    if reading.figure in ("train-time", "inference-time"):
        return weigh_times(first, second, reading.region, book)
    return weigh_counted(first, second, reading, book)


def _learning(reading: Reading, question: Question, book: Book) -> Weighed:
    sides = [side for side in (question.first, question.second) if isinstance(side, LearningSide)]
    seeds = seeds_of(sides, figure_name(reading, question), book, positive=reading.is_ratio)
    if reading.figure == "solved":
        weighed = _solved(seeds, reading.region)
    else:
        budgets = [float(side.recipe.epochs) for side in sides] if reading.figure in ("epochs", "seconds") else []
        weighed = _typical(seeds, reading, budgets)
    return replace(weighed, trials=seeds.trials)


def _typical(seeds: Seeds, reading: Reading, budgets: Sequence[float]) -> Weighed:
    """By signed ranks: of seeds that tell something their effect, and of all of them the p-values."""
    told, lost = dict(seeds.figures), list(seeds.lost)
    if len(budgets) == 2:
        told = {s: pair for s, pair in told.items() if pair[0] < budgets[0] or pair[1] < budgets[1]}
        neither = len(seeds.figures) - len(told)
        lost += [f"{counted(neither)} in which neither gets there"] if neither else []
    values = [_value(pair, ratio=reading.is_ratio) for pair in told.values()]
    if not values:
        return Weighed(lost=tuple(lost))
    ends = [*_ends(seeds.figures, budgets, ratio=reading.is_ratio), *[(-ANYTHING, ANYTHING)] * seeds.unknown]
    region = logs(reading.region) if reading.is_ratio else reading.region
    p_for, p_against = evidence([low for low, _ in ends], region, [high for _, high in ends])
    found = effect(values)
    if found.kind == "95 % interval" and any(low != high for low, high in ends):
        found = replace(found, kind="95 % of what was seen")
    return Weighed(
        effect=exponential(found) if reading.is_ratio else found,
        p_for=p_for,
        p_against=p_against,
        values=tuple(values),
        ends=tuple(ends),
        n=len(values),
        lost=tuple(lost),
    )


def _value(pair: Sequence[float], *, ratio: bool) -> float:
    if len(pair) == 1:
        return pair[0]
    return float(np.log(pair[0] / pair[1])) if ratio else pair[0] - pair[1]


def _ends(figures: Mapping[int, Sequence[float]], budgets: Sequence[float], *, ratio: bool) -> list[Ends]:
    """From where to where each seed's value may lie: a cell that did not get there may have needed any number."""
    if len(budgets) == 2:
        return [between(ours, theirs, (budgets[0], budgets[1])) for ours, theirs in figures.values()]
    if budgets:
        return [(value, ANYTHING if value >= budgets[0] else value) for (value,) in figures.values()]
    values = [_value(pair, ratio=ratio) for pair in figures.values()]
    return [(value, value) for value in values]


def _solved(seeds: Seeds, region: Region) -> Weighed:
    """Of solved seeds of one cell their share, by the binomial distribution."""
    values = [value for (value,) in seeds.figures.values()]
    if not values:
        return Weighed(lost=seeds.lost)
    solved, n = int(sum(values)), len(values)
    p_for, p_against = two_sided(
        region,
        lambda bound: float(stats.binomtest(solved, n, bound, "greater").pvalue),
        lambda bound: float(stats.binomtest(solved, n, bound, "less").pvalue),
    )
    return Weighed(
        effect=solve_rate(solved, n), p_for=p_for, p_against=p_against, values=tuple(values), n=n, lost=seeds.lost
    )
