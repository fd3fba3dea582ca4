"""How values, steps and series of a history are written, in the terminal, on the page and in
plots."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec.structs import replace

from rnnbench import text
from rnnbench.compare.records import Value
from rnnbench.compare.summary import distinguished
from rnnbench.history.records import Commit, Series, Step

EXACT = ("exact", "deterministic", "outcome")
"""Kinds of figures that are written with as many digits as it takes to see a difference."""


def date(commit: Commit) -> str:
    """Return the day of a commit: `2026-11-30`."""
    return datetime.fromtimestamp(commit.time, UTC).date().isoformat()


def value(series: Series, number: Value) -> str:
    """Return a value with its unit: `1.70`, `9.54 MiB`, `12 epochs`, `not reached`."""
    if number is None:
        return "not reached"
    if isinstance(number, str):
        return number
    return text.in_units(number, series.unit)


def tick(series: Series, number: float) -> str:
    """Return a value as an axis is numbered with it: `9.54 MiB`, `12`; units that are not scaled
    are left out."""
    return value(series, number) if series.unit in text.UNITS else text.number(number)


def both(series: Series, step: Step) -> tuple[str, str]:
    """Return the values before and after a step, with units that are scaled, and without
    others."""
    if series.kind in EXACT:
        return distinguished(step.before, step.now)
    if series.unit in text.UNITS or step.before is None or step.now is None:
        return value(series, step.before), value(series, step.now)
    bare = replace(series, unit="")
    return value(bare, step.before), value(bare, step.now)


def size(step: Step) -> str:
    """Return the size of a step with its interval: `+8.1 % [+7.0 to +9.2 %]`; "" without one."""
    if step.change is None or step.low is None or step.high is None:
        return ""
    sizes = (step.change, step.low, step.high)
    unit = " %" if step.scale == "ratio" else ""
    middle, low, high = (_percent(one) if unit else f"{one:+.3g}" for one in sizes)
    if low == high:
        return f"{middle}{unit}"
    return f"{middle}{unit} [{low} to {high}{unit}]"


def _percent(ratio: float) -> str:
    """Return by how many percent a ratio is above 1, with digits for small ones: `+8.1`,
    `+0.0021`."""
    percent = 100 * (ratio - 1)
    return f"{percent:+.1f}" if abs(percent) >= 0.1 else f"{percent:+.2g}"


def titles(all_series: Iterable[Series]) -> dict[str, str]:
    """Return a title for each series, by its identity: its trial, and where several series of one
    figure have it, the machine and the versions in which they differ."""
    alike: dict[tuple[str, str], list[Series]] = defaultdict(list)
    for series in all_series:
        alike[series.title, series.figure].append(series)
    found: dict[str, str] = {}
    for (title, _), group in alike.items():
        for series in group:
            found[series.identity] = f"{title}{_differing(series, group)}"
    return found


def _differing(series: Series, group: list[Series]) -> str:
    """Return what only some series of a group have, in brackets; "" for a group of one."""
    if len(group) == 1:
        return ""
    properties = {"suite": f"{series.suite} {series.suite_version}", **series.environment}
    parts = []
    for name, own in properties.items():
        others = {other.environment.get(name, own) for other in group}
        if name == "suite":
            others = {f"{other.suite} {other.suite_version}" for other in group}
        if len(others) > 1:
            parts.append(f"{name} {own}")
    parts = parts or [f"series {series.identity[:6]}"]
    return f" ({', '.join(parts)})"
