"""The verdict on a claim, from the states of its conditions."""

from collections.abc import Sequence

from rnnbench.findings.claims.open_conditions import NOTHING
from rnnbench.findings.claims.records import Judged, ReadingFinding, Verdict
from rnnbench.records import Claim


def claim_verdict(
    claim: Claim, judged: Sequence[Judged], readings: Sequence[ReadingFinding]
) -> Verdict:
    """Return the verdict; a claim in parts is refuted where one part fails throughout."""
    if claim.parts and any(fails_throughout(reading) for reading in readings):
        return "refuted"
    is_complete = not any(reading.missing for reading in claim.readings)
    return _verdict(judged, is_complete=is_complete)


def fails_throughout(reading: ReadingFinding) -> bool:
    """Whether a reading fails under each of its conditions, of which there is at least one."""
    return bool(reading.judged) and all(judged.state == "fails" for judged in reading.judged)


def holds_nowhere(reading: ReadingFinding) -> bool:
    """Whether no condition of a reading holds; some may be open."""
    return all(judged.state != "holds" for judged in reading.judged)


def _verdict(judged: Sequence[Judged], *, is_complete: bool) -> Verdict:
    """Return the verdict on a claim that has to hold under every condition.

    It is supported where it holds under every condition, refuted where it fails under each, and
    mixed where both occur. It is undecided where some are open, or a reading cannot be tested here,
    and untested where it is compared under none.
    """
    if not any(one.trials or one.effect or one.lost or one.why != NOTHING for one in judged):
        return "untested"
    states = {one.state for one in judged}
    if {"holds", "fails"} <= states:
        return "mixed"
    if "open" in states or not is_complete:
        return "undecided"
    return "supported" if states == {"holds"} else "refuted"
