"""Reading a suite's file: TOML, settings from the command line, unknown keys, wrong types."""

import math
import re
import tomllib
import types
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError, UnknownName
from rnnbench.records import Recipe, Suite
from rnnbench.suite.choices import Choices
from rnnbench.suite.file import SuiteFile
from rnnbench.suite.resolve import choices_text, resolve
from rnnbench.suite.sizes import at_size

NOTHING_CHOSEN = Choices()


def read_suite(name: str, catalogue: Catalogue, choices: Choices = NOTHING_CHOSEN) -> Suite:
    """The suite of this name, or in this file (a name that ends in .toml or holds a slash).

    Raises RnnbenchError with the file, the path of the key, what was found and what there is.
    """
    path = Path(name) if name.endswith(".toml") or "/" in name else catalogue.suites.find(name).item
    return check_suite(_parse(path), path.name, catalogue, choices)


def suite_head(path: Path) -> tuple[str, int | None]:
    """Summary and version as written; what is wrong with a suite is said when it is run or shown."""
    try:
        raw = _parse(path)
    except RnnbenchError as error:
        return f"BROKEN: {error}", None
    return raw.get("summary", ""), raw.get("version")


def check_suite(raw: dict[str, Any], file: str, catalogue: Catalogue, choices: Choices = NOTHING_CHOSEN) -> Suite:
    """The suite that these raw data describe, called after their `file`. Raises RnnbenchError as `read_suite` does."""
    for setting in choices.settings:
        set_key(raw, setting)
    _refuse_infinite(raw, file, "")
    _refuse_unknown_keys(raw, SuiteFile, file, "")
    try:
        checked = msgspec.convert(raw, SuiteFile)
    except msgspec.ValidationError as error:
        raise RnnbenchError(f"{file}: {_readable(error)}") from None
    return resolve(at_size(checked), file, catalogue, choices)


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RnnbenchError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RnnbenchError(f"{path.name}: is not TOML: {error}") from None


def key_table(settings: Iterable[str]) -> dict[str, Any]:
    """The table that settings like `horizon=5` make, each a key and its value."""
    table: dict[str, Any] = {}
    for setting in settings:
        set_key(table, setting)
    return table


def set_key(raw: dict[str, Any], setting: str) -> None:
    """Apply `recipe.epochs=5`; the value is TOML, and a bare word is text. `tasks.*` means every task."""
    key, equals, text = setting.partition("=")
    if not equals or not key:
        raise RnnbenchError(f"--set {setting}: should be KEY=VALUE, for example recipe.epochs=5")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    *folders, last = key.split(".")
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
        raise RnnbenchError(f"--set {setting}: leads to no table")
    yield from tables


def _refuse_unknown_keys(value: Any, expected: Any, file: str, path: str) -> None:
    """Walk raw data beside its type, so that an unknown key is named with its path and its nearest neighbour."""
    if isinstance(value, list):
        inner = [a for t in _alternatives(expected) if get_origin(t) is tuple for a in get_args(t)[:1]]
        for position, element in enumerate(value):
            for element_type in inner:
                _refuse_unknown_keys(element, element_type, file, f"{path}[{position}]")
    structs = [t for t in _alternatives(expected) if isinstance(t, type) and issubclass(t, msgspec.Struct)]
    if not isinstance(value, Mapping) or not structs:
        return
    hints = get_type_hints(structs[0])
    for key, inner_value in value.items():
        if key not in hints:
            where = f"{file}: {path}" if path else file
            hint = f"'recipe.{key}' is a key." if not path and key in Recipe.__struct_fields__ else ""
            raise UnknownName("key", key, hints, where, hint)
        _refuse_unknown_keys(inner_value, hints[key], file, f"{path}.{key}" if path else key)


def _refuse_infinite(value: Any, file: str, path: str) -> None:
    """TOML knows inf and nan; JSON, in which trials travel, does not."""
    if isinstance(value, float) and not math.isfinite(value):
        raise RnnbenchError(f"{file}: {path}: expected a finite number, got {value}")
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        step = f"[{key}]" if isinstance(value, list) else f".{key}" if path else str(key)
        _refuse_infinite(child, file, f"{path}{step}")


def _alternatives(expected: Any) -> tuple[Any, ...]:
    return get_args(expected) if get_origin(expected) in (Union, types.UnionType) else (expected,)


def _type_at(path: str) -> Any:
    """The type that stands at a path of keys in a suite's file."""
    expected: Any = SuiteFile
    for key in re.sub(r"\[.*?\]", "", path).split("."):
        inner = [a for t in _alternatives(expected) for a in (t, *get_args(t))]
        structs = [
            t for t in inner if isinstance(t, type) and issubclass(t, msgspec.Struct) and key in get_type_hints(t)
        ]
        expected = get_type_hints(structs[0])[key] if structs else None
    return expected


def _readable(error: msgspec.ValidationError) -> str:
    """msgspec says `Expected int, got str - at $.recipe.epochs`; we say `recipe.epochs: expected int, got str`."""
    text = str(error).replace("`", "")
    found = re.fullmatch(r"(.*) - at \$\.?(.*)", text)
    message, path = found.groups() if found else (text, "")
    message = message[0].lower() + message[1:] + choices_text(message, _type_at(path))
    return f"{path}: {message}" if path else message
