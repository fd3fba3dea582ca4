"""What a tuned simple model reaches on the same splits: where the targets of the tasks on real data come from.

Logistic regression for classification, ridge regression for forecasting, on the flattened window; the strength of the
penalty is chosen on validation data, the model is fitted on training data, and the score is that on test data.
Run: python benchmarks/targets.py
"""

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge

from rnnbench import RecordedTask, score
from rnnbench.archives import open_archives
from rnnbench.catalogue import Catalogue

STRENGTHS = 10.0 ** np.arange(-4, 7)


def simple_model(task: RecordedTask) -> tuple[dict[str, float], float]:
    """Test scores of the tuned simple model, and the strength chosen."""
    splits = task.load(open_archives(type(task)))
    flat = {name: getattr(splits, name).inputs.reshape(len(getattr(splits, name)), -1) for name in vars(splits)}
    best = None
    for strength in STRENGTHS:
        if task.loss == "cross-entropy":
            model = LogisticRegression(C=1 / strength, max_iter=5000).fit(flat["train"], splits.train.targets)
            predict = model.predict_proba
        else:
            model = Ridge(alpha=strength).fit(flat["train"], splits.train.targets)
            predict = lambda x, m=model: m.predict(x).reshape(len(x), -1)  # noqa: E731
        validation = score(task.metrics, predict(flat["validation"]), splits.validation)[task.metric.name]
        if best is None or task.metric.better(validation, best[0]):
            best = (validation, strength, score(task.metrics, predict(flat["test"]), splits.test))
    assert best
    return best[2], float(best[1])


if __name__ == "__main__":
    for name, brought in Catalogue.load().tasks.items():
        if issubclass(brought.item, RecordedTask):
            task = brought.item()
            scores, strength = simple_model(task)
            splits = task.load(open_archives(type(task)))
            print(name, "n =", [len(s) for s in (splits.train, splits.validation, splits.test)])
            print("  simple model", {k: round(v, 4) for k, v in scores.items()}, "penalty", strength)
            print("  trivial     ", {k: round(v, 4) for k, v in task.trivial(splits.train, splits.test).items()})
            print("  target      ", task.target)
