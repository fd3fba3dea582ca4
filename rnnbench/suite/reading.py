"""Reads a suite by its name or from its file, with settings from the command line."""

import tomllib
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError
from rnnbench.records import Suite
from rnnbench.suite.choices import Choices
from rnnbench.suite.numbers import number_problem
from rnnbench.suite.parsing import parse, typed
from rnnbench.suite.resolve import resolve
from rnnbench.suite.sizes import at_size

NOTHING_CHOSEN = Choices()
MOST_CHARACTERS = 60
"""The length up to which an error shows a setting."""
MOST_KEYS = 20
"""The length of a path of keys in a setting."""
EXAMPLES = {
    "--set": "KEY=VALUE, for example recipe.epochs=5",
    "--option": "NAME=VALUE, for example chrono=30",
    "--dial": "NAME=VALUE, for example horizon=20",
}
"""The form of a setting, by the option that takes it."""


def read_suite(name: str, catalogue: Catalogue, choices: Choices = NOTHING_CHOSEN) -> Suite:
    """The suite of this name, or in this file if the name ends in .toml or has a slash; a name that
    no installed suite has is that of a file in the working folder, if there is one.

    Raises RnnbenchError with the file, the path of the key, what was found and what there is.
    """
    path = suite_file(name, catalogue)
    return check_suite(parse(path), path.name, catalogue, choices)


def suite_file(name: str, catalogue: Catalogue) -> Path:
    """Return the file of the suite of this name, or this file. Raises UnknownName."""
    if name.endswith(".toml") or "/" in name:
        return Path(name)
    here = Path(f"{name}.toml")
    if name not in catalogue.suites and here.is_file():  # as commands that are printed name it
        return here
    return catalogue.suites.find(name).item


def suite_head(path: Path) -> tuple[str, int | None]:
    """The summary and version in a suite's file; errors elsewhere in the file are not reported
    here."""
    try:
        raw = parse(path)
    except RnnbenchError as error:
        return f"BROKEN: {error}", None
    return raw.get("summary", ""), raw.get("version")


def check_suite(
    raw: dict[str, Any], file: str, catalogue: Catalogue, choices: Choices = NOTHING_CHOSEN
) -> Suite:
    """The suite that the raw data of a file describe, named after the file.

    Raises RnnbenchError as `read_suite` does.
    """
    for setting in choices.settings:
        set_key(raw, setting)
    return resolve(at_size(typed(raw, file)), file, catalogue, choices)


def key_table(settings: Iterable[str], option: str = "--set") -> dict[str, Any]:
    """The table of settings like `horizon=5`, given to this `option` of the command line."""
    table: dict[str, Any] = {}
    for setting in settings:
        set_key(table, setting, option)
    return table


def shortened(setting: str) -> str:
    """A setting as an error shows it."""
    return setting if len(setting) <= MOST_CHARACTERS else f"{setting[:MOST_CHARACTERS]}..."


def set_key(raw: dict[str, Any], setting: str, option: str = "--set") -> None:
    """Apply a setting like `recipe.epochs=5` to raw data; `tasks.*` means every task.

    The value is TOML, and a bare word is text. Raises RnnbenchError.
    """
    where = f"{option} {shortened(setting)}"
    example = EXAMPLES[option]
    key, equals, text = setting.partition("=")
    if not equals or not key:
        raise RnnbenchError(f"{where}: should be {example}")
    value = _setting_value(text, where)
    if option != "--set" and not isinstance(value, bool | int | float | str):
        expected = "a number, a word, true or false"
        raise RnnbenchError(f"{where}: expected {expected}, got {type(value).__name__}")
    *outer_keys, last = key.split(".")
    if "" in (*outer_keys, last) or len(outer_keys) > MOST_KEYS:
        raise RnnbenchError(f"{where}: its key is no path of keys like {example}")
    for table in _tables(raw, outer_keys, setting):
        table[last] = value


def _setting_value(text: str, where: str) -> Any:
    """The value of a setting: TOML, or the text itself where it is none."""
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    except (ValueError, RecursionError):  # thousands of digits, or of brackets
        raise RnnbenchError(f"{where}: the value is too long, or nested too deep") from None
    problem = number_problem(value)
    if problem:
        raise RnnbenchError(f"{where}: {problem}")
    return value


def _tables(raw: dict[str, Any], keys: list[str], setting: str) -> list[dict[str, Any]]:
    """The tables at a path of keys, made where they are missing; `*` is every element of a list."""
    places: list[Any] = [raw]
    for key in keys:
        if key == "*":
            lists = [place for place in places if isinstance(place, list)]
            places = [*chain.from_iterable(lists)]
        else:
            tables = [place for place in places if isinstance(place, dict)]
            places = [table.setdefault(key, {}) for table in tables]
    tables = [place for place in places if isinstance(place, dict)]
    if not tables:
        raise RnnbenchError(f"--set {shortened(setting)}: leads to no table")
    return tables
