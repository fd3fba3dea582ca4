"""Sentences on the verdict of a claim: what it rests on, and how it came about."""

from collections.abc import Iterator, Sequence
from itertools import chain

from rnnbench import text
from rnnbench.findings.claims.dependence import dependence
from rnnbench.findings.claims.records import Judged, ReadingFinding, State, Verdict
from rnnbench.findings.learning.look_summary import (
    looked_before,
    part_of_the_seeds,
    seeds_in_words,
)
from rnnbench.findings.learning.looks import Schedule
from rnnbench.findings.learning.scored import is_raced
from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.records import Claim, Reading, Recipe

WORDS: dict[State, tuple[str, str]] = {
    "holds": ("holds", "hold"),
    "fails": ("fails", "fail"),
    "open": ("is open", "are open"),
}
"""The verbs of conditions by their state, for one of them and for several."""


def because(verdict: Verdict, readings: Sequence[ReadingFinding]) -> str:
    """Return how many conditions of a claim hold, fail, and are open, in sentences.

    For a mixed verdict, further sentences name the facet that the answer depends on; for an
    undecided one, a sentence has how many more seeds would probably decide.
    """
    missing = dict.fromkeys(chain.from_iterable(reading.missing for reading in readings))
    untested = [text.sentence(f"Untested: {reason}") for reason in missing]
    if verdict == "untested":
        return " ".join(untested) or _nothing_measured(readings)
    conditions = []
    for reading in readings:
        for judged in reading.judged:
            conditions.append((_facets(reading, judged), judged.state))
    sentences = [_counts([state for _, state in conditions])]
    if verdict == "mixed":
        sentences += dependence(conditions)
    if verdict == "undecided":
        sentences += _more_seeds(readings)
    return " ".join([*sentences, *untested])


def _nothing_measured(readings: Sequence[ReadingFinding]) -> str:
    number = sum(len(reading.judged) for reading in readings)
    if not number:
        return "The claim has no conditions."
    of = "its condition" if number == 1 else f"any of its {number} conditions"
    return f"There is nothing to compare under {of}."


def cautions(claim: Claim, look: Schedule) -> Iterator[str]:
    """Yield sentences on how a verdict came about: its looks, and changes of the claim."""
    if claim.sides:
        yield from _look_cautions(claim, look)
    if claim.changed:
        yield (
            f"The claim was changed on {text.enumerated(claim.changed)}, when some of its results"
            " were there already."
        )


def describe(reading: Reading | ReadingFinding) -> str:
    """Return the question that a reading asks, in words: `epochs: gru over lstm, at most 0.8`."""
    figure: str = reading.figure
    if reading.figure in ("score", "diagnosis") and reading.metric:
        figure = reading.metric
    cells = reading.cells[0]
    if len(reading.cells) == 2 and reading.figure == "score":
        cells = f"{' less '.join(reading.cells)}, higher being better"
    elif len(reading.cells) == 2:
        cells = " over ".join(reading.cells)
    if reading.growing:
        cells += ", by how much that grows with each doubling of the training data"
    return f"{figure}: {cells}, {reading.region}"


def search_words(recipe: Recipe) -> str:
    """Return how a learning rate was found: `the best of 0.001 and 0.003 on 1 tuning seed`."""
    rates = [text.setting(rate) for rate in sorted(set(recipe.learning_rates))]
    if not recipe.tune or len(rates) == 1:
        return "fixed by the recipe"
    grid = text.enumerated(rates)
    if is_raced(recipe):
        return (
            f"a race of {grid}, in which worse ones are given up from {recipe.race_from} seeds on"
        )
    return f"the best of {grid} on {text.counted(recipe.tuning_seeds, 'tuning seed')}"


def _counts(states: Sequence[State]) -> str:
    """Return the conditions by state: `3 of 4 conditions hold, 1 fails.`"""
    all_conditions = text.counted(len(states), "condition")
    words: list[str] = []
    for state, (of_one, of_several) in WORDS.items():
        count = states.count(state)
        if count:
            which = str(count) if words else f"{count} of {all_conditions}"
            words.append(f"{which} {of_one if count == 1 else of_several}")
    return f"{text.listed(words)}."


def _facets(reading: ReadingFinding, judged: Judged) -> dict[str, str]:
    return {"reading": reading.title or reading.summary, **judged.facets}


def _more_seeds(readings: Sequence[ReadingFinding]) -> Iterator[str]:
    """Yield how many more seeds would probably decide, unless a condition has no such number."""
    conditions = chain.from_iterable(reading.judged for reading in readings)
    wanted = [judged.more_seeds for judged in conditions if judged.state == "open"]
    known = [count for count in wanted if count is not None]
    if known and len(known) == len(wanted):
        more = text.more_seeds(max(known))
        if more:
            yield f"{more[:1].upper()}{more[1:]}."


def _look_cautions(claim: Claim, look: Schedule) -> Iterator[str]:
    """Yield at which level a look decides, and why that level is not the usual one."""
    level = text.rounded(look.level, 2)
    decides = f"This look decides at {level}, not at {text.setting(LEVEL)}"
    if claim.by_rule and look.seeds < claim.by_rule[0]:
        first_look = seeds_in_words(claim.by_rule[:1])
        yield f"The first look is planned at {first_look}, which are not complete."
    elif not look.level:
        return  # each condition reports how many seeds it lacks
    elif look.counted:
        yield f"{decides}, {looked_before(look.counted)}."
    elif look.evenly:
        yield f"{decides}, as looks at {seeds_in_words(claim.by_rule)} are planned."
    elif look.seeds < look.settling:
        yield f"{decides}, {part_of_the_seeds(look.seeds, look.settling)}."
    else:
        yield f"{decides}, so that seeds may be added."
