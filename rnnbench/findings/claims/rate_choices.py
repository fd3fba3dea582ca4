"""The choices of learning rates at which a claim compares two cells."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from rnnbench.findings.claims.growth import growths
from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.claims.seeds import Seeds, SideAtRate, seeds_of
from rnnbench.findings.claims.trial_figures import figure_name
from rnnbench.records import Figure, LearningSide, Question, Reading

LOWER_IS_BETTER: tuple[Figure, ...] = ("epochs", "seconds")


class RateChoices(NamedTuple):
    """The seeds that were measured at each choice of learning rates.

    best:   both cells at their best rates.
    above:  the choices at which an effect has to lie above a bound, to be called above it.
    below:  the choices at which an effect has to lie below a bound, to be called below it.
    picked: whether a rate of a cell counts because it came out best on these seeds.
    """

    best: Seeds
    above: list[Seeds]
    below: list[Seeds]
    picked: bool = True


def rate_choices(reading: Reading, question: Question, measurements: Measurements) -> RateChoices:
    """Return the seeds at each choice of rates, by the answer that the choice has to support.

    The better cell has to be better at its best rate than its rival at every rate that the rival's
    search left. For a figure without a better direction, every rate counts for both answers.
    """
    name = figure_name(reading, question)
    if question.smaller:
        return RateChoices(*growths(question, name, measurements), picked=False)
    sides = learning_sides(question)
    rates = [measurements.rates(side) for side in sides]
    best_rates = [of_side[0] for of_side in rates]

    def seeds_at(chosen: Sequence[float]) -> Seeds:
        at_rates = list(map(SideAtRate, sides, chosen))
        return seeds_of(at_rates, name, measurements, positive=reading.is_ratio)

    best = seeds_at(best_rates)
    by_side: list[list[Seeds]] = []
    for place, side in enumerate(sides):
        choices = []
        for rate in rates[place][1:]:
            chosen = [*best_rates[:place], rate, *best_rates[place + 1 :]]
            at_rate = SideAtRate(side, rate)
            choices.append(_with_conceded(seeds_at(chosen), best, at_rate, measurements))
        by_side.append(choices)
    return _by_answer(reading, best, by_side)


def learning_sides(question: Question) -> list[LearningSide]:
    """Return the cells of a question that learn, the first one first."""
    return [side for side in (question.first, question.second) if isinstance(side, LearningSide)]


def _with_conceded(
    seeds: Seeds, best: Seeds, at_rate: SideAtRate, measurements: Measurements
) -> Seeds:
    """Note the seeds that a cell lost at this rate, and completed at its best one."""
    conceded = [
        seed
        for seed in best.figures
        if seed not in seeds.figures and measurements.lost(*at_rate, seed)
    ]
    return replace(seeds, conceded=tuple(conceded))


def _by_answer(reading: Reading, best: Seeds, by_side: Sequence[Sequence[Seeds]]) -> RateChoices:
    """Sort the choices of each side by the answer that they have to support."""
    ours = [best, *by_side[0]]
    theirs = [best, *by_side[1]] if len(by_side) == 2 else [best]
    if reading.figure in LOWER_IS_BETTER:
        return RateChoices(best, ours, theirs)
    if reading.figure == "solved" or (reading.figure == "score" and len(by_side) == 2):
        return RateChoices(best, theirs, ours)
    either = [best]
    for seeds in (*ours[1:], *theirs[1:]):
        either.append(replace(seeds, conceded=()))
    return RateChoices(best, either, either, picked=False)
