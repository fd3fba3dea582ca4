"""The findings of several folders, with what is not pooled as caveats."""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from rnnbench.combine.beside import all_checks, all_claims
from rnnbench.combine.cost import pooled_cost
from rnnbench.combine.learning import pooled_learning
from rnnbench.combine.looks import Shown, keep_looks, looked, shown_conditions
from rnnbench.combine.parts import Held, Part, held_results, refuse_other_suites
from rnnbench.combine.sentences import not_pooled
from rnnbench.findings import Findings, TrialOutcome, find
from rnnbench.records import LearningTrial, Result, trial_id


@dataclass(frozen=True)
class Combined:
    """Several folders as one.

    results:   the results, each under the id that it has in the report.
    sentences: what is not pooled, left out or taken once, which findings have as caveats.
    """

    parts: tuple[Part, ...]
    findings: Findings
    results: tuple[Result, ...]
    sentences: tuple[str, ...]
    conditions: frozenset[Shown]

    def record_look(self) -> list[str]:
        """Keep in each folder that its verdicts are about to be shown.

        Returns a sentence for each folder where that fails.
        """
        found = [condition.look for condition in self.findings.conditions if condition.look]
        looks = {look.condition: look for look in found}
        return keep_looks(self.parts, self.conditions, looks)


def combine(parts: Sequence[Part]) -> Combined:
    """Combine runs of one suite.

    Raises RnnbenchError where they are of several suites, or hold no results.
    """
    refuse_other_suites(parts)
    held, sentences = held_results(parts)
    claims, of_claims = all_claims(parts)
    learning = [one for one in held if isinstance(one.result.trial, LearningTrial)]
    costly = [one for one in held if not isinstance(one.result.trial, LearningTrial)]
    learned, most_learned, apart = pooled_learning(learning, parts, leave_out=bool(claims))
    cost, most_cost, cost_apart, sessions = pooled_cost(costly, parts)
    shown = [*learned, *cost]
    conditions = shown_conditions(learned)
    looks = looked(parts, conditions)
    results = tuple(one.result for one in shown)
    findings = find(results, claims, all_checks(parts), looks)
    largest = [*most_learned, *most_cost]
    if len(largest) < len(shown):
        # Under one condition that is told apart, a seed would count as often as there are folders.
        once = find([one.result for one in largest], claims, (), looks)
        if once.headline != findings.headline or findings.across:
            sessions.append(
                "The headline and aggregates across tasks rest on the larger group of what is not"
                " pooled."
            )
        findings = replace(findings, across=once.across, headline=once.headline)
    sentences += of_claims
    sentences += not_pooled([*apart, *cost_apart], parts, left_out=bool(claims))
    sentences += sessions
    return Combined(
        parts=tuple(parts),
        findings=_with_sentences(findings, parts, shown, sentences),
        results=results,
        sentences=tuple(sentences),
        conditions=conditions,
    )


def _with_sentences(
    findings: Findings, parts: Sequence[Part], shown: Sequence[Held], sentences: Sequence[str]
) -> Findings:
    """Return findings with caveats behind those on laws, and with the file of each result."""
    laws = len(findings.law_caveats)
    files = {}
    for one in shown:
        path = parts[one.part].store.path(one.identity)
        files[trial_id(one.result.trial)] = str(path)
    return replace(
        findings,
        caveats=(*findings.caveats[:laws], *sentences, *findings.caveats[laws:]),
        trials=tuple(_stored(outcome, files[outcome.trial]) for outcome in findings.trials),
        folders=tuple(part.name for part in parts),
    )


def _stored(outcome: TrialOutcome, file: str) -> TrialOutcome:
    return replace(outcome, stored=file)
