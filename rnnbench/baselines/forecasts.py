"""Baselines of forecasts, in units of the targets."""

from collections.abc import Iterator, Sequence

import numpy as np

from rnnbench.baselines.chosen import PENALTIES, Setting, best, flat, spaced
from rnnbench.baselines.records import BaselineScore
from rnnbench.datafile import Dataset, in_units, scores_over_targets
from rnnbench.datafile.seasons import find_season, seasonal
from rnnbench.datafile.table import Array
from rnnbench.text import rounded

TREES = 300
LEARNING_RATE = 0.05
MOST_STEPS = 12
"""Numbers to forecast for which trees are fitted: each needs an ensemble of its own."""


def fit_forecasts(dataset: Dataset) -> tuple[BaselineScore, ...]:
    """The last value, the value one season before, ridge regression and gradient-boosted trees."""
    last = [dataset.last_values(part) for part in dataset.parts]
    return (
        scored(dataset, "last value", Setting("", last[1], last[2], 0.0)),
        _seasonal(dataset),
        scored(dataset, "ridge regression", _best(dataset, list(_ridge(dataset)))),
        _trees(dataset),
    )


def scored(dataset: Dataset, name: str, setting: Setting) -> BaselineScore:
    """A baseline with its scores, of forecasts in units of the target."""
    naive_errors = dataset.naive_errors
    scores = []
    for part, forecast in (
        (dataset.validation, setting.validation),
        (dataset.test, setting.test),
    ):
        assert part.actual is not None
        last = dataset.last_values(part)
        scores.append(scores_over_targets(forecast, part.actual, last, naive_errors))
    return BaselineScore(name, setting.words, scores[0], scores[1], setting.test)


def _seasonal(dataset: Dataset) -> BaselineScore:
    season = find_season(dataset)
    if season is None:
        window = dataset.preparation.window
        reason = f"no season of its calendar fits in a window of {window} rows"
        return BaselineScore("seasonal value", reason=reason)
    found = [seasonal(dataset, part.start, season.rows) for part in dataset.parts]
    words = f"{season.words}, {season.rows} rows"
    return scored(dataset, "seasonal value", Setting(words, found[1], found[2], 0.0))


def _ridge(dataset: Dataset) -> Iterator[Setting]:
    """A ridge regression for each penalty.

    source: Hoerl & Kennard 1970, doi:10.1080/00401706.1970.10488634.
    """
    # Deferred: only who fits a baseline waits for scikit-learn.
    from sklearn.linear_model import Ridge

    chosen = spaced(len(dataset.train))
    inputs = flat(dataset.train.inputs[chosen])
    targets = dataset.train.targets[chosen].astype(np.float64)
    held_back = [flat(part.inputs) for part in (dataset.validation, dataset.test)]
    for penalty in PENALTIES:
        model = Ridge(alpha=penalty, solver="svd" if len(inputs) < 1_000 else "cholesky")
        model.fit(inputs, targets)
        validation, test = (model.predict(rows).reshape(len(rows), -1) for rows in held_back)
        yield _setting(dataset, f"penalty {rounded(penalty)}", validation, test)


def _setting(dataset: Dataset, words: str, validation: Array, test: Array) -> Setting:
    """A setting, of the outputs of a model; its error is the squared one on validation data."""
    answers = dataset.preparation.answers
    forecasts = []
    for part, outputs in ((dataset.validation, validation), (dataset.test, test)):
        assert part.references is not None
        forecasts.append(in_units(answers, outputs, part.references))
    assert dataset.validation.actual is not None
    error = float(np.mean(np.square(forecasts[0] - dataset.validation.actual)))
    return Setting(words, forecasts[0], forecasts[1], error)


def _best(dataset: Dataset, settings: Sequence[Setting]) -> Setting:
    """The best setting on validation data; of several targets, that of each one, side by side."""
    if len(dataset.targets) == 1:
        return best(settings)
    assert dataset.validation.actual is not None
    actual = dataset.by_target(dataset.validation.actual)
    chosen = []
    for place in range(len(dataset.targets)):
        own = []
        for setting in settings:
            validation = dataset.by_target(setting.validation)[:, place]
            test = dataset.by_target(setting.test)[:, place]
            error = float(np.mean(np.square(validation - actual[:, place])))
            own.append(Setting(setting.words, validation, test, error))
        chosen.append(best(own))
    pairs = zip(chosen, dataset.targets, strict=True)
    return Setting(
        words=", ".join(f"{setting.words} for '{target}'" for setting, target in pairs),
        validation=np.concatenate([setting.validation for setting in chosen], axis=1),
        test=np.concatenate([setting.test for setting in chosen], axis=1),
        error=0.0,
    )


def _trees(dataset: Dataset) -> BaselineScore:
    """Gradient-boosted trees, one ensemble for each row ahead; their number is chosen.

    source: Friedman 2001, doi:10.1214/aos/1013203451; by histograms as in Ke et al. 2017, LightGBM.
    """
    name = "gradient-boosted trees"
    steps = dataset.preparation.output_size
    if steps > MOST_STEPS:
        of = "rows ahead" if len(dataset.targets) == 1 else "numbers to forecast"
        reason = f"each of the {steps} {of} would need an ensemble of its own"
        return BaselineScore(name, reason=reason)
    from sklearn.ensemble import HistGradientBoostingRegressor

    chosen = spaced(len(dataset.train))
    inputs = flat(dataset.train.inputs[chosen])
    rows = flat(dataset.validation.inputs)
    test_rows = flat(dataset.test.inputs)
    validation = []
    test = []
    for step in range(steps):
        model = HistGradientBoostingRegressor(
            learning_rate=LEARNING_RATE, max_iter=TREES, early_stopping=False, random_state=0
        )
        model.fit(inputs, dataset.train.targets[chosen, step])
        validation.append(list(model.staged_predict(rows)))
        test.append(list(model.staged_predict(test_rows)))
    settings = []
    for trees in range(TREES):
        outputs = [np.column_stack([one[trees] for one in of]) for of in (validation, test)]
        settings.append(_setting(dataset, f"{trees + 1} trees", outputs[0], outputs[1]))
    return scored(dataset, name, _best(dataset, settings))
