"""The evidence for a claim, and against it, under one condition."""

from rnnbench.findings.claims.cost_evidence import evidence_of_times, with_step_times
from rnnbench.findings.claims.counted_evidence import evidence_of_counts
from rnnbench.findings.claims.evidence_records import Evidence
from rnnbench.findings.claims.learning_evidence import evidence_of_trainings
from rnnbench.findings.claims.measurements import Measurements
from rnnbench.records import CostSide, LearningSide, Question, Reading


def evidence_for(reading: Reading, question: Question, measurements: Measurements) -> Evidence:
    """Return the evidence on a claim under one condition."""
    first = question.first
    second = question.second
    if isinstance(first, LearningSide):
        learned = evidence_of_trainings(reading, question, measurements)
        if question.step_time:
            return with_step_times(learned, reading, question, measurements)
        return learned
    assert isinstance(second, CostSide)
    if reading.figure in ("train-time", "inference-time"):
        return evidence_of_times(first, second, reading.region, measurements)
    return evidence_of_counts(first, second, reading, measurements)
