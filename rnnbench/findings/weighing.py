"""How strongly what was measured speaks for a claim, and against it, under one condition."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from msgspec.structs import replace
from scipy import stats

from rnnbench.findings.book import Book, key
from rnnbench.findings.claim_figures import figure_name
from rnnbench.findings.cost_weighing import weigh_counted, weigh_times, with_pace
from rnnbench.findings.effects import between, effect, evidence, two_sided
from rnnbench.findings.estimates import solve_rate
from rnnbench.findings.weights import Weighed, exponential, logs
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
    name = figure_name(reading, question)
    assert isinstance(question.first, LearningSide)
    ours = _by_seed(question.first, name, book)
    if question.second is None:
        seeds = sorted(ours)
        alone = _alone(reading, [ours[s][1] for s in seeds], tuple(ours[s][0] for s in seeds))
        return replace(alone, lost=tuple(_lost(seeds, name, book, question.first)))
    assert isinstance(question.second, LearningSide)
    theirs = _by_seed(question.second, name, book)
    seeds = sorted(set(ours) & set(theirs))
    lost = list(_lost(seeds, name, book, question.first, question.second))
    budgets = float(question.first.recipe.epochs), float(question.second.recipe.epochs)
    by_epochs = name.startswith("epochs")
    told = [s for s in seeds if not by_epochs or ours[s][1] < budgets[0] or theirs[s][1] < budgets[1]]
    lost += [f"{_of_seeds(len(seeds) - len(told))} in which neither gets there"] if told != seeds else []
    trials = tuple(side[seed][0] for seed in seeds for side in (ours, theirs))
    ratio = reading.is_ratio
    pairs = {seed: (ours[seed][1], theirs[seed][1]) for seed in seeds}
    values = [float(np.log(a / b)) if ratio else a - b for a, b in (pairs[seed] for seed in told)]
    region = logs(reading.region) if ratio else reading.region
    weighed = replace(_weighed(values, region, trials), lost=tuple(lost))
    if weighed.effect and by_epochs:  # a seed that did not get there may lie anywhere beyond the budget
        ends = [between(a, b, budgets) for a, b in pairs.values()]
        p_for, p_against = evidence([low for low, _ in ends], region, [high for _, high in ends])
        weighed = replace(weighed, p_for=p_for, p_against=p_against, ends=tuple(ends))
    return replace(weighed, effect=exponential(weighed.effect)) if ratio and weighed.effect else weighed


def _lost(seeds: Sequence[int], name: str, book: Book, *sides: LearningSide) -> Iterator[str]:
    """Why other seeds say nothing, with how many each reason has."""
    run = [set(book.learning.get(key(side), {})) | set(book.absent.get(key(side), {})) for side in sides]
    reasons: Counter[str] = Counter()
    for seed in sorted(set.union(*run) - set(seeds)):
        known = [book.why_absent(side, seed, name) for side in sides]
        alone = "without this figure" if all(seed in ran for ran in run) else "of one of the cells only"
        reasons[next(filter(None, known), alone)] += 1
    return (f"{_of_seeds(count)} {reason}" for reason, count in reasons.items())


def _of_seeds(count: int) -> str:
    return f"{count} seed{'s' if count > 1 else ''}"


def _by_seed(side: LearningSide, name: str, book: Book) -> dict[int, tuple[str, float]]:
    found = book.learning.get(key(side), {})
    return {seed: (identity, figures[name]) for seed, (identity, figures) in found.items() if name in figures}


def _alone(reading: Reading, values: Sequence[float], trials: tuple[str, ...]) -> Weighed:
    """The figure of one cell: of solved seeds their share, by the binomial distribution."""
    if reading.figure != "solved" or not values:
        return _weighed(values, reading.region, trials)
    solved, n, region = int(sum(values)), len(values), reading.region
    p_for, p_against = two_sided(
        region,
        lambda bound: float(stats.binomtest(solved, n, bound, "greater").pvalue),
        lambda bound: float(stats.binomtest(solved, n, bound, "less").pvalue),
    )
    return Weighed(
        effect=solve_rate(solved, n), p_for=p_for, p_against=p_against, values=tuple(values), n=n, trials=trials
    )


def _weighed(values: Sequence[float], region: Region, trials: tuple[str, ...]) -> Weighed:
    if not values:
        return Weighed()
    p_for, p_against = evidence(values, region)
    return Weighed(
        effect=effect(values), p_for=p_for, p_against=p_against, values=tuple(values), n=len(values), trials=trials
    )
