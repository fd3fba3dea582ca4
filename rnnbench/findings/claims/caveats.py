"""Caveats on the trainings and measurements that a claim rests on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from rnnbench.findings.claims.claim_conditions import ClaimConditions, label
from rnnbench.findings.claims.overall import overall_caveats
from rnnbench.findings.claims.records import ClaimFinding
from rnnbench.findings.cost.caveats import cost_caveats
from rnnbench.findings.learning.caveats import (
    budgets_missed,
    lost_trainings,
    targets_at_chance,
    targets_missed_on_test,
)
from rnnbench.findings.learning.records import Condition
from rnnbench.findings.learning.search_caveats import search_caveats
from rnnbench.findings.learning.target_caveats import epochs_caveats, score_caveats
from rnnbench.records import Claim, CostTrial, Figure, Result, trial_id

ON_TARGETS: tuple[Figure, ...] = ("epochs", "solved", "seconds")
"""Figures that depend on when, or whether, a target is reached."""
ALIKE = 0.05
"""How much larger one of two models may be that are compared under recipes of their own."""


class ClaimCaveats:
    """Caveats on these results, by claim.

    Each condition is reduced to the cells that a claim trains there, and to the pairs that it
    compares. Its caveats are on all seeds that were run, also where the claim is judged on the
    first of them.

    conditions: those of the same results.
    """

    def __init__(self, results: Sequence[Result], conditions: Sequence[Condition]) -> None:
        self._conditions = ClaimConditions(results, conditions)
        self._costs = {trial_id(result.trial): result for result in results if _is_timed(result)}

    def of(self, claim: Claim, finding: ClaimFinding) -> Iterator[str]:
        """Yield each caveat once, with the conditions that it applies to."""
        conditions = self._conditions.reduced(claim, [one.figure for one in claim.readings])
        sentences = self._learning_caveats(claim, finding, conditions)
        yield from _merged(sentences, [condition.title for condition in conditions])
        yield from self._cost_caveats(finding)

    def _learning_caveats(
        self, claim: Claim, finding: ClaimFinding, conditions: Sequence[Condition]
    ) -> Iterator[str]:
        on_targets = self._conditions.reduced(claim, ON_TARGETS)
        yield from search_caveats(conditions)
        yield from lost_trainings(conditions)
        yield from budgets_missed(conditions)
        yield from self._unequal_parameters(claim)
        yield from targets_at_chance(on_targets)
        yield from targets_missed_on_test(on_targets)
        for condition in on_targets:
            yield from epochs_caveats(condition)
        for condition in self._conditions.reduced(claim, ["epochs", "seconds"]):
            yield from _unreached_target(condition)
        yield from self._overall_caveats(claim, finding)
        for condition in self._conditions.reduced(claim, ["score"], deciding_metric=True):
            yield from score_caveats(condition)

    def _cost_caveats(self, finding: ClaimFinding) -> Iterator[str]:
        conditions = chain.from_iterable(reading.judged for reading in finding.readings)
        trials = dict.fromkeys(chain.from_iterable(judged.trials for judged in conditions))
        results = [self._costs[trial] for trial in trials if trial in self._costs]
        return cost_caveats(results, ())

    def _overall_caveats(self, claim: Claim, finding: ClaimFinding) -> Iterator[str]:
        """Yield a caveat where all seeds together contradict the typical seed.

        Only conditions on epochs to the target itself are decided by the typical seed alone.
        """
        for reading, reading_finding in zip(claim.readings, finding.readings, strict=True):
            if reading.figure != "epochs":
                continue
            for question, judged in zip(reading.questions, reading_finding.judged, strict=True):
                arms = self._conditions.arms(question)
                if question.share == 1.0 and len(arms) == len(reading.cells) == 2:
                    for caveat in overall_caveats((arms[0], arms[1]), judged, reading.region):
                        yield f"{label([question])}: {caveat}"

    def _unequal_parameters(self, claim: Claim) -> Iterator[str]:
        """Yield a caveat for cells under recipes of their own whose parameters are not equal."""
        for question in chain.from_iterable(reading.questions for reading in claim.readings):
            by_condition = self._conditions.arms_by_condition(question)
            arms = list(chain.from_iterable(by_condition))
            sizes = [arm.parameters for arm in arms if arm.parameters]
            if len(by_condition) < 2 or len(sizes) < 2:
                continue
            if max(sizes) > (1 + ALIKE) * min(sizes):
                each = " and ".join(f"{arm.row} has {arm.parameters:,}" for arm in arms)
                yield f"{label([question])}: parameters are not equal: {each}."


def _is_timed(result: Result) -> bool:
    """Whether other work on the machine can change the measurement.

    Parameters and operations are counted, and do not depend on the machine.
    """
    return isinstance(result.trial, CostTrial) and result.trial.measurement != "operations"


def _unreached_target(condition: Condition) -> Iterator[str]:
    """Yield a caveat where no seed of any cell reaches the target."""
    if condition.arms and not any(arm.solved for arm in condition.arms):
        cells = " or ".join(arm.row for arm in condition.arms)
        yield f"{condition.title}: no seed of {cells} reaches the target."


def _merged(sentences: Iterable[str], titles: Sequence[str]) -> Iterator[str]:
    """Merge sentences that differ only in the title of their condition."""
    all_titles = set(titles)
    titles_by_rest: dict[str, dict[str, None]] = defaultdict(dict)
    for sentence in sentences:
        title = _title_of(sentence, all_titles)
        rest = sentence.removeprefix(f"{title}: ") if title else sentence
        titles_by_rest[rest][title] = None
    for rest, own_titles in titles_by_rest.items():
        where = "; ".join(filter(None, own_titles))
        if len(all_titles) > 1 and set(own_titles) == all_titles:
            where = "Under every condition"
        yield f"{where}: {rest}" if where else rest


def _title_of(sentence: str, titles: Iterable[str]) -> str:
    """Return the longest of these titles with which a sentence starts; "" where there is none."""
    leading = [title for title in titles if sentence.startswith(f"{title}: ")]
    return max(leading, key=len, default="")
