"""Inspects a table of series, of which a column is to be forecast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnnbench.datafile.arrange import Arranged, Clock, arrange
from rnnbench.datafile.cells import Values
from rnnbench.datafile.clock_notices import clock_notices, key_notice
from rnnbench.datafile.examined import Series
from rnnbench.datafile.groups import Grouping, by_column, by_rising_times, one_group
from rnnbench.datafile.inputs import columns_with_roles, find_inputs, notices_of
from rnnbench.datafile.kinds import unusable
from rnnbench.datafile.leaks import leak_notices
from rnnbench.datafile.records import (
    Choices,
    Groups,
    Inspection,
    Ordering,
    Role,
    Split,
    Transforms,
    Windows,
    window_of,
)
from rnnbench.datafile.roles import guess_group, guess_target, is_constant
from rnnbench.datafile.table import Array, Table
from rnnbench.datafile.trends import find_trend, leaves_range
from rnnbench.datafile.windows import Rows, split_by_time
from rnnbench.datafile.windows_left import DROP, Used, use_windows

SCALING = "each column by its mean and deviation over training rows"


@dataclass(frozen=True)
class Roles:
    """The columns that have a role, and the notices on choosing them."""

    target: str
    group: str | None
    clock: Clock | None


def examine_series(
    table: Table, columns: Mapping[str, Values], clock: Clock | None, choices: Choices
) -> Series:
    """The series of a table, and what would be done to forecast a column.

    Raises RnnbenchError where no column can be forecast, or a part of the split has no window.
    """
    roles = _roles(table, columns, clock, choices)
    grouping = _grouping(table, roles)
    notices = [*table.notices, *clock_notices(table, columns, clock)]
    notices += key_notice(table, grouping, roles.group)
    arranged = arrange(table, grouping, clock)
    if not len(arranged.rows):
        raise unusable(table.file, "no row has a time and a group")
    order_columns = set(clock.column.split(", ")) if clock else set()
    taken = {roles.target, *order_columns} | ({roles.group} if roles.group else set())
    inputs = find_inputs(table, columns, taken, choices)
    rows = split_by_time(arranged.series)
    leaks = leak_notices(columns, roles.target, inputs.names, arranged.rows, rows, choices)
    leaking = {noticed.column for noticed in leaks}
    names = [name for name in inputs.names if name not in leaking]
    read = [roles.target, *names]
    values = np.column_stack([columns[name].numbers[arranged.rows] for name in read])
    used = use_windows(table, columns, read, arranged, rows, choices)
    notices += [*grouping.notices, *arranged.notices, *inputs.notices, *leaks]
    notices += [*notices_of(columns, read), *used.notices]
    by_name: dict[str, Role] = dict.fromkeys(names, "input")
    by_name |= dict.fromkeys(order_columns, "order")
    by_name[roles.target] = "target"
    if roles.group:
        by_name[roles.group] = "group"
    lengths = np.bincount(arranged.series)
    lengths = lengths[lengths > 0]
    train, validation, test = (int(count) for count in used.usable.sum(axis=0))
    inspection = Inspection(
        file=table.file,
        format=table.format,
        kind="forecast",
        rows=len(table),
        columns=columns_with_roles(columns, by_name),
        order=_order(clock, arranged),
        groups=Groups(
            column=roles.group,
            count=len(lengths),
            shortest=int(lengths.min()),
            longest=int(lengths.max()),
        ),
        windows=Windows(
            length=window_of(choices),
            horizon=choices.horizon,
            unit="rows",
            count=int(used.usable.sum()),
            left_out=used.left_out,
        ),
        split=Split(by="time", unit="windows", train=train, validation=validation, test=test),
        transforms=_transforms(values, read, rows, used),
        notices=tuple(notices),
    )
    return Series(
        inspection=inspection,
        names=tuple(read),
        values=values,
        rows=rows,
        last=used.last,
        lines=table.lines[arranged.rows],
        times=clock.times[arranged.rows] if clock else None,
        series=arranged.names,
        fill=choices.fill or DROP,
    )


def _roles(
    table: Table, columns: Mapping[str, Values], clock: Clock | None, choices: Choices
) -> Roles:
    taken = set(clock.column.split(", ")) if clock else set()
    target = choices.target
    if target is not None:
        taken.add(target)
    group = choices.group or guess_group(table, columns, clock, taken)
    if group is not None:
        taken.add(group)
    if target is None:
        target = guess_target(columns, taken)
    if target is None:
        raise unusable(table.file, "no column holds numbers that could be forecast")
    if columns[target].kind != "numbers":
        raise unusable(
            table.file, f"column '{target}' holds {columns[target].kind}, expected numbers"
        )
    if is_constant(columns[target]):
        raise unusable(table.file, f"column '{target}' is to be forecast, and never changes")
    return Roles(target, group, clock)


def _grouping(table: Table, roles: Roles) -> Grouping:
    times = roles.clock.times if roles.clock else None
    if roles.group is not None:
        return by_column(table, roles.group, table.text(roles.group), times)
    stacked = by_rising_times(table, times) if times is not None else None
    return stacked or one_group(len(table))


def _order(clock: Clock | None, arranged: Arranged) -> Ordering:
    if clock is None or arranged.ends is None:
        return Ordering()
    first, last = arranged.ends
    return Ordering(column=clock.column, step=arranged.step, first=first, last=last)


def _transforms(values: Array, names: Sequence[str], rows: Rows, used: Used) -> Transforms:
    """What is done with columns, (R, C) with the target first, decided on training rows."""
    train = (rows.part == 0) & used.series[rows.series]
    ends = np.flatnonzero(np.diff(rows.series[train])) + 1
    target = values[:, 0]
    positive = bool((target[np.isfinite(target)] > 0).all())
    trend = find_trend(np.split(target[train], ends), positive=positive)
    outside = []
    for name, column in zip(names, values.T, strict=True):
        if leaves_range(np.split(column[train], ends)):
            outside.append(name)
    return Transforms(
        scaling=SCALING,
        logarithm=trend.logarithm,
        differenced=trend.differenced,
        outside=tuple(outside),
        reason=trend.reason,
    )
