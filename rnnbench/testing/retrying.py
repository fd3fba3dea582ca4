"""A second try of failed laws: for cells that remember earlier calls, and for unusual weights."""

from functools import partial

import torch
from msgspec.structs import replace

from rnnbench import text
from rnnbench.records import Outcome
from rnnbench.testing.outcome import Check, NotApplicable
from rnnbench.testing.repetition import remembered_calls
from rnnbench.testing.subject import NOISE, Subject

RETRIED_NEAR_INITIAL_WEIGHTS = frozenset(
    {
        "causal",
        "independent",
        "remembers",
        "carries",
        "agrees",
        "differentiates",
        "pads",
        "reference",
    }
)
"""Laws that are decided in float64 with weights moved off their initial values."""
COMPARES_CALLS = RETRIED_NEAR_INITIAL_WEIGHTS | {"moves"}
"""Laws that compare the results of several calls. They cannot be decided for a cell that remembers
earlier calls."""
RUNS_CALLS = "declares"
"""Law that counts sizes, which do not depend on earlier calls, and also compares outputs."""
SMALL_NOISE = 1e-3
"""Noise of the second try: weights stay in the range of a clamp, and initial zeros are not zero."""
SMALL_AGREE = 1e-11
"""Largest difference of the second try: with weights so near the initial ones, a fault of third
order is as small as 1e-9."""


def retried(check: Check[Subject], subject: Subject, outcome: Outcome) -> Outcome:
    """Return the outcome of a failed law after a second look at the cell.

    A failure means nothing for a law that compares calls if the cell remembers earlier calls. A
    failure with strongly moved weights may be one of weights that the cell can never have.
    """
    if check.name not in COMPARES_CALLS and check.name != RUNS_CALLS:
        return outcome
    memory = remembered_calls(subject)
    if memory:
        return replace(
            outcome, sentence=_sentence_with_memory(check.name, outcome.sentence, memory)
        )
    if check.name not in RETRIED_NEAR_INITIAL_WEIGHTS:
        return outcome
    second = check.outcome(outcome.subject, partial(_near_initial_weights, subject))
    if second.status != "passed":
        return outcome
    note = (
        f"holds with weights within {text.setting(SMALL_NOISE)} of the initial ones; moved by"
        f" {text.setting(NOISE)}, {outcome.sentence}"
    )
    return replace(second, sentence="; ".join(filter(None, (second.sentence, note))))


def _sentence_with_memory(law: str, sentence: str, memory: str) -> str:
    if law == RUNS_CALLS:
        return f"{sentence}; it also remembers earlier calls, which may be the reason: {memory}"
    return f"it remembers earlier calls, so that this law cannot be decided: {memory}"


def _near_initial_weights(subject: Subject) -> Subject:
    subject = in_supported_dtype(subject.changed(noise=SMALL_NOISE, agree=SMALL_AGREE))
    if subject.dtype != torch.float64:
        raise NotApplicable("float32 shows too little so near to the initial weights")
    return subject


def in_supported_dtype(subject: Subject) -> Subject:
    """Return the subject in float64 if the cell runs in it, else in float32 with more tolerance."""
    try:
        y_BT, _ = subject.build()(subject.inputs(batch=2, steps=2))
    except RuntimeError:
        return subject.changed(dtype=torch.float32)
    return subject if y_BT.dtype == subject.dtype else subject.changed(dtype=torch.float32)
