"""Trainings, by the scores that they saw."""

from rnnbench.records import Epoch, Learning, MetricNote

LOWER = MetricNote("mse", "", "lower")
HIGHER = MetricNote("accuracy", "", "higher")


def learning(
    scores: list[float],
    *,
    metric: MetricNote = LOWER,
    target: float = 0.0,
    trivial: float | None = 1.0,
) -> Learning:
    """A training run with these validation scores, at its target where the rule of training says
    so."""
    at = [not metric.better(target, score) for score in scores]
    solved = next((place + 1 for place in range(len(at) - 1) if at[place] and at[place + 1]), None)
    return Learning(
        metrics=(metric,),
        target=target,
        hidden_size=8,
        parameters=100,
        state_floats=8,
        epochs_run=len(scores),
        steps_per_epoch=10,
        curve=tuple(
            Epoch(n + 1, 10 * (n + 1), score, {metric.name: score})
            for n, score in enumerate(scores)
        ),
        chosen_epoch=len(scores),
        test={metric.name: scores[-1]},
        trivial={} if trivial is None else {metric.name: trivial},
        trivial_forecast="nothing",
        epochs_to_target=solved,
    )
