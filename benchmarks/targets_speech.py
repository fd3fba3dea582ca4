"""What tuned simple models reach on speech and rendered scenes: where the targets of `keywords`,
`digit-strings`, `caption` and `moving-digits` come from.

keywords:      logistic regression on the flattened clip, padding as zeros.
digit-strings: ridge regression says from the length and the mean frame how many digits there are;
               the clip is cut into so many equal parts, and logistic regression names each from
               eight means along it.
caption:       one logistic regression for each place of the caption, on the flattened picture.
moving-digits: one ridge regression for each number of frames ahead, on the last two frames shown,
               cut off at the margin from black and white that costs the least in training.

The penalty is chosen on validation data, the model is fitted on training data, and the target is
the worse of the two scores, rounded to the worse. Run: python benchmarks/targets_speech.py
[TASK...]
"""

import sys
from collections.abc import Callable

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge

from rnnbench import Batch, RecordedTask, Splits, score
from rnnbench.contracts import Array
from rnnbench_tasks.frames.caption import WORDS, Caption, captions
from rnnbench_tasks.frames.moving_digits import FIRST_ASKED, MARGINS, MovingDigits
from rnnbench_tasks.speech.digit_words import DigitStrings, Keywords, said_in

STRENGTHS = 10.0 ** np.arange(-3, 4)
PIECES = 8
Fitted = Callable[[Batch], tuple[Array, Batch]]
"""From data to outputs, and the batch on which they are scored."""


def flat(batch: Batch) -> Array:
    return batch.inputs.reshape(len(batch), -1)


def clips_of(batch: Batch) -> list[Array]:
    return [frames[:length] for frames, length in zip(batch.inputs, batch.lengths, strict=True)]


def logistic(strength: float) -> LogisticRegression:
    return LogisticRegression(C=1 / strength, max_iter=500)


def keywords(task: RecordedTask, train: Batch, strength: float) -> Fitted:  # noqa: ARG001
    model = logistic(strength).fit(flat(train), train.targets)
    return lambda batch: (model.decision_function(flat(batch)), batch)


def means_along(part: Array) -> Array:
    """Means of equal pieces along a part of a clip, in one row."""
    return np.concatenate([piece.mean(axis=0) for piece in np.array_split(part, PIECES)])


def digit_strings(task: RecordedTask, train: Batch, strength: float) -> Fitted:  # noqa: ARG001
    def whole(batch: Batch) -> Array:
        return np.array([[len(clip), *clip.mean(axis=0)] for clip in clips_of(batch)])

    def pieces(batch: Batch, counts: Array) -> Array:
        parts = []
        for clip, count in zip(clips_of(batch), counts, strict=True):
            for part in np.array_split(np.repeat(clip, PIECES, axis=0), count):
                parts.append(means_along(part))
        return np.array(parts)

    sizes = (train.targets > 0).sum(axis=1)
    count = Ridge(1.0).fit(whole(train), sizes)
    name = logistic(strength).fit(pieces(train, sizes), train.targets[train.targets > 0])

    def answer(batch: Batch) -> tuple[Array, Batch]:
        counts = np.clip(np.rint(count.predict(whole(batch))), sizes.min(), sizes.max()).astype(int)
        outputs = np.full((len(batch), counts.max()), -1)
        outputs[np.arange(counts.max()) < counts[:, None]] = name.predict(pieces(batch, counts))
        return outputs, said_in(batch)

    return answer


def caption(task: RecordedTask, train: Batch, strength: float) -> Fitted:  # noqa: ARG001
    places = [logistic(strength).fit(flat(train), words) for words in captions(train).targets.T]
    assert len(places) == WORDS
    return lambda batch: (
        np.stack([place.predict(flat(batch)) for place in places], axis=1),
        captions(batch),
    )


def moving_digits(task: RecordedTask, train: Batch, strength: float) -> Fitted:
    assert isinstance(task, MovingDigits)
    steps = range(FIRST_ASKED, task.steps)

    def seen(batch: Batch, step: int) -> Array:
        last = min(step, task.shown - 1)
        return batch.inputs[:, last - 1 : last + 1].reshape(len(batch), -1)

    models = {
        step: Ridge(strength).fit(seen(train, step), train.targets[:, step]) for step in steps
    }

    def at_margin(batch: Batch, margin: float) -> Array:
        outputs = np.full(batch.targets.shape, 0.5)
        for step, model in models.items():
            outputs[:, step] = np.clip(model.predict(seen(batch, step)), margin, 1 - margin)
        return np.log(outputs / (1 - outputs))

    margin = min(
        MARGINS,
        key=lambda margin: score(task.metrics, at_margin(train, margin), train)["frame bce"],
    )
    return lambda batch: (at_margin(batch, margin), batch)


MODELS = {
    Keywords(): keywords,
    DigitStrings(): digit_strings,
    Caption(): caption,
    Caption(unseen="thing"): caption,
    MovingDigits(horizon=2, size=16): moving_digits,
    MovingDigits(horizon=2): moving_digits,
    MovingDigits(size=16): moving_digits,
    MovingDigits(): moving_digits,
}


def report(task: RecordedTask, splits: Splits) -> None:
    """The best penalty by validation data, its scores, and those of the trivial forecast."""
    found = {}
    for strength in STRENGTHS:
        model = MODELS[task](task, splits.train, strength)
        found[strength] = [
            score(task.metrics, *model(part)) for part in (splits.validation, splits.test)
        ]
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
    for chosen in MODELS:
        if chosen.name in (sys.argv[1:] or {task.name for task in MODELS}):
            report(chosen, chosen.load({}))
