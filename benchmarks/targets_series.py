"""What a tuned simple model reaches on images and series: where the targets of `digits-*`,
`mnist-*`, `bitcoin`, `energy`, `energy-day`, `speakers` and the sets of the UCR and UEA archives
come from.

Logistic regression for classes, ridge regression for forecasts, on the flattened window, padding as
zeros; the penalty is chosen on validation data, the model is fitted on training data. The target is
the lower of the two scores, rounded down. Run: python benchmarks/targets_series.py [TASK...]
"""

import sys
from collections.abc import Mapping

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge

from rnnbench import Batch, RecordedTask, Splits, score
from rnnbench.archives import open_archives
from rnnbench_tasks import images, series
from rnnbench_tasks.images.digits import DigitsPixels, DigitsRows
from rnnbench_tasks.images.mnist import MnistPixels
from rnnbench_tasks.series.bitcoin import Bitcoin

STRENGTHS = 10.0 ** np.arange(-4, 7)
KINDS = [
    DigitsRows,
    DigitsPixels,
    *images.TASKS,
    Bitcoin,
    *(kind for kind in series.TASKS if kind.archives),
]


def scores_of_simple_model(
    task: RecordedTask, splits: Splits, strength: float
) -> list[Mapping[str, float]]:
    """Its validation and test scores at this penalty."""

    def flat(part: Batch) -> np.ndarray:
        return part.inputs.reshape(len(part), -1)

    if task.loss == "cross-entropy":
        model = LogisticRegression(C=1 / strength, max_iter=5000).fit(
            flat(splits.train), splits.train.targets
        )
        answer = model.decision_function if task.output_size > 2 else model.predict_proba
    else:
        model = Ridge(alpha=strength).fit(flat(splits.train), splits.train.targets)
        answer = model.predict
    parts = (splits.validation, splits.test)
    return [score(task.metrics, answer(flat(part)).reshape(len(part), -1), part) for part in parts]


def report(task: RecordedTask) -> None:
    """The best penalty by validation data, its scores, and those of the trivial forecast."""
    splits = task.load(open_archives(type(task)))
    found = {strength: scores_of_simple_model(task, splits, strength) for strength in STRENGTHS}
    sign = 1 if task.metric.direction == "higher" else -1
    best = max(found, key=lambda strength: sign * found[strength][0][task.metric.name])
    print(
        task,
        "n =",
        [len(part) for part in (splits.train, splits.validation, splits.test)],
        "penalty",
        best,
    )
    for part, scores in zip(("validation", "test"), found[best], strict=True):
        print(f"  {part:<11}", {name: round(value, 4) for name, value in scores.items()})
    print(
        "  trivial    ",
        {k: round(v, 4) for k, v in task.trivial(splits.train, splits.test).items()},
    )
    print("  target     ", task.target, flush=True)


if __name__ == "__main__":
    for kind in KINDS:
        if issubclass(kind, RecordedTask) and kind.name in (sys.argv[1:] or [kind.name]):
            report(kind())
            if kind is MnistPixels:
                report(MnistPixels(side=14))
                report(MnistPixels(side=7))
