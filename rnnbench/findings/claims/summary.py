"""What a verdict rests on, in a sentence."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from rnnbench import text
from rnnbench.findings.claims.records import Judged, ReadingFinding, State, Verdict
from rnnbench.findings.learning.look_summary import seeds_in_words
from rnnbench.findings.learning.looks import Schedule
from rnnbench.findings.learning.scored import is_raced
from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.records import Claim, Reading, Recipe

Conditions = Sequence[tuple[Mapping[str, str], State]]


def because(verdict: Verdict, readings: Sequence[ReadingFinding]) -> str:
    """Under how many conditions it holds, fails, and is open; where both occur, what that depends
    on."""
    missing = [reason for reading in readings for reason in reading.missing]
    untested = f"untested: {', '.join(dict.fromkeys(missing))}" if missing else ""
    if verdict == "untested":
        return f"{untested or 'it has no conditions'}."
    conditions = [
        (_facets(reading, judged), judged.state)
        for reading in readings
        for judged in reading.judged
    ]
    counts = {state: sum(s == state for _, s in conditions) for state in ("holds", "fails", "open")}
    words = {"holds": "holds under", "fails": "fails under", "open": "is open under"}
    said = [f"{words[state]} {count}" for state, count in counts.items() if count]
    words_of_counts = f"it {text.listed(said)} of {text.counted(len(conditions), 'condition')}"
    if verdict == "mixed" and (depends := dependence(conditions)):
        words_of_counts += f"; {depends}"
    if verdict == "undecided" and (more := _more(readings)):
        words_of_counts += f"; {more}"
    return f"{words_of_counts}{'; ' if untested else ''}{untested}."


def cautions(claim: Claim, look: Schedule) -> Iterator[str]:
    """What has to be known of how a verdict came about."""
    if claim.sides:
        yield from _of_look(claim, look)
    if claim.changed:
        yield (
            f"Changed on {', '.join(claim.changed)}, when results were there: it was not fixed"
            " before all of them."
        )


def _of_look(claim: Claim, look: Schedule) -> Iterator[str]:
    """At which level it decides, and why it is no other."""
    decides = f"this look decides at {look.level:.2g}, not at {LEVEL:g}"
    if claim.by_rule and look.seeds < claim.by_rule[0]:
        yield (
            f"Its first look is planned at {seeds_in_words(claim.by_rule[:1])}, which are not"
            " complete."
        )
    elif not look.level:
        return  # each condition says how many seeds it lacks
    elif look.counted:
        yield f"Looked at {seeds_in_words(look.counted)} before: {decides}."
    elif look.evenly:
        yield f"Looks at {seeds_in_words(claim.by_rule)} are planned: {decides}."
    elif look.seeds < look.settling:
        yield f"Of {look.settling} planned seeds there are {look.seeds}: {decides}."
    else:
        yield f"So that seeds may be added, {decides}."


def dependence(conditions: Conditions) -> str:
    """The facet whose values tell those under which the claim holds from those under which it
    fails, the fewest values first; with counts where conditions are open; "" where no single one
    does."""
    told = []
    for facet in dict.fromkeys(
        name for facets, state in conditions if state != "open" for name in facets
    ):
        by_value: dict[str | None, Counter[State]] = defaultdict(Counter)
        for facets, state in conditions:
            by_value[facets.get(facet)][state] += 1
        decided = [states for states in by_value.values() if states["holds"] or states["fails"]]
        if len(decided) > 1 and not any(states["holds"] and states["fails"] for states in decided):
            told.append((len(decided), f"by {facet}: {_answers(by_value)}"))
    return min(told)[1] if told else ""


def _answers(by_value: Mapping[str | None, Mapping[State, int]]) -> str:
    """What each value of a facet decides: `holds with a, fails with b`, or `with a 3 of 4 hold,
    with b 2 of 2 fail`."""
    if any(states.get("open") for states in by_value.values()):
        return ", ".join(_counted(value, states) for value, states in by_value.items())
    holds = [value for value, states in by_value.items() if states.get("holds")]
    fails = [value for value, states in by_value.items() if states.get("fails")]
    return f"holds {_listed(holds)}, fails {_listed(fails)}"


def _counted(value: str | None, states: Mapping[State, int]) -> str:
    """How many of the conditions with this value are decided, and how."""
    where, total = _listed([value]), sum(states.values())
    if holds := states.get("holds"):
        return f"{where} {holds} of {total} {'holds' if holds == 1 else 'hold'}"
    if fails := states.get("fails"):
        return f"{where} {fails} of {total} {'fails' if fails == 1 else 'fail'}"
    return f"{where} none of {total} is decided"


def describe(reading: Reading | ReadingFinding) -> str:
    """What a reading asks, in words: `epochs: gru over lstm, at most 0.8`."""
    figure = (
        reading.metric
        if reading.figure in ("score", "diagnosis") and reading.metric
        else reading.figure
    )
    between = " over ".join(reading.cells) if len(reading.cells) == 2 else reading.cells[0]
    if reading.figure == "score" and len(reading.cells) == 2:
        between = f"{' less '.join(reading.cells)}, higher being better"
    if reading.growing:
        between += ", by how much that grows with each doubling of the training data"
    return f"{figure}: {between}, {reading.region}"


def search_words(recipe: Recipe) -> str:
    """How a learning rate was found: `the best of 0.001, 0.003 and 0.01 on 1 tuning seed`."""
    rates = [f"{rate:g}" for rate in sorted(set(recipe.learning_rates))]
    if not recipe.tune or len(rates) == 1:
        return "fixed by the recipe"
    grid = text.enumerated(rates)
    if is_raced(recipe):
        return (
            f"a race of {grid}, in which worse ones are given up from {recipe.race_from} seeds on"
        )
    return f"the best of {grid} on {text.counted(recipe.tuning_seeds, 'tuning seed')}"


def _facets(reading: ReadingFinding, judged: Judged) -> dict[str, str]:
    return {"reading": reading.title or reading.summary, **judged.facets}


def _more(readings: Sequence[ReadingFinding]) -> str:
    wanted = [
        judged.more_seeds
        for reading in readings
        for judged in reading.judged
        if judged.state == "open"
    ]
    known = [count for count in wanted if count is not None]
    if not known or len(known) < len(wanted):
        return ""
    return text.more_seeds(max(known))


def _listed(values: Sequence[str | None]) -> str:
    known = ", ".join(value for value in values if value is not None)
    return " and ".join([f"with {known}"] * bool(known) + ["without one"] * (None in values))
