"""The arrays of a user's file: the windows that inspect counts, fitted on training rows alone."""

from pathlib import Path

import numpy as np
import pytest

from rnnbench.datafile import Choices, Dataset, inspect, load
from tests.builders.hostile_files import HOSTILE, Hostile

USABLE = [hostile for hostile in HOSTILE if hostile.kind]


def choices_of(hostile: Hostile) -> Choices:
    """What the options of the command say."""
    said = dict(zip(hostile.options[::2], hostile.options[1::2], strict=True))
    return Choices(**{option.removeprefix("--"): value for option, value in said.items()})  # type: ignore[arg-type]


def counts(dataset: Dataset) -> list[int]:
    """Windows, sequences or texts of each part."""
    if dataset.inspection.kind == "language model":
        window = dataset.inspection.windows.length
        assert window is not None
        return [part.inputs.shape[1] // window for part in dataset.parts]
    return [len(part) for part in dataset.parts]


@pytest.mark.parametrize("hostile", USABLE, ids=lambda one: one.what)
def test_what_is_trained_on_is_what_inspect_counts(hostile: Hostile, tmp_path: Path) -> None:
    """In each part, without a number that is missing or infinite."""
    path = hostile.make(tmp_path)
    choices = choices_of(hostile)
    split = inspect(path, choices).split
    dataset = load(path, choices)
    assert counts(dataset) == [split.train, split.validation, split.test]
    for part in dataset.parts:
        assert np.isfinite(part.inputs).all()
        assert np.isfinite(part.targets).all()
