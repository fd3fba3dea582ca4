"""The figures of a trial that a claim may be about, by name."""

from collections.abc import Iterator

from rnnbench.findings.learning.targets import epochs_to, threshold
from rnnbench.records import (
    SHARES,
    Diagnosis,
    Learning,
    LearningTrial,
    MemoryRow,
    OperationsRow,
    Question,
    Reading,
    Result,
)

LOST = "lost: "


def claim_figures(result: Result) -> dict[str, float]:
    """Return figures by name; a trial that was cut short, or failed, has none.

    A trial that diverged never reached its target, and has the score of the trivial forecast; a
    trial that was given up never reached its target either. Epochs to a target that was not reached
    are the whole budget.
    """
    if result.learning is None or result.status not in ("ok", "stopped", "diverged"):
        return {}
    assert isinstance(result.trial, LearningTrial)
    confirmed = result.status != "diverged" and _beats_trivial(result.learning)
    return dict(_named(result.learning, result.trial.recipe.epochs, confirmed=confirmed))


def claim_absences(result: Result) -> dict[str, str]:
    """Return why a trial has no figure, by the name of the figure; "" means all figures."""
    if not claim_figures(result):
        return {"": f"{LOST}{result.status}"}
    assert result.learning is not None
    absences = {}
    for prefix, diagnosis in _diagnoses(result.learning):
        for figure, reason in diagnosis.absent.items():
            absences[f"{prefix}:{figure}"] = f"where {reason}"
    return absences


def counted_figures(row: OperationsRow | MemoryRow) -> dict[str, float]:
    """Return the counted figures of a row, by the names that claims use."""
    if isinstance(row, OperationsRow):
        return {"parameters": row.parameters, "operations": row.flops}
    known = {
        "peak-memory": row.peak_bytes,
        "saved-memory": row.saved_bytes,
        "state-memory": row.state_bytes,
    }
    return {name: size for name, size in known.items() if size is not None}


def figure_name(reading: Reading, question: Question) -> str:
    """Return the name of the figure that a reading asks of each trial."""
    if reading.figure in ("epochs", "seconds"):
        return f"epochs@{question.share:g}"
    if reading.figure == "solved":
        return f"solved@{question.share:g}"
    if reading.figure == "diagnosis":
        return ":".join(("diagnosis", *reading.source, reading.metric))
    return f"{'score' if question.second is None else 'gain'}:{reading.metric}"


def _beats_trivial(learning: Learning) -> bool:
    """Whether the test score beats that of the trivial forecast, or that score is not known.

    A target that was reached on validation data alone does not count.
    """
    metric = learning.metrics[0]
    score = learning.test.get(metric.name)
    trivial = learning.trivial.get(metric.name)
    return trivial is None or (score is not None and metric.better(score, trivial))


def _named(learning: Learning, budget: int, *, confirmed: bool) -> Iterator[tuple[str, float]]:
    """Yield each figure with its name; targets count as reached only where `confirmed`."""
    for share in SHARES:
        if threshold(learning, share) is not None:
            epochs = epochs_to(learning, share) if confirmed else None
            yield f"epochs@{share:g}", float(budget if epochs is None else epochs)
            yield f"solved@{share:g}", float(epochs is not None)
    yield from _scores(learning)
    for prefix, diagnosis in _diagnoses(learning):
        for figure, value in diagnosis.figures.items():
            yield f"{prefix}:{figure}", value


def _diagnoses(learning: Learning) -> Iterator[tuple[str, Diagnosis]]:
    """Yield each diagnosis of the fresh and the trained model, with the start of its names."""
    for name, diagnosed in learning.diagnoses.items():
        for when, diagnosis in (("fresh", diagnosed.fresh), ("trained", diagnosed.trained)):
            if diagnosis:
                yield f"diagnosis:{name}:{when}", diagnosis


def _scores(learning: Learning) -> Iterator[tuple[str, float]]:
    """Yield scores, and gains: scores turned so that higher is better.

    The deciding metric has an empty name besides its own.
    """
    notes = {metric.name: metric for metric in learning.metrics}
    deciding = learning.metrics[0].name
    for name, value in {**learning.trivial, **learning.test}.items():
        note = notes.get(name.partition("@")[0])
        if note is None:
            continue
        aliases = (name, "") if name == deciding else (name,)
        for alias in aliases:
            yield f"score:{alias}", value
            yield f"gain:{alias}", -note.loss(value)
