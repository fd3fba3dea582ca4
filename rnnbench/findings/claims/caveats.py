"""What to hold against the trainings and measurements that a claim rests on, in words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from rnnbench.findings.claims.overall import overall_caveats
from rnnbench.findings.claims.records import ClaimFinding
from rnnbench.findings.cost.caveats import cost_caveats
from rnnbench.findings.learning.caveats import (
    BUDGET_DOUBT,
    budgets_missed,
    lost_trainings,
    targets_at_chance,
    targets_missed_on_test,
)
from rnnbench.findings.learning.conditions import evaluated
from rnnbench.findings.learning.grouping import learning_trial
from rnnbench.findings.learning.records import Arm, Condition
from rnnbench.findings.learning.search import search_caveats
from rnnbench.findings.learning.target_caveats import epochs_caveats, score_caveats
from rnnbench.findings.rows import rows
from rnnbench.records import (
    Claim,
    CostTrial,
    Figure,
    LearningSide,
    LearningTrial,
    Question,
    Result,
    canonical,
    identity,
    trial_id,
)

ON_TARGETS: tuple[Figure, ...] = ("epochs", "solved", "seconds")
"""Figures that say when a target is reached, or whether."""
READ_OFF = ("threshold", "shape", "kernel")
"""Facets in which conditions of the same trainings differ."""


class ClaimCaveats:
    """Caveats on these results, by claim. `conditions` are those of the same results.

    A condition is reduced to the cells that a claim trains there, and to the pairs of them that it
    holds against each other. Its caveats are on all seeds that were run, also where the claim is
    judged on the first of them.
    """

    def __init__(self, results: Sequence[Result], conditions: Sequence[Condition]) -> None:
        self._conditions = conditions
        self._costs = {trial_id(result.trial): result for result in results if _is_metered(result)}
        self._places: dict[bytes, dict[int, str]] = defaultdict(
            dict
        )  # of each side: its row, by condition
        learning = [result for result in results if isinstance(result.trial, LearningTrial)]
        for place, (_, group) in enumerate(evaluated(learning)):
            named = rows(learning_trial(result).cell for result in group)
            for result in group:
                trial = learning_trial(result)
                side = LearningSide(
                    cell=trial.cell, task=trial.task, dials=trial.dials, recipe=trial.recipe
                )
                self._places[identity(side)][place] = named[canonical(trial.cell)]

    def of(self, claim: Claim, finding: ClaimFinding) -> Iterator[str]:
        """Each caveat once, with the conditions that it applies to."""
        everything = self._reduced(claim, [reading.figure for reading in claim.readings])
        on_targets = self._reduced(claim, ON_TARGETS)
        sentences = [
            *search_caveats(everything),
            *lost_trainings(everything),
            *budgets_missed(everything),
            *self._unequal_pairs(claim),
            *targets_at_chance(on_targets),
            *targets_missed_on_test(on_targets),
        ]
        for condition in on_targets:
            sentences += epochs_caveats(condition)
        for condition in self._reduced(claim, ["epochs", "seconds"]):
            sentences += _out_of_reach(condition)
        sentences += self._over_all_seeds(claim, finding)
        for condition in self._reduced(claim, ["score"], deciding_metric=True):
            sentences += score_caveats(condition)
        yield from _merged(sentences, [condition.title for condition in everything])
        trials = [
            trial
            for reading in finding.readings
            for judged in reading.judged
            for trial in judged.trials
        ]
        yield from cost_caveats(
            [self._costs[trial] for trial in dict.fromkeys(trials) if trial in self._costs], ()
        )

    def _reduced(
        self, claim: Claim, figures: Sequence[Figure], *, deciding_metric: bool = False
    ) -> list[Condition]:
        """The conditions under which a claim trains for these figures, with its own cells and pairs
        alone; with `deciding_metric` only where it reads the metric that decides the task."""
        trained: dict[int, set[str]] = defaultdict(set)
        compared: dict[int, set[frozenset[str]]] = defaultdict(set)
        asked: dict[int, list[Question]] = defaultdict(list)
        for reading in claim.readings:
            if reading.figure not in figures:
                continue
            for question in reading.questions:
                for place, names in self._rows(question).items():
                    if deciding_metric and reading.metric not in (
                        "",
                        self._conditions[place].metrics[0].name,
                    ):
                        continue
                    trained[place] |= set(names)
                    compared[place].add(frozenset(names))
                    asked[place].append(question)
        found = []
        for place in sorted(trained):
            own = _only(self._conditions[place], trained[place], compared[place])
            found.append(replace(own, title=_label(asked[place])))
        return found

    def _rows(self, question: Question) -> dict[int, list[str]]:
        """The rows of a question's cells, by condition."""
        found: dict[int, list[str]] = defaultdict(list)
        for side in (question.first, question.second):
            if isinstance(side, LearningSide):
                for place, row in self._places.get(identity(side), {}).items():
                    found[place].append(row)
        return found

    def _over_all_seeds(self, claim: Claim, finding: ClaimFinding) -> Iterator[str]:
        """Conditions on epochs to the target itself that are decided by the typical seed alone."""
        for reading, found in zip(claim.readings, finding.readings, strict=True):
            if reading.figure != "epochs":
                continue
            for question, judged in zip(reading.questions, found.judged, strict=True):
                arms = self._arms(question)
                if question.share == 1.0 and len(arms) == len(reading.cells) == 2:
                    for caveat in overall_caveats((arms[0], arms[1]), judged, reading.region):
                        yield f"{_label([question])}: {caveat}"

    def _arms(self, question: Question) -> list[Arm]:
        """Those of a question's cells, in their order."""
        return [
            _arm(self._conditions[place], row)
            for side in (question.first, question.second)
            if isinstance(side, LearningSide)
            for place, row in self._places.get(identity(side), {}).items()
        ]

    def _unequal_pairs(self, claim: Claim) -> Iterator[str]:
        """Two cells under recipes of their own, whose parameters are not equal."""
        for reading in claim.readings:
            for question in reading.questions:
                by_place = self._rows(question)
                arms = [
                    _arm(self._conditions[place], row)
                    for place, names in by_place.items()
                    for row in names
                ]
                sizes = [arm.parameters for arm in arms if arm.parameters]
                if (
                    len(by_place) > 1
                    and len(sizes) > 1
                    and max(sizes) > (1 + BUDGET_DOUBT) * min(sizes)
                ):
                    told = " and ".join(f"{arm.row} has {arm.parameters:,}" for arm in arms)
                    yield f"{_label([question])}: parameters are not equal: {told}."


def _is_metered(result: Result) -> bool:
    """Whether other work on the machine can move what was measured; parameters and operations are
    counted."""
    return isinstance(result.trial, CostTrial) and result.trial.measurement != "operations"


def _only(condition: Condition, cells: set[str], compared: set[frozenset[str]]) -> Condition:
    return replace(
        condition,
        arms=tuple(arm for arm in condition.arms if arm.row in cells),
        ratios=tuple(
            pair for pair in condition.ratios if frozenset({pair.row, pair.other}) in compared
        ),
    )


def _arm(condition: Condition, row: str) -> Arm:
    return next(arm for arm in condition.arms if arm.row == row)


def _out_of_reach(condition: Condition) -> Iterator[str]:
    """A target that no seed of any cell reaches."""
    if condition.arms and not any(arm.solved for arm in condition.arms):
        yield (
            f"{condition.title}: no seed of {' or '.join(arm.row for arm in condition.arms)}"
            " reaches the target."
        )


def _label(questions: Sequence[Question]) -> str:
    """What these have in common, in words: thresholds of the same trainings share all but the
    threshold."""
    common = {
        name: value
        for name, value in questions[0].facets.items()
        if name not in READ_OFF
        and all(question.facets.get(name) == value for question in questions)
    }
    return ", ".join(
        value if name == "task" else f"{name} {value}" for name, value in common.items()
    )


def _merged(sentences: Iterable[str], titles: Sequence[str]) -> Iterator[str]:
    """Sentences on single conditions that say the same, as one sentence on all of these."""
    every = set(titles)
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for sentence in sentences:
        title = max(
            (title for title in every if sentence.startswith(f"{title}: ")), key=len, default=""
        )
        found[sentence.removeprefix(f"{title}: ") if title else sentence][title] = None
    for said, places in found.items():
        where = "; ".join(filter(None, places))
        if len(every) > 1 and set(places) == every:
            where = "Under every condition"
        yield f"{where}: {said}" if where else said
