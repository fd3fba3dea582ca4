"""How strongly what was measured speaks for a claim, and against it, under one condition."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from msgspec.structs import replace
from scipy import stats

from rnnbench.findings.book import Book
from rnnbench.findings.claim_figures import figure_name
from rnnbench.findings.cost_weighing import weigh_times, with_pace
from rnnbench.findings.counted_weighing import weigh_counted
from rnnbench.findings.effects import ANYTHING, between, effect, p_above, p_below, two_sided
from rnnbench.findings.estimates import solve_rate
from rnnbench.findings.ranges import Range
from rnnbench.findings.seeds import At, Seeds, counted, seeds_of
from rnnbench.findings.weights import BySeed, Ends, Weighed, exponential, logs
from rnnbench.records import CostSide, Figure, LearningSide, Question, Reading, Region


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


LOWER: tuple[Figure, ...] = ("epochs", "seconds")
"""Figures of which lower is better."""


class _Choices(NamedTuple):
    """The seeds at each choice of rates: both cells at their best; and where the effect is to lie above a bound, or
    below, those by which it has to."""

    best: Seeds
    above: list[Seeds]
    below: list[Seeds]


def _learning(reading: Reading, question: Question, book: Book) -> Weighed:
    choices = _choices(reading, question, book)
    budgets = [float(side.recipe.epochs) for side in _sides(question)] if reading.figure in LOWER else []
    weighed = _solved(choices, reading.region) if reading.figure == "solved" else _typical(choices, reading, budgets)
    trials = [trial for seeds in (*choices.above, *choices.below) for trial in seeds.trials]
    return replace(weighed, trials=tuple(dict.fromkeys(trials)))


def _sides(question: Question) -> list[LearningSide]:
    return [side for side in (question.first, question.second) if isinstance(side, LearningSide)]


def _choices(reading: Reading, question: Question, book: Book) -> _Choices:
    """A cell is better at its best rate than the other is at each one that its search left, and worse likewise. Of a
    figure without a better way each rate of each cell counts for either."""
    sides = _sides(question)
    rates = [book.rates(side) for side in sides]
    name = figure_name(reading, question)

    def at(*chosen: float) -> Seeds:
        return seeds_of(list(map(At, sides, chosen)), name, book, positive=reading.is_ratio)

    others = [of_side[0] for of_side in rates[1:]]
    best = at(rates[0][0], *others)

    def conceding(seeds: Seeds, side: LearningSide, rate: float) -> Seeds:
        lost = [seed for seed in best.figures if seed not in seeds.figures and book.lost(side, rate, seed)]
        return replace(seeds, conceded=tuple(lost))

    ours = [conceding(at(rate, *others), sides[0], rate) for rate in rates[0][1:]]
    theirs = [conceding(at(rates[0][0], rate), sides[1], rate) for of_side in rates[1:] for rate in of_side[1:]]
    if reading.figure in LOWER:
        return _Choices(best, [best, *ours], [best, *theirs])
    if reading.figure == "solved" or (reading.figure == "score" and len(sides) == 2):
        return _Choices(best, [best, *theirs], [best, *ours])
    plain = [best, *(replace(seeds, conceded=()) for seeds in (*ours, *theirs))]
    return _Choices(best, plain, plain)


def _typical(choices: _Choices, reading: Reading, budgets: Sequence[float]) -> Weighed:
    """By signed ranks: of seeds that tell something their effect, and of all of them the p-values."""
    ratio, seeds = reading.is_ratio, choices.best
    told, lost = _told(seeds, budgets), list(seeds.lost)
    neither = len(seeds.figures) - len(told)
    lost += [f"{counted(neither)} in which neither gets there"] if neither else []
    values = [_value(pair, ratio=ratio) for pair in told.values()]
    if not values:
        return Weighed(lost=tuple(lost))
    ends = _ends(seeds, budgets, ratio=ratio)
    above = [_ends(one, budgets, ratio=ratio, conceded=ANYTHING) for one in choices.above]
    below = [_ends(one, budgets, ratio=ratio, conceded=-ANYTHING) for one in choices.below]
    p_for, p_against = two_sided(
        logs(reading.region) if ratio else reading.region,
        lambda bound: max(p_above([low for low, _ in chosen.values()], bound) for chosen in above),
        lambda bound: max(p_below([high for _, high in chosen.values()], bound) for chosen in below),
    )
    found = _effect(values, choices, budgets, ratio=ratio)
    if found.kind == "95 % interval" and any(low != high for low, high in ends.values()):
        found = replace(found, kind="95 % of what was seen")
    return Weighed(
        effect=exponential(found) if ratio else found,
        p_for=p_for,
        p_against=p_against,
        values=tuple(values),
        ends=ends,
        above=tuple(above),
        below=tuple(below),
        n=len(values),
        lost=tuple(lost),
    )


def _effect(values: Sequence[float], choices: _Choices, budgets: Sequence[float], *, ratio: bool) -> Range:
    """What is typical at the best rates, from the lowest end that the other choices leave to the highest. Where one of
    them carries no interval, this is none."""

    def effects(of_choices: Sequence[Seeds], conceded: float) -> list[Range]:
        told = [[_value(pair, ratio=ratio) for pair in _told(one, budgets).values()] for one in of_choices]
        values_of = [[*one, *[conceded] * len(seeds.conceded)] for one, seeds in zip(told, of_choices, strict=True)]
        return [effect(one) for one in values_of if one]

    best, lows, highs = effect(values), effects(choices.above, ANYTHING), effects(choices.below, -ANYTHING)
    whole = len(lows) + len(highs) == len(choices.above) + len(choices.below)
    alike = whole and {found.kind for found in (*lows, *highs)} == {best.kind}
    return replace(
        best,
        low=min(found.low for found in lows),
        high=max(found.high for found in highs),
        kind=best.kind if alike else "range",
    )


def _told(seeds: Seeds, budgets: Sequence[float]) -> dict[int, tuple[float, ...]]:
    """Seeds in which one of two cells gets there; all of them where there is no budget to stay within."""
    if len(budgets) < 2:
        return dict(seeds.figures)
    return {s: pair for s, pair in seeds.figures.items() if pair[0] < budgets[0] or pair[1] < budgets[1]}


def _value(pair: Sequence[float], *, ratio: bool) -> float:
    if len(pair) == 1:
        return pair[0]
    return float(np.log(pair[0] / pair[1])) if ratio else pair[0] - pair[1]


def _ends(seeds: Seeds, budgets: Sequence[float], *, ratio: bool, conceded: float = 0.0) -> BySeed:
    """From where to where each seed's value may lie: a cell that did not get there may have needed any number, and what
    ran to its end without the figure may have any; what a cell concedes lies at the end given."""
    known = {seed: _end(pair, budgets, ratio=ratio) for seed, pair in seeds.figures.items()}
    unknown = dict.fromkeys(seeds.unknown, (-ANYTHING, ANYTHING))
    return {**known, **unknown, **dict.fromkeys(seeds.conceded, (conceded, conceded))}


def _end(pair: Sequence[float], budgets: Sequence[float], *, ratio: bool) -> Ends:
    if len(budgets) == 2:
        return between(pair[0], pair[1], (budgets[0], budgets[1]))
    value = _value(pair, ratio=ratio)
    return value, ANYTHING if budgets and value >= budgets[0] else value


def _solved(choices: _Choices, region: Region) -> Weighed:
    """Of solved seeds of one cell their share, by the binomial distribution."""
    values = [value for (value,) in choices.best.figures.values()]
    if not values:
        return Weighed(lost=choices.best.lost)

    def worst(chosen: Sequence[Seeds], bound: float, way: Literal["greater", "less"]) -> float:
        shares = [[value for (value,) in seeds.figures.values()] for seeds in chosen]
        return max(
            float(stats.binomtest(int(sum(share)), len(share), bound, way).pvalue) if share else 1.0 for share in shares
        )

    p_for, p_against = two_sided(
        region,
        lambda bound: worst(choices.above, bound, "greater"),
        lambda bound: worst(choices.below, bound, "less"),
    )
    return Weighed(
        effect=solve_rate(int(sum(values)), len(values)),
        p_for=p_for,
        p_against=p_against,
        values=tuple(values),
        n=len(values),
        lost=choices.best.lost,
    )
