"""Tables of cost at one shape: times, ratios between kernels, memory and operations."""

from collections.abc import Collection
from itertools import chain
from typing import Any

import rnnbench
from rnnbench_reports import cost_words, device_words
from rnnbench_reports.page.links import Trials, lost
from rnnbench_reports.page.records import Column, Row, Table, Value
from rnnbench_reports.page.tables import CELL, amount, count, figure, row_id, slug, table, word
from rnnbench_reports.style import spread

KINDS = {
    "train": "Time of training step",
    "inference": "Time of forward alone",
    "streaming": "Time of one step of one stream",
}
NOTHING_TO_LEARN = "; nothing to learn: forward alone"
MIB = 1 / rnnbench.text.MEBIBYTE


def times(cost: rnnbench.CostFinding, kind: str) -> Table | None:
    """Return the times of one kind of step, the fastest first."""
    ratios = cost_words.ratios(cost, kind)
    over = f"over {cost_words.reference(cost, kind)}{cost_words.one_kind(ratios)}"
    columns = [CELL, Column("kernel", "text"), Column("parameters"), Column("ms", stays=True)]
    columns.append(Column(over, stays=True))
    if kind == "streaming":
        wall = " (wall)" if device_words.is_processor(cost) else ""
        columns += [Column(f"p50{wall}, µs"), Column(f"p99{wall}, µs")]
    else:
        columns += [Column("sequences a second"), Column("steps a second")]
    columns += [Column("replicates"), Column("slow", hint="steps over 1.5 times the median")]
    columns += [Column("by session", "words")]
    if kind == "train":
        columns.append(Column("first step, s"))
    rows = [_time_row(row, found, cost, kind) for row, found in cost_words.timed(cost, kind)]
    notes = [cost_words.missing_reference(cost, kind), cost.stopping_reasons.get(kind, "")]  # type: ignore[call-overload]
    note = " ".join(filter(None, notes))
    return table(f"{kind}-{slug(cost.title)}", KINDS[kind], columns, rows, note)


def _time_row(
    row: rnnbench.CostRow, found: rnnbench.StepTime, cost: rnnbench.CostFinding, kind: str
) -> Row:
    learns_nothing = kind == "train" and not row.parameters
    seconds = found.seconds.centre
    ratio = cost_words.ratio_to_reference(row, cost, kind)
    values = [
        word(row.row),
        word(f"{row.kernel}{NOTHING_TO_LEARN if learns_nothing else ''}"),
        count(row.parameters),
        figure(found.seconds, 1000),
        Value(cost_words.over_reference(row, cost, kind), ratio.centre if ratio else 1.0),
    ]
    if kind == "streaming":
        values += [figure(found.p50, 1e6), figure(found.p99, 1e6)]
    else:
        rates = (cost.shape.batch / seconds, cost.shape.batch * cost.shape.steps / seconds)
        values += [Value(rnnbench.text.rounded(rate), rate) for rate in rates]
    precise = "" if found.precision is None else f", ±{100 * found.precision:.1f} %"
    sessions = [f"{session} {spread(ratio)}" for session, ratio in found.sessions.items()]
    values += [
        Value(f"{len(found.replicates)}{precise}", float(len(found.replicates))),
        Value(f"{found.outlying_steps} of {found.steps}", found.outlying_steps / found.steps),
        word("; ".join(sessions)),
    ]
    if kind == "train":
        values.append(figure(row.first_call_seconds))
    identity = row_id(cost.title, row.row) if kind == "train" else ""
    return Row(values, row.row, identity)


def kernels(cost: rnnbench.CostFinding, kind: str) -> Table | None:
    """Return ratios of cells on different kernels, beside those of the same cells on one."""
    pairs = [pair for pair in cost.kernel_pairs if pair.kind == kind]
    ratios = [pair.apart for pair in pairs] + [pair.alike for pair in pairs]
    named = cost_words.one_kind(ratios)
    columns = [Column("cell, kernel", "text"), Column("over cell, kernel", "text")]
    columns += [Column(f"ratio{named}"), Column("on one kernel", "text"), Column("ratio there")]
    columns.append(Column("explained by the kernels", "text", stays=True))
    rows = []
    for pair in pairs:
        values = [
            word(f"{pair.row}, {pair.kernels[0]}"),
            word(f"{pair.over}, {pair.kernels[1]}"),
            Value(cost_words.beside(pair.apart, ratios), pair.apart.centre),
            word(f"{pair.alike_kernel}: {pair.alike_row} over {pair.alike_over}"),
            Value(cost_words.beside(pair.alike, ratios), pair.alike.centre),
            word("yes" if pair.explained else "no"),
        ]
        rows.append(Row(values, pair.row))
    title = "Cells on different kernels, and on the same kernel"
    return table(f"kernels-{kind}-{slug(cost.title)}", title, columns, rows)


def pairs(cost: rnnbench.CostFinding, kind: str, featured: Collection[str]) -> Table | None:
    """Return the ratios of all pairs of rows on one kernel, if they are many of featured cells."""
    every = cost_words.on_one_kernel(cost, kind)
    found = cost_words.few_pairs(every, featured)
    ratios = [pair.ratio for pair in found]
    columns = [Column("kernel", "text"), Column("cell", "text"), Column("over", "text")]
    columns += [Column(f"ratio{cost_words.one_kind(ratios)}", stays=True)]
    columns += [Column("cells", "text"), Column("by session", "words")]
    kind_of_all = cost_words.one_kind(ratios)
    rows = [_pair_row(pair, kind_of_all) for pair in found]
    left_out = len(every) - len(found)
    note = cost_words.about_pairs(cost, kind)
    if left_out:
        note = f"{left_out:,} pairs of other cells are left out here. {note}"
    title = f"Pairs of rows on one kernel: {rnnbench.text.counted(len(rows), 'ratio')}"
    return table(f"pairs-{kind}-{slug(cost.title)}", title, columns, rows, note)


def _pair_row(pair: Any, kind_of_all: str) -> Row:
    sessions = [f"{session} {spread(ratio)}" for session, ratio in pair.sessions.items()]
    values = [
        word(pair.kernel),
        word(pair.slow),
        word(pair.fast),
        Value(cost_words.with_kind(pair.ratio, kind_of_all), pair.ratio.centre),
        word("the same" if pair.same_kind else "different"),
        word("; ".join(sessions)),
    ]
    return Row(values, pair.slow)


def memory(cost: rnnbench.CostFinding, trials: Trials) -> Table | None:
    """Return memory and operations of a training step; why, where a trial gave no figure."""
    columns = [CELL, Column("kernel", "text"), Column("peak MiB")]
    columns.append(Column("saved for backward, MiB"))
    columns += [Column("parameters, KiB"), Column("state, KiB")]
    columns += [Column("10⁶ operations"), Column("of the matrix rate"), Column("10⁶ instructions")]
    columns += [Column("joules"), Column("peak read by", "text")]
    rows = []
    for row in cost.rows:
        known = {
            "peak-memory": figure(row.peak_bytes, MIB),
            "operations": _operations(row),
            "instructions": figure(row.instructions, 1e-6),
        }
        for name, value in known.items():
            if value.text == "-":
                known[name] = lost(row.row, name, cost, trials)
        values = [
            word(row.row),
            word(row.kernel),
            known["peak-memory"],
            amount(row.saved_bytes, MIB),
            amount(row.parameter_bytes, 1 / 1024),
            amount(row.state_bytes, 1 / 1024),
            known["operations"],
            figure(row.matrix_share, 100, " %"),
            known["instructions"],
            figure(row.joules),
            word(row.memory_meter),
        ]
        identity = "" if row.train else row_id(cost.title, row.row)
        rows.append(Row(values, row.row, identity))
    figures = chain.from_iterable(row.values[2:10] for row in rows)
    if all(value.text in ("", "-") for value in figures):
        return None
    title = "Memory and operations of a training step"
    return table(f"memory-{slug(cost.title)}", title, columns, rows, _speed(cost))


def _operations(row: rnnbench.CostRow) -> Value:
    if not row.flops:
        return Value("-")
    counted = "" if row.counted_form in ("default", "eager") else f" ({row.counted_form})"
    operations = amount(row.flops, 1e-6)
    return Value(f"{operations.text}{counted}", operations.order)


def _speed(cost: rnnbench.CostFinding) -> str:
    """Return sentences on the speed of the machine, and on what was counted where."""
    sentences = []
    if cost.matrix_flops_per_second:
        sentences.append(
            f"Speed of this {device_words.place(cost)}, measured in the same processes:"
            f" {spread(cost.matrix_flops_per_second, 1e-9)} 10⁹ operations a second in a product of"
            f" matrices, {spread(cost.copied_bytes_per_second, 1e-9)} GB a second in copying."
        )
    counted = any(row.flops or row.instructions for row in cost.rows)
    if not device_words.is_processor(cost) and counted:
        sentences.append("Operations and instructions are counted in a step on the processor.")
    return " ".join(sentences)
