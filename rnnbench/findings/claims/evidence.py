"""How strongly what was measured speaks for a claim, and against it, under one condition."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from msgspec.structs import replace
from scipy import stats

from rnnbench import text
from rnnbench.findings.claims.cost_evidence import evidence_of_times, with_step_times
from rnnbench.findings.claims.counted_evidence import evidence_of_counts
from rnnbench.findings.claims.evidence_records import BySeed, Ends, Evidence, logs
from rnnbench.findings.claims.figures import figure_name
from rnnbench.findings.claims.growth import growths
from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.claims.seeds import Seeds, SideAtRate, seeds_of
from rnnbench.findings.stats.censoring import ANYTHING, between
from rnnbench.findings.stats.estimates import solve_rate
from rnnbench.findings.stats.intersection_union import beats, falls_below, reach
from rnnbench.findings.stats.ranges import Range, exponential
from rnnbench.findings.stats.signed_rank import two_sided
from rnnbench.findings.stats.westfall_young import Column
from rnnbench.records import CostSide, Figure, LearningSide, Question, Reading, Region


def evidence_for(reading: Reading, question: Question, measurements: Measurements) -> Evidence:
    """What is known of a claim under a condition."""
    first, second = question.first, question.second
    if isinstance(first, LearningSide):
        learned = _learning(reading, question, measurements)
        return (
            with_step_times(learned, reading, question, measurements)
            if question.step_time
            else learned
        )
    assert isinstance(second, CostSide)
    if reading.figure in ("train-time", "inference-time"):
        return evidence_of_times(first, second, reading.region, measurements)
    return evidence_of_counts(first, second, reading, measurements)


LOWER: tuple[Figure, ...] = ("epochs", "seconds")
"""Figures of which lower is better."""


class _Choices(NamedTuple):
    """The seeds at each choice of rates: both cells at their best; and where the effect is to lie
    above a bound, or below, those by which it has to; and whether one rate of a cell counts because
    it came out best.
    """

    best: Seeds
    above: list[Seeds]
    below: list[Seeds]
    picked: bool = True


def _learning(reading: Reading, question: Question, measurements: Measurements) -> Evidence:
    choices = _choices(reading, question, measurements)
    budgets = (
        [float(side.recipe.epochs) for side in _sides(question)] if reading.figure in LOWER else []
    )
    evidence = (
        _solved(choices, reading.region)
        if reading.figure == "solved"
        else _typical(choices, reading, budgets)
    )
    trials = [trial for seeds in (*choices.above, *choices.below) for trial in seeds.trials]
    return replace(evidence, trials=tuple(dict.fromkeys(trials)))


def _sides(question: Question) -> list[LearningSide]:
    return [side for side in (question.first, question.second) if isinstance(side, LearningSide)]


def _choices(reading: Reading, question: Question, measurements: Measurements) -> _Choices:
    """A cell is better at its best rate than the other is at each one that its search left, and
    worse likewise. Of a figure without a better way each rate of each cell counts for either."""
    if question.smaller:
        return _Choices(
            *growths(question, figure_name(reading, question), measurements), picked=False
        )
    sides = _sides(question)
    rates = [measurements.rates(side) for side in sides]
    name = figure_name(reading, question)

    def at(*chosen: float) -> Seeds:
        return seeds_of(
            list(map(SideAtRate, sides, chosen)), name, measurements, positive=reading.is_ratio
        )

    others = [of_side[0] for of_side in rates[1:]]
    best = at(rates[0][0], *others)

    def conceding(seeds: Seeds, side: LearningSide, rate: float) -> Seeds:
        lost = [
            seed
            for seed in best.figures
            if seed not in seeds.figures and measurements.lost(side, rate, seed)
        ]
        return replace(seeds, conceded=tuple(lost))

    ours = [conceding(at(rate, *others), sides[0], rate) for rate in rates[0][1:]]
    theirs = [
        conceding(at(rates[0][0], rate), sides[1], rate)
        for of_side in rates[1:]
        for rate in of_side[1:]
    ]
    if reading.figure in LOWER:
        return _Choices(best, [best, *ours], [best, *theirs])
    if reading.figure == "solved" or (reading.figure == "score" and len(sides) == 2):
        return _Choices(best, [best, *theirs], [best, *ours])
    plain = [best, *(replace(seeds, conceded=()) for seeds in (*ours, *theirs))]
    return _Choices(best, plain, plain, picked=False)


def _typical(choices: _Choices, reading: Reading, budgets: Sequence[float]) -> Evidence:
    """By signed ranks: of seeds that tell something their effect, and of all of them the
    p-values."""
    ratio, seeds = reading.is_ratio, choices.best
    told, lost = _told(seeds, budgets), list(seeds.lost)
    neither = len(seeds.figures) - len(told)
    lost += [f"{text.counted(neither, 'seed')} in which neither gets there"] if neither else []
    values = [_value(pair, ratio=ratio) for pair in told.values()]
    if not values:
        return Evidence(lost=tuple(lost))
    ends = _ends(seeds, budgets, ratio=ratio)
    above = [_ends(one, budgets, ratio=ratio, conceded=ANYTHING) for one in choices.above]
    below = [_ends(one, budgets, ratio=ratio, conceded=-ANYTHING) for one in choices.below]
    lows, highs = ([_ends_of(found, way) for found in (above, below)] for way in (0, 1))
    p_for, p_against = two_sided(
        logs(reading.region) if ratio else reading.region,
        lambda bound: beats(lows[0], lows[1] if choices.picked else lows[0][:1], bound),
        lambda bound: falls_below(highs[1], highs[0] if choices.picked else highs[1][:1], bound),
    )
    found = _effect(choices, budgets, ratio=ratio)
    if found.kind == "95 % interval" and any(low != high for low, high in ends.values()):
        found = replace(found, kind="95 % of what was seen")
    return Evidence(
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


def _ends_of(columns: Sequence[BySeed], way: int) -> list[Column]:
    """The lower ends (0) or the upper ones (1), by choice and seed."""
    return [{seed: ends[way] for seed, ends in column.items()} for column in columns]


def _effect(choices: _Choices, budgets: Sequence[float], *, ratio: bool) -> Range:
    """What is typical at the best rates, and how far it reaches."""

    def columns(of_choices: Sequence[Seeds], worst: float) -> list[Column]:
        told = [
            {seed: _value(pair, ratio=ratio) for seed, pair in _told(one, budgets).items()}
            for one in of_choices
        ]
        return [
            {**one, **dict.fromkeys(seeds.conceded, worst)}
            for one, seeds in zip(told, of_choices, strict=True)
        ]

    return reach(
        columns(choices.above, ANYTHING), columns(choices.below, -ANYTHING), picked=choices.picked
    )


def _told(seeds: Seeds, budgets: Sequence[float]) -> dict[int, tuple[float, ...]]:
    """Seeds in which one of two cells gets there; all of them where there is no budget to stay
    within."""
    if len(budgets) < 2:
        return dict(seeds.figures)
    return {
        s: pair for s, pair in seeds.figures.items() if pair[0] < budgets[0] or pair[1] < budgets[1]
    }


def _value(pair: Sequence[float], *, ratio: bool) -> float:
    if len(pair) == 1:
        return pair[0]
    return float(np.log(pair[0] / pair[1])) if ratio else pair[0] - pair[1]


def _ends(seeds: Seeds, budgets: Sequence[float], *, ratio: bool, conceded: float = 0.0) -> BySeed:
    """From where to where each seed's value may lie: a cell that did not get there may have needed
    any number, and what ran to its end without the figure may have any; what a cell concedes lies
    at the end given."""
    known = {seed: _end(pair, budgets, ratio=ratio) for seed, pair in seeds.figures.items()}
    unknown = dict.fromkeys(seeds.unknown, (-ANYTHING, ANYTHING))
    return {**known, **unknown, **dict.fromkeys(seeds.conceded, (conceded, conceded))}


def _end(pair: Sequence[float], budgets: Sequence[float], *, ratio: bool) -> Ends:
    if len(budgets) == 2:
        return between(pair[0], pair[1], (budgets[0], budgets[1]))
    value = _value(pair, ratio=ratio)
    return value, ANYTHING if budgets and value >= budgets[0] else value


def _solved(choices: _Choices, region: Region) -> Evidence:
    """Of solved seeds of one cell their share, by the binomial distribution."""
    values = [value for (value,) in choices.best.figures.values()]
    if not values:
        return Evidence(lost=choices.best.lost)

    def worst(
        chosen: Sequence[Seeds], own: int, bound: float, way: Literal["greater", "less"]
    ) -> float:
        shares = [[value for (value,) in seeds.figures.values()] for seeds in chosen]
        most = max(
            float(stats.binomtest(int(sum(share)), len(share), bound, way).pvalue) if share else 1.0
            for share in shares
        )
        return min(1.0, own * most)  # Bonferroni's share for each rate that it was chosen among

    p_for, p_against = two_sided(
        region,
        lambda bound: worst(choices.above, len(choices.below), bound, "greater"),
        lambda bound: worst(choices.below, len(choices.above), bound, "less"),
    )
    return Evidence(
        effect=solve_rate(int(sum(values)), len(values)),
        p_for=p_for,
        p_against=p_against,
        values=tuple(values),
        n=len(values),
        lost=choices.best.lost,
    )
