"""Inspects a table of series, of which one or several columns are to be forecast."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from msgspec.structs import replace as replace_action

from rnnbench.datafile.arrange import Arranged, Clock, arrange
from rnnbench.datafile.cells import Values
from rnnbench.datafile.clock_notices import clock_notices, key_notice
from rnnbench.datafile.examined import Series
from rnnbench.datafile.groups import Grouping, by_column, by_rising_times, one_group
from rnnbench.datafile.inputs import (
    ReadColumns,
    columns_with_roles,
    find_inputs,
    notices_of,
)
from rnnbench.datafile.kinds import unusable
from rnnbench.datafile.leaks import leaks_of_targets
from rnnbench.datafile.order import how_written
from rnnbench.datafile.records import (
    Choices,
    Groups,
    Inspection,
    Notice,
    Ordering,
    Role,
    Split,
    Windows,
    window_of,
)
from rnnbench.datafile.resampling import resample
from rnnbench.datafile.roles import guess_group
from rnnbench.datafile.table import Table
from rnnbench.datafile.targets import find_targets, named_targets
from rnnbench.datafile.transforming import transforms_of
from rnnbench.datafile.windows import split_by_time
from rnnbench.datafile.windows_left import DROP, use_windows

ELAPSED = (
    "The time since the row before is read as an input; `--resample STEP` makes even steps in place"
    " of it. No window is left out for its times."
)


@dataclass(frozen=True)
class Roles:
    """The columns that have a role, and the notices on choosing them."""

    targets: tuple[str, ...]
    group: str | None
    clock: Clock | None


def examine_series(
    table: Table, columns: Mapping[str, Values], clock: Clock | None, choices: Choices
) -> Series:
    """The series of a table, and what would be done to forecast its targets.

    Raises RnnbenchError where no column can be forecast, or a part of the split has no window.
    """
    count = len(table)
    roles = _roles(table, columns, clock, choices)
    grouping = _grouping(table, roles)
    notices = [*table.notices, *clock_notices(table, columns, clock)]
    notices += key_notice(table, grouping, roles.group)
    arranged = arrange(table, grouping, clock)
    if not len(arranged.rows):
        raise unusable(table.file, "no row has a time and a group")
    order_columns = set(clock.column.split(", ")) if clock else set()
    taken = {*roles.targets, *order_columns} | ({roles.group} if roles.group else set())
    inputs = find_inputs(table, columns, taken, choices)
    file_columns = columns
    if choices.resample is not None:
        even = resample(table, clock, arranged, choices.resample)
        columns = even.columns(columns, arranged.rows)
        table = replace(table, lines=even.lines)
        arranged = even.arranged
    rows = split_by_time(arranged.series)
    candidates = ReadColumns(roles.targets, inputs.names)
    leaks = leaks_of_targets(table, columns, candidates, arranged.rows, rows, choices)
    leaking = {noticed.column for noticed in leaks}
    names = tuple(name for name in inputs.names if name not in leaking)
    read = ReadColumns(roles.targets, names)
    values = np.column_stack([columns[name].numbers[arranged.rows] for name in read.names])
    used = use_windows(table, columns, read, arranged, rows, choices)
    notices += [*grouping.notices, *_of_times(arranged), *inputs.notices, *leaks]
    notices += [*notices_of(file_columns, read.names), *used.notices]
    by_name: dict[str, Role] = dict.fromkeys(names, "input")
    by_name |= dict.fromkeys(order_columns, "order")
    by_name |= dict.fromkeys(roles.targets, "target")
    if roles.group:
        by_name[roles.group] = "group"
    lengths = np.bincount(arranged.series)
    lengths = lengths[lengths > 0]
    train, validation, test = (int(count) for count in used.usable.sum(axis=0))
    inspection = Inspection(
        file=table.file,
        format=table.format,
        kind="forecast",
        rows=count,
        columns=columns_with_roles(file_columns, by_name),
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
        transforms=transforms_of(values, read, rows, used, arranged),
        targets=read.targets,
        notices=tuple(notices),
    )
    return Series(
        inspection=inspection,
        names=read.names,
        targets=len(read.targets),
        values=values,
        rows=rows,
        last=used.last,
        lines=table.lines[arranged.rows],
        times=arranged.times,
        series=arranged.names,
        fill=choices.fill or DROP,
        elapsed=arranged.elapsed if arranged.is_irregular else None,
        resample=choices.resample,
        written=how_written(clock, table) if arranged.is_irregular else "dates",
    )


def _roles(
    table: Table, columns: Mapping[str, Values], clock: Clock | None, choices: Choices
) -> Roles:
    taken = set(clock.column.split(", ")) if clock else set()
    named = named_targets(table, choices.target)
    taken.update(named)
    group = choices.group or guess_group(table, columns, clock, taken)
    if group is not None:
        taken.add(group)
    return Roles(find_targets(table, columns, named, taken), group, clock)


def _grouping(table: Table, roles: Roles) -> Grouping:
    times = roles.clock.times if roles.clock else None
    if roles.group is not None:
        return by_column(table, roles.group, table.text(roles.group), times)
    stacked = by_rising_times(table, times) if times is not None else None
    return stacked or one_group(len(table))


def _of_times(arranged: Arranged) -> list[Notice]:
    """The notices on times; of those without a usual step, with what a forecast does."""
    notices = []
    for noticed in arranged.notices:
        if noticed.kind == "irregular-times" and arranged.is_irregular:
            noticed = replace_action(noticed, action=ELAPSED)
        notices.append(noticed)
    return notices


def _order(clock: Clock | None, arranged: Arranged) -> Ordering:
    if clock is None or arranged.ends is None:
        return Ordering()
    first, last = arranged.ends
    return Ordering(column=clock.column, step=arranged.step, first=first, last=last)
