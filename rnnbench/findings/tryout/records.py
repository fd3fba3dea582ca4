"""The records of what was found on a user's own file: cells beside baselines, in its own units."""

from msgspec import Struct

from rnnbench.findings.learning.records import Answered
from rnnbench.findings.stats.ranges import Range


class Measure(Struct, frozen=True, kw_only=True):
    """What an error means, in words.

    name: `mean absolute error`, `wrong answers`, `bits per character`.
    unit: what follows the figure: `%`, or "" where the figure has the unit of the target.
    says: a clause in which `{}` is the figure with its unit: `forecasts are typically off by {}`.
    """

    name: str
    unit: str
    says: str


class BaselineRow(Struct, frozen=True, kw_only=True):
    """A baseline on the test part.

    setting: what was chosen on validation data, in words.
    absent:  the reason where it has no error.
    """

    name: str
    setting: str = ""
    error: float | None = None
    absent: str = ""


class CellRow(Struct, frozen=True, kw_only=True):
    """A cell on the test part, beside the best baseline.

    error:     median over seeds, with their range.
    seeds:     how many seeds have predictions.
    gain:      error of the best baseline minus that of the mean loss over seeds; None without a
               baseline.
    p_seeds:   p-value that the gain is 0, by the signed-rank test over seeds.
    p_windows: the same, by the differences on the test data of the mean loss over seeds.
    p_value:   the larger of both, by Holm's method over all cells; None below the number of seeds
               that can carry a verdict.
    level:     p-values up to this level decide at this look.
    looked:    numbers of seeds at the looks before this one that could have decided.
    needed:    fewest seeds that can carry a verdict.
    """

    row: str
    error: Range
    seeds: int
    gain: float | None = None
    p_seeds: float | None = None
    p_windows: float | None = None
    p_value: float | None = None
    level: float = 0.0
    looked: tuple[int, ...] = ()
    needed: int = 0
    answer: Answered = "too few seeds"


class ForecastLine(Struct, frozen=True, kw_only=True):
    """Forecasts of one series over the test part, those of a cell and of the best baseline.

    places:   times in seconds since 1970, or the numbers of rows.
    is_time:  whether places are times.
    cell:     of the seed with the median error.
    """

    title: str
    places: tuple[float, ...]
    is_time: bool
    actual: tuple[float, ...]
    cell: tuple[float, ...]
    baseline: tuple[float, ...]


class StepErrors(Struct, frozen=True, kw_only=True):
    """The error at each step of the horizon, of a cell or of a baseline."""

    name: str
    is_cell: bool
    errors: tuple[float, ...]


class TargetErrors(Struct, frozen=True, kw_only=True):
    """The root mean squared error of each target in its units, of a cell or of a baseline."""

    name: str
    is_cell: bool
    errors: tuple[float, ...]


class Confusion(Struct, frozen=True, kw_only=True):
    """How often each class of the test part got each answer: a row for each right class."""

    name: str
    counts: tuple[tuple[int, ...], ...]


class Tryout(Struct, frozen=True, kw_only=True):
    """What was found on a user's own file.

    taken_for:     what the file was taken for, in one sentence.
    lines:         what was done with it: names, each with a sentence.
    notices:       what was noticed in it.
    measure:       what an error means.
    unit:          what the test part is counted in: windows, sequences, texts or symbols.
    test:          how many of them it has.
    answer:        the recommendation and how sure it is, at most five sentences.
    best_baseline: name of the baseline with the least error; "" without any.
    cells:         the least median error first.
    drawn_cell:    the cell whose forecasts and answers are shown.
    targets:       the columns that are forecast, in the order of `by_target`; none where it is one.
    classes:       names of the classes, in the order of `confusions`.
    unfinished:    why seeds are missing; "" where none are.
    """

    file: str
    taken_for: str
    lines: tuple[tuple[str, str], ...]
    notices: tuple[str, ...]
    measure: Measure
    unit: str
    test: int
    answer: tuple[str, ...]
    best_baseline: str
    baselines: tuple[BaselineRow, ...]
    cells: tuple[CellRow, ...]
    drawn_cell: str = ""
    forecasts: tuple[ForecastLine, ...] = ()
    by_step: tuple[StepErrors, ...] = ()
    targets: tuple[str, ...] = ()
    by_target: tuple[TargetErrors, ...] = ()
    classes: tuple[str, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    unfinished: str = ""
