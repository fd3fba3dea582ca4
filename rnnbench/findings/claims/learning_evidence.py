"""Evidence from trainings: tests of paired seeds, and of shares of solved seeds."""

from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from rnnbench import text
from rnnbench.findings.claims.evidence_records import BySeed, Evidence, logs
from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.claims.rate_choices import (
    LOWER_IS_BETTER,
    RateChoices,
    learning_sides,
    rate_choices,
)
from rnnbench.findings.claims.seed_effects import EffectScale, ends_at, one_end, values_at
from rnnbench.findings.claims.seeds import Seeds
from rnnbench.findings.stats.censoring import ANYTHING
from rnnbench.findings.stats.estimates import solve_rate
from rnnbench.findings.stats.exact import p_share
from rnnbench.findings.stats.intersection_union import beats, falls_below, reach
from rnnbench.findings.stats.ranges import Range, exponential
from rnnbench.findings.stats.signed_rank import two_sided
from rnnbench.records import Question, Reading, Region


def evidence_of_trainings(
    reading: Reading, question: Question, measurements: Measurements
) -> Evidence:
    """Return the evidence of trained cells, with the ids of all trials that it rests on."""
    choices = rate_choices(reading, question, measurements)
    if reading.figure == "solved":
        evidence = _evidence_of_solved_seeds(choices, reading.region)
    else:
        budgets = []
        if reading.figure in LOWER_IS_BETTER:
            budgets = [float(side.recipe.epochs) for side in learning_sides(question)]
        scale = EffectScale(reading.is_ratio, budgets)
        evidence = _evidence_of_typical_seed(choices, scale, reading.region)
    trials: dict[str, None] = {}  # which keeps their order
    for seeds in (*choices.above, *choices.below):
        trials |= dict.fromkeys(seeds.trials)
    return replace(evidence, trials=tuple(trials))


def _evidence_of_typical_seed(choices: RateChoices, scale: EffectScale, region: Region) -> Evidence:
    """Test by signed ranks where the typical effect lies.

    The effect is that of the seeds that are not censored in both cells; p-values use all seeds.
    """
    values = scale.values(choices.best)
    lost = list(choices.best.lost)
    censored = len(choices.best.figures) - len(values)
    if censored:
        lost.append(f"{text.counted(censored, 'seed')} in which neither cell reaches the target")
    if not values:
        return Evidence(lost=tuple(lost))
    above = ends_at(choices.above, scale, conceded=ANYTHING)
    below = ends_at(choices.below, scale, conceded=-ANYTHING)
    bounds = logs(region) if scale.ratio else region
    p_for, p_against = _p_values(above, below, bounds, picked=choices.picked)
    ends = scale.ends(choices.best)
    effect = _effect(choices, scale, ends)
    return Evidence(
        effect=exponential(effect) if scale.ratio else effect,
        p_for=p_for,
        p_against=p_against,
        values=tuple(values.values()),
        ends=ends,
        above=tuple(above),
        below=tuple(below),
        n=len(values),
        lost=tuple(lost),
    )


def _p_values(
    above: Sequence[BySeed], below: Sequence[BySeed], region: Region, *, picked: bool
) -> tuple[float, float]:
    """Return two-sided p-values that the effect lies in a region, and outside of it.

    Each one-sided test uses the ends that speak against it.
    """
    lows_above = one_end(above, "lower")
    highs_below = one_end(below, "upper")
    own_lows = one_end(below, "lower") if picked else lows_above[:1]
    own_highs = one_end(above, "upper") if picked else highs_below[:1]
    return two_sided(
        region,
        lambda bound: beats(lows_above, own_lows, bound),
        lambda bound: falls_below(highs_below, own_highs, bound),
    )


def _effect(choices: RateChoices, scale: EffectScale, ends: BySeed) -> Range:
    """Return the typical effect at the best rates, with its interval over all choices of rates."""
    effect = reach(
        values_at(choices.above, scale, conceded=ANYTHING),
        values_at(choices.below, scale, conceded=-ANYTHING),
        picked=choices.picked,
    )
    is_censored = any(low != high for low, high in ends.values())
    if effect.kind == "95 % interval" and is_censored:
        return replace(effect, kind="95 % of what was seen")
    return effect


def _evidence_of_solved_seeds(choices: RateChoices, region: Region) -> Evidence:
    """Test the share of solved seeds of one cell by the binomial distribution."""
    solved = _solved_seeds(choices.best)
    if not solved:
        return Evidence(lost=choices.best.lost)
    p_for, p_against = two_sided(
        region,
        lambda bound: _p_share(choices.above, len(choices.below), bound, "greater"),
        lambda bound: _p_share(choices.below, len(choices.above), bound, "less"),
    )
    return Evidence(
        effect=solve_rate(int(sum(solved)), len(solved)),
        p_for=p_for,
        p_against=p_against,
        values=tuple(solved),
        n=len(solved),
        lost=choices.best.lost,
    )


def _solved_seeds(seeds: Seeds) -> list[float]:
    """Return 1 for each seed that reached the target, and 0 for each one that did not."""
    return [solved for (solved,) in seeds.figures.values()]


def _p_share(
    choices: Sequence[Seeds], rates: int, bound: float, alternative: Literal["greater", "less"]
) -> float:
    """Return the largest p-value over the choices, times the number of rates (Bonferroni)."""
    largest = 0.0
    for seeds in choices:
        solved = _solved_seeds(seeds)
        p_value = 1.0
        if solved:
            p_value = p_share(int(sum(solved)), len(solved), bound, alternative)
        largest = max(largest, p_value)
    return min(1.0, rates * largest)
