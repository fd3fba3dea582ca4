"""The figures of findings as trackers of benchmarks take them: a number each, with its ends, a
unit, and which way is better."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import rnnbench

Better = Literal["lower", "higher"]
RATIO = "over torch's LSTM"


class Exported(NamedTuple):
    """A figure of one row under one setting.

    setting: the condition of learning or the setting of cost, in words.
    figure:  what was measured.
    low, high: ends of its range or interval; None for a count, and for a single measurement.
    of:      what the ends are, and over how many units; "" for a count.
    """

    setting: str
    row: str
    figure: str
    unit: str
    better: Better
    value: float
    low: float | None = None
    high: float | None = None
    of: str = ""

    @property
    def subject(self) -> str:
        """The row and its setting, which are unique together."""
        return f"{self.row}, {self.setting}"


def exported(findings: rnnbench.Findings) -> Iterator[Exported]:
    """Yield every figure that is comparable from one run to another, costs first.

    Times are ratios to torch's LSTM, since seconds move with the load of the machine. What is
    absent is left out.
    """
    for cost in findings.costs:
        for cost_row in cost.rows:
            yield from costs_of(cost.title, cost_row)
    for condition in findings.conditions:
        for arm in condition.arms:
            yield from learning_of(condition, arm)


def costs_of(setting: str, row: rnnbench.CostRow) -> Iterator[Exported]:
    """Yield the costs of a row; lower is better in all of them."""
    for kind, step_time in row.step_times.items():
        figure = f"{kind} step {RATIO}"
        yield _ranged(setting, row.row, figure, "ratio", "lower", step_time.ratio)
    if row.peak_bytes:
        yield _ranged(setting, row.row, "peak memory", "bytes", "lower", row.peak_bytes)
    if row.instructions:
        what = ("instructions of a training step", "instructions")
        yield _ranged(setting, row.row, *what, "lower", row.instructions)
    counts = (
        ("saved for backward", "bytes", row.saved_bytes),
        ("state", "bytes", row.state_bytes),
        ("operations of a training step", "operations", row.flops),
        ("parameters", "parameters", row.parameters),
    )
    for figure, unit, count in counts:
        if count is not None:
            yield Exported(setting, row.row, figure, unit, "lower", count)


def learning_of(condition: rnnbench.Condition, arm: rnnbench.Arm) -> Iterator[Exported]:
    """Yield how one row learned: epochs to target, solve rate, test scores.

    A score on other data of the task, `metric@setting`, is better as its metric is.
    """
    title = setting_of(condition)
    if arm.epochs:
        yield _ranged(title, arm.row, "epochs to target", "epochs", "lower", arm.epochs)
    if arm.solve_rate:
        yield _ranged(title, arm.row, "solve rate", "share", "higher", arm.solve_rate)
    metrics = {metric.name: metric for metric in condition.metrics}
    for name, score in arm.test.items():
        metric = metrics.get(name.partition("@")[0])
        if metric:
            unit = metric.unit or "score"
            yield _ranged(title, arm.row, f"test {name}", unit, metric.direction, score)


def setting_of(condition: rnnbench.Condition) -> str:
    """Return the title of a condition with its horizon.

    Titles leave a horizon out where it is the only one of the run. A tracker would take the figures
    for new ones once the suite has another.
    """
    title = condition.title
    horizon = f"horizon {condition.horizon}"
    if condition.horizon is None or horizon in title.split(", "):
        return title
    return f"{condition.task}, {horizon}{title.removeprefix(condition.task)}"


def _ranged(
    setting: str, row: str, figure: str, unit: str, better: Better, found: rnnbench.Range
) -> Exported:
    if found.kind == "range" and found.n == 1:
        return Exported(setting, row, figure, unit, better, found.centre, of="n = 1")
    of = f"{found.kind}, n = {found.n}"
    return Exported(setting, row, figure, unit, better, found.centre, found.low, found.high, of)
