"""Figures of a learning trial that a claim may be about, by name."""

from collections.abc import Iterator

from rnnbench.findings.learning.targets import epochs_to, threshold
from rnnbench.records import SHARES, Learning, LearningTrial, Question, Reading, Result

LOST = "lost: "


def claim_figures(result: Result) -> dict[str, float]:
    """By name. A trial that was cut short, or failed, has none.

    One that diverged never reached its target and says no more than the trivial forecast; so does
    one that was given up as to its target. Epochs of what was not reached are the whole budget.
    """
    if result.learning is None or result.status not in ("ok", "stopped", "diverged"):
        return {}
    assert isinstance(result.trial, LearningTrial)
    confirmed = result.status != "diverged" and _beats_trivial(result.learning)
    return dict(_named(result.learning, result.trial.recipe.epochs, confirmed=confirmed))


def claim_absences(result: Result) -> dict[str, str]:
    """Why figures that a claim may be about are not there, by name; "" stands for all of them."""
    if not claim_figures(result):
        return {"": f"{LOST}{result.status}"}
    assert result.learning is not None
    return {
        f"diagnosis:{name}:{when}:{figure}": f"where {reason}"
        for name, diagnosed in result.learning.diagnoses.items()
        for when, diagnosis in (("fresh", diagnosed.fresh), ("trained", diagnosed.trained))
        for figure, reason in (diagnosis.absent.items() if diagnosis else ())
    }


def figure_name(reading: Reading, question: Question) -> str:
    """What a reading asks of each trial."""
    if reading.figure in ("epochs", "seconds"):
        return f"epochs@{question.share:g}"
    if reading.figure == "solved":
        return f"solved@{question.share:g}"
    if reading.figure == "diagnosis":
        return ":".join(("diagnosis", *reading.source, reading.metric))
    return f"{'score' if question.second is None else 'gain'}:{reading.metric}"


def _beats_trivial(learning: Learning) -> bool:
    """Whether the test score beats that of the trivial forecast, or nothing is known of that
    forecast; what was reached on validation data alone counts for nothing."""
    metric = learning.metrics[0]
    score, trivial = learning.test.get(metric.name), learning.trivial.get(metric.name)
    return trivial is None or (score is not None and metric.better(score, trivial))


def _named(learning: Learning, budget: int, *, confirmed: bool) -> Iterator[tuple[str, float]]:
    for share in SHARES:
        if threshold(learning, share) is not None:
            epochs = epochs_to(learning, share) if confirmed else None
            yield f"epochs@{share:g}", float(budget if epochs is None else epochs)
            yield f"solved@{share:g}", float(epochs is not None)
    yield from _scores(learning)
    for name, diagnosed in learning.diagnoses.items():
        for when, diagnosis in (("fresh", diagnosed.fresh), ("trained", diagnosed.trained)):
            for figure, value in diagnosis.figures.items() if diagnosis else ():
                yield f"diagnosis:{name}:{when}:{figure}", value


def _scores(learning: Learning) -> Iterator[tuple[str, float]]:
    """As they are, and turned so that higher is better; the deciding metric without a name too."""
    notes = {metric.name: metric for metric in learning.metrics}
    first = learning.metrics[0].name
    for name, value in {**learning.trivial, **learning.test}.items():
        note = notes.get(name.partition("@")[0])
        if note is None:
            continue
        for alias in (name, "") if name == first else (name,):
            yield f"score:{alias}", value
            yield f"gain:{alias}", -note.loss(value)
