"""Draws some of the examples of a file's training part, where training on all takes too long."""

from dataclasses import replace

import numpy as np
from msgspec import structs

from rnnbench.datafile.dataset import Dataset, Part
from rnnbench.datafile.kinds import unusable
from rnnbench.datafile.records import Inspection, Split
from rnnbench.datafile.table import Array
from rnnbench.text import counted

LEAST_VALIDATION = 1_000
"""Validation examples that are used in any case, as far as there are so many: they choose learning
rates and epochs, and a share of 1,000 has a standard error of 1.6 points at most."""
DRAW_SEED = 20261201


def with_examples(inspection: Inspection, count: int | None) -> Inspection:
    """The inspection of a file of which so many training examples are used.

    None, or as many as there are, uses all. Raises RnnbenchError for fewer than 1, and for fewer
    than there are classes.
    """
    split = inspection.split
    classes = len(inspection.groups.classes)
    if count is not None and count < max(1, classes):
        least = f"at least {max(1, classes)}"
        of = f", one of each class of '{inspection.file}'" if classes else ""
        raise unusable(
            inspection.file, f"{count:,} training examples (--train-examples): expected {least}{of}"
        )
    if count is None or count >= split.train:
        return inspection
    validation = max(validation_used(count, split.train, split.validation), classes)
    used = structs.replace(split, train_used=count, validation_used=validation)
    return structs.replace(inspection, split=used)


def validation_used(count: int, train: int, validation: int) -> int:
    """How many validation examples are used beside so many training examples: the same share of
    them, and at least `LEAST_VALIDATION`."""
    return min(validation, max(round(validation * count / train), LEAST_VALIDATION))


def sampled(dataset: Dataset, inspection: Inspection) -> Dataset:
    """The dataset with as many training and validation examples as the inspection says are used.

    All that is fitted stays fitted on the whole training part. Of a text, the last windows of the
    training part and the first of the validation part are used, which follow each other.
    """
    split = inspection.split
    if split.train_used is None or split.validation_used is None:
        return replace(dataset, inspection=inspection)
    if inspection.kind == "language model":
        window = dataset.preparation.window
        train = _piece(dataset.train, slice(-split.train_used * window, None))
        validation = _piece(dataset.validation, slice(0, split.validation_used * window))
    else:
        rng = np.random.default_rng(DRAW_SEED)
        train = _drawn(dataset.train, split.train_used, rng, inspection)
        validation = _drawn(dataset.validation, split.validation_used, rng, inspection)
    return replace(dataset, inspection=inspection, train=train, validation=validation)


def _piece(stream: Part, piece: slice) -> Part:
    """A piece of one stream of symbols."""
    return replace(stream, inputs=stream.inputs[:, piece], targets=stream.targets[:, piece])


def _drawn(part: Part, count: int, rng: np.random.Generator, inspection: Inspection) -> Part:
    if inspection.kind == "forecast":
        return _taken(part, drawn(count, len(part), rng))
    return _taken(part, drawn_by_class(count, part.targets, rng))


def drawn(count: int, among: int, rng: np.random.Generator) -> Array:
    """One number at random of each of `count` equal stretches of the numbers up to `among`.

    Numbers at equal distances would have one hour of the day alone where the distance is a day.
    """
    borders = np.linspace(0, among, count + 1).astype(np.int64)
    chosen: Array = borders[:-1] + (rng.random(count) * np.diff(borders)).astype(np.int64)
    return chosen


def drawn_by_class(count: int, classes: Array, rng: np.random.Generator) -> Array:
    """One sequence at random of each of `count` stretches in the order of classes, (B,), so that
    each class has its share; and the first one of each class."""
    order = np.argsort(classes, kind="stable")
    firsts = np.unique(classes[order], return_index=True)[1]
    others = np.delete(order, firsts)
    chosen = others[drawn(count - len(firsts), len(others), rng)]
    return np.sort(np.concatenate([order[firsts], chosen]))


def _taken(part: Part, chosen: Array) -> Part:
    """These examples of a part; of sequences, without steps that are padding in all of them."""
    taken = {name: array[chosen] for name, array in vars(part).items() if array is not None}
    if part.lengths is not None:
        longest = int(taken["lengths"].max())
        taken["inputs"] = taken["inputs"][:, :longest]
        if (taken["lengths"] == longest).all():
            del taken["lengths"]
    return Part(**taken)


def words_of_use(split: Split) -> str:
    """How much of the training part is used: `4,000 of 36,765 windows`; "" where all of it is."""
    if split.train_used is None:
        return ""
    return f"{split.train_used:,} of {counted(split.train, split.unit.removesuffix('s'))}"
