"""What became of how a cell learns, over all seeds that two runs share."""

from collections.abc import Iterator

from rnnbench import text
from rnnbench.compare.records import Change, Run, Verdict
from rnnbench.findings import BetweenRuns, Range, between_runs
from rnnbench.findings.learning.between_records import EPOCHS, SPAN
from rnnbench.records import GatePolicy, Result, contradiction

VERDICTS: dict[str, Verdict] = {
    "better": "better",
    "worse": "worse",
    "no difference shown": "same",
    "too few seeds": "too few seeds",
}


def learning_changes(base: Run, head: Run, policy: GatePolicy) -> Iterator[Change]:
    """Yield a change for each figure of learning of each cell on each task of both runs.

    Only results of one version of one suite are compared.
    """
    suites = {_suite(result) for result in base.results}
    before = [result for result in base.results if _has_scores(result)]
    after = [result for result in head.results if _has_scores(result) and _suite(result) in suites]
    for found in between_runs(before, after):
        yield _change(found, policy)


def _suite(result: Result) -> tuple[str, int]:
    return result.trial.suite, result.trial.suite_version


def _has_scores(result: Result) -> bool:
    """Whether nothing that tests of learning need is missing in a learning record."""
    learning = result.learning
    return learning is None or (bool(learning.metrics) and not contradiction(result))


def _change(found: BetweenRuns, policy: GatePolicy) -> Change:
    verdict = VERDICTS[found.learned]
    tolerance = policy.tolerance("learning", found.cell, found.task)
    if verdict == "worse" and tolerance and not _beyond(found, tolerance):
        verdict = "same"
    if found.without_score and verdict != "too few seeds":
        verdict = "undecided"
    by_epochs = found.figure == EPOCHS and found.effect is not None
    return Change(
        trial=f"{found.row} on {found.title}",
        title=f"{found.row} on {found.title}",
        row=found.cell,
        figure=f"{found.figure}, over seeds",
        kind="learning",
        verdict=verdict,
        base=found.base,
        head=found.head,
        direction=found.direction,
        reason=_reason(found),
        ratio=found.effect.centre if found.effect and by_epochs else None,
        low=found.effect.low if found.effect and by_epochs else None,
        high=found.effect.high if found.effect and by_epochs else None,
    )


def _beyond(found: BetweenRuns, tolerance: float) -> bool:
    """Whether the whole interval of the effect lies beyond the tolerance; spans have none."""
    if found.figure == SPAN:
        return True
    if found.effect is None:
        return False
    if found.figure == EPOCHS:
        return found.effect.low > 1 + tolerance
    return found.effect.low > tolerance * (found.way or abs(found.base))


def _reason(found: BetweenRuns) -> str:
    seeds = text.counted(found.seeds, "seed")
    if found.p_value is None:
        return f"{seeds} in common, too few for a verdict"
    words = [f"{seeds}, {text.p_value(found.p_value)}"]
    if found.without_score:
        words.append(f"{text.counted(found.without_score, 'seed')} without a score in one run")
    if found.effect is not None and found.figure != EPOCHS:
        words.append(_by(found.effect))
    return ", ".join(words)


def _by(effect: Range) -> str:
    """By how much HEAD is worse, or better, in the typical seed, with the interval."""
    if effect.centre < 0:
        ends = text.interval(-effect.high, -effect.low)
        return f"better by {text.rounded(-effect.centre)} {ends}"
    return f"worse by {text.rounded(effect.centre)} {text.interval(effect.low, effect.high)}"
