"""What a baseline gave on a user's file, or why it gave nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rnnbench.datafile.table import Array


@dataclass(frozen=True)
class BaselineScore:
    """A baseline on the test part.

    name:        such as `ridge regression`.
    setting:     what was chosen on validation data, in words; "" without a choice.
    validation:  scores on validation data by name: of forecasts, skill, mae, mape and mase; of
                 classes, accuracy and scaled accuracy; of a text, bits and perplexity.
    test:        scores on test data by name.
    predictions: on test data: of forecasts, (B, O) in units of the target; of classes, their
                 numbers, (B,); of a text, logarithms of the probabilities of symbols, (N,). None
                 where there is a reason.
    reason:      why this baseline does not exist for the file; None where it does.
    """

    name: str
    setting: str = ""
    validation: Mapping[str, float] = field(default_factory=dict)
    test: Mapping[str, float] = field(default_factory=dict)
    predictions: Array | None = None
    reason: str | None = None
