"""Reading a suite by its name or from its file, with settings from the command line."""

import tomllib
from collections.abc import Iterable, Iterator
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
MOST_SHOWN, MOST_KEYS = 60, 20
EXAMPLES = {
    "--set": "KEY=VALUE, for example recipe.epochs=5",
    "--option": "NAME=VALUE, for example chrono=30",
    "--dial": "NAME=VALUE, for example horizon=20",
}
"""What each option that takes settings should be given."""


def read_suite(name: str, catalogue: Catalogue, choices: Choices = NOTHING_CHOSEN) -> Suite:
    """The suite of this name, or in this file (a name that ends in .toml or holds a slash).

    Raises RnnbenchError with the file, the path of the key, what was found and what there is.
    """
    path = Path(name) if name.endswith(".toml") or "/" in name else catalogue.suites.find(name).item
    return check_suite(parse(path), path.name, catalogue, choices)


def suite_head(path: Path) -> tuple[str, int | None]:
    """Summary and version as written; what is wrong with a suite is said when it is run or
    shown."""
    try:
        raw = parse(path)
    except RnnbenchError as error:
        return f"BROKEN: {error}", None
    return raw.get("summary", ""), raw.get("version")


def check_suite(
    raw: dict[str, Any], file: str, catalogue: Catalogue, choices: Choices = NOTHING_CHOSEN
) -> Suite:
    """The suite that these raw data describe, called after their `file`. Raises RnnbenchError as
    `read_suite` does."""
    for setting in choices.settings:
        set_key(raw, setting)
    return resolve(at_size(typed(raw, file)), file, catalogue, choices)


def key_table(settings: Iterable[str], option: str = "--set") -> dict[str, Any]:
    """The table that settings like `horizon=5` make, each a key and its value. `option` is what
    they were given to."""
    table: dict[str, Any] = {}
    for setting in settings:
        set_key(table, setting, option)
    return table


def shortened(setting: str) -> str:
    """A setting as an error shows it."""
    return setting if len(setting) <= MOST_SHOWN else f"{setting[:MOST_SHOWN]}..."


def set_key(raw: dict[str, Any], setting: str, option: str = "--set") -> None:
    """Apply `recipe.epochs=5`; the value is TOML, and a bare word is text. `tasks.*` means every
    task."""
    key, equals, text = setting.partition("=")
    example = EXAMPLES[option]
    if not equals or not key:
        raise RnnbenchError(f"{option} {shortened(setting)}: should be {example}")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    except (ValueError, RecursionError):  # thousands of digits, or of brackets
        raise RnnbenchError(
            f"{option} {shortened(setting)}: the value is too long, or nested too deep"
        ) from None
    if problem := number_problem(value):
        raise RnnbenchError(f"{option} {shortened(setting)}: {problem}")
    if option != "--set" and not isinstance(value, bool | int | float | str):
        found = f"a number, a word, true or false, got {type(value).__name__}"
        raise RnnbenchError(f"{option} {shortened(setting)}: expected {found}")
    *folders, last = key.split(".")
    if "" in (*folders, last) or len(folders) > MOST_KEYS:
        raise RnnbenchError(
            f"{option} {shortened(setting)}: its key is no path of keys like {example}"
        )
    for table in _tables(raw, folders, setting):
        table[last] = value


def _tables(raw: dict[str, Any], folders: list[str], setting: str) -> Iterator[dict[str, Any]]:
    """The tables that a path of keys leads to; `*` leads to every element of a list."""
    places: list[Any] = [raw]
    for folder in folders:
        if folder == "*":
            places = [element for place in places if isinstance(place, list) for element in place]
        else:
            places = [place.setdefault(folder, {}) for place in places if isinstance(place, dict)]
    tables = [place for place in places if isinstance(place, dict)]
    if not tables:
        raise RnnbenchError(f"--set {shortened(setting)}: leads to no table")
    yield from tables
