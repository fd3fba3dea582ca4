"""Sentences on the verdict of a claim: what it rests on, and how it came about."""

from collections.abc import Iterator, Sequence
from itertools import chain

from rnnbench import text
from rnnbench.findings.claims.dependence import dependence
from rnnbench.findings.claims.records import Judged, ReadingFinding, State, Verdict
from rnnbench.findings.learning.look_summary import seeds_in_words
from rnnbench.findings.learning.looks import Schedule
from rnnbench.findings.learning.scored import is_raced
from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.records import Claim, Reading, Recipe

WORDS: dict[State, str] = {"holds": "holds under", "fails": "fails under", "open": "is open under"}


def because(verdict: Verdict, readings: Sequence[ReadingFinding]) -> str:
    """Return under how many conditions a claim holds, fails, and is open, as a sentence.

    For a mixed verdict the sentence names the facet that the answer depends on; for an undecided
    one, how many more seeds would probably decide.
    """
    missing = dict.fromkeys(chain.from_iterable(reading.missing for reading in readings))
    untested = f"untested: {', '.join(missing)}" if missing else ""
    if verdict == "untested":
        return f"{untested or 'it has no conditions'}."
    conditions = []
    for reading in readings:
        for judged in reading.judged:
            conditions.append((_facets(reading, judged), judged.state))
    parts = [_counts([state for _, state in conditions])]
    if verdict == "mixed":
        parts.append(dependence(conditions))
    if verdict == "undecided":
        parts.append(_more_seeds(readings))
    parts.append(untested)
    return f"{'; '.join(filter(None, parts))}."


def cautions(claim: Claim, look: Schedule) -> Iterator[str]:
    """Yield sentences on how a verdict came about: its looks, and changes of the claim."""
    if claim.sides:
        yield from _look_cautions(claim, look)
    if claim.changed:
        yield (
            f"Changed on {', '.join(claim.changed)}, when there were results already: the claim was"
            " not fixed before all of them."
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
    """Return the conditions by state: `it holds under 3, fails under 1 of 4 conditions`."""
    words = []
    for state, under in WORDS.items():
        if state in states:
            words.append(f"{under} {states.count(state)}")
    return f"it {text.listed(words)} of {text.counted(len(states), 'condition')}"


def _facets(reading: ReadingFinding, judged: Judged) -> dict[str, str]:
    return {"reading": reading.title or reading.summary, **judged.facets}


def _more_seeds(readings: Sequence[ReadingFinding]) -> str:
    """Return how many more seeds would probably decide; "" where one condition has no number."""
    conditions = chain.from_iterable(reading.judged for reading in readings)
    wanted = [judged.more_seeds for judged in conditions if judged.state == "open"]
    known = [count for count in wanted if count is not None]
    if not known or len(known) < len(wanted):
        return ""
    return text.more_seeds(max(known))


def _look_cautions(claim: Claim, look: Schedule) -> Iterator[str]:
    """Yield at which level a look decides, and why that level is not the usual one."""
    decides = f"this look decides at {text.rounded(look.level, 2)}, not at {text.setting(LEVEL)}"
    if claim.by_rule and look.seeds < claim.by_rule[0]:
        first_look = seeds_in_words(claim.by_rule[:1])
        yield f"Its first look is planned at {first_look}, which are not complete."
    elif not look.level:
        return  # each condition reports how many seeds it lacks
    elif look.counted:
        yield f"Looked at {seeds_in_words(look.counted)} before: {decides}."
    elif look.evenly:
        yield f"Looks at {seeds_in_words(claim.by_rule)} are planned: {decides}."
    elif look.seeds < look.settling:
        yield f"Of {look.settling} planned seeds there are {look.seeds}: {decides}."
    else:
        yield f"So that seeds may be added, {decides}."
