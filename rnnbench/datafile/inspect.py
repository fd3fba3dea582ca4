"""Looks at a user's file: what it is taken for, what would be done with it, what is odd in it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from rnnbench.datafile.archive_files import ENDINGS, read_archive_file
from rnnbench.datafile.cells import Values, values_of
from rnnbench.datafile.classify import examine_sequences
from rnnbench.datafile.delimited import read_delimited
from rnnbench.datafile.dialect import find_dialect
from rnnbench.datafile.examined import Examined, Series
from rnnbench.datafile.forecast import examine_series
from rnnbench.datafile.kinds import unusable
from rnnbench.datafile.order import columns_of_order, find_clock
from rnnbench.datafile.parquet_files import read_parquet
from rnnbench.datafile.records import Choices, Inspection, window_of
from rnnbench.datafile.roles import LABEL_CLASSES, LABEL_NAME, guess_group, guess_label
from rnnbench.datafile.sampling import with_examples
from rnnbench.datafile.sequences import sequences_of
from rnnbench.datafile.source import find_source, is_parquet
from rnnbench.datafile.table import Table
from rnnbench.datafile.targets import named_targets
from rnnbench.datafile.texts import examine_text, examine_texts
from rnnbench.errors import RnnbenchError


def inspect(path: Path, choices: Choices | None = None) -> Inspection:
    """Say what a file is taken for, what would be done with it, and what was noticed.

    A table with a label, or one that seems to have one, holds sequences or texts with a class each;
    any other one is forecast. Nothing is trained and nothing is written.

    Raises RnnbenchError where the file cannot be used, with the reason.
    """
    return examine(path, choices).inspection


def examine(path: Path, choices: Choices | None = None) -> Examined:
    """Read a file as `inspect` does, and keep what it holds."""
    choices = choices or Choices()
    _check(choices)
    try:
        found = _examine(path, choices)
    except UnicodeError as error:
        raise unusable(str(path), f"it cannot be decoded: {error}") from error
    if choices.resample is not None and not isinstance(found, Series):
        kind = found.inspection.kind
        raise unusable(str(path), f"--resample is for forecasts, and the file is for a {kind}")
    used = with_examples(found.inspection, choices.train_examples)
    return replace(found, inspection=used)


def _examine(path: Path, choices: Choices) -> Examined:
    """Read a file by the reader of its format."""
    if is_parquet(path):
        return _examine_table(read_parquet(path), choices)
    source = find_source(path)
    if source.ending in ENDINGS:
        return examine_sequences(read_archive_file(source), choices)
    dialect = find_dialect(source)
    if dialect is None:
        return examine_text(source, choices)
    return _examine_table(read_delimited(source, dialect), choices)


def _check(choices: Choices) -> None:
    window = window_of(choices)
    if window < 1 or choices.horizon < 1:
        raise RnnbenchError(
            f"window and horizon must be at least 1, got {window} and {choices.horizon}"
        )
    if choices.target is not None and (choices.label is not None or choices.text is not None):
        raise RnnbenchError("a target is forecast, and a label is a class: name one of them")


def _examine_table(table: Table, choices: Choices) -> Examined:
    if not len(table):
        raise unusable(table.file, "none of its rows has a value")
    named_targets(table, choices.target)
    named = (choices.group, choices.label, choices.text)
    table.check_names([*named, *columns_of_order(choices.order, table), *choices.keep])
    columns = {name: values_of(table, name) for name in table.cells}
    text = choices.text or _guess_text(columns, choices)
    if text is not None:
        beside = choices.label or _label_beside(table, columns, text)
        return examine_texts(table, columns, text, beside, choices)
    clock = find_clock(table, columns, choices.order)
    taken = set(clock.column.split(", ")) if clock else set()
    group = choices.group
    label = choices.label
    if label is not None:
        group = group or guess_group(table, columns, clock, {*taken, label})
        if group is None:
            raise unusable(
                table.file,
                f"column '{label}' has the classes of sequences, and no column seems to name the"
                " sequence of a row: name it with --group",
            )
    elif choices.target is None:
        likely = group or guess_group(table, columns, clock, taken)
        label = guess_label(table, columns, likely, taken) if likely else None
        group = likely if label else group
    if group is not None and label is not None:
        return examine_sequences(
            sequences_of(table, columns, clock, group, label, choices), choices
        )
    return examine_series(table, columns, clock, choices)


def _guess_text(columns: Mapping[str, Values], choices: Choices) -> str | None:
    """A column of texts, where nothing else is asked for and there are no times."""
    asked = choices.target or choices.order or choices.group
    kinds = [values.kind for values in columns.values()]
    if asked or "times" in kinds or kinds.count("texts") != 1:
        return None
    return next(values.name for values in columns.values() if values.kind == "texts")


def _label_beside(table: Table, columns: Mapping[str, Values], text: str) -> str:
    """The column of classes beside texts: one named like a label, else the first with few values.

    Raises RnnbenchError where there is none.
    """
    candidates = []
    for values in columns.values():
        if values.name == text or values.kind not in ("words", "numbers"):
            continue
        count = table.text(values.name).nunique()
        if 1 <= count <= min(LABEL_CLASSES, len(table) / 3):
            named = LABEL_NAME.fullmatch(values.name) is not None
            candidates.append((not named, values.kind != "words", values.name))
    if not candidates:
        raise unusable(
            table.file,
            f"column '{text}' holds texts, and no column seems to have a class for each: name it"
            " with --label",
        )
    return min(candidates, key=lambda candidate: candidate[:2])[2]
