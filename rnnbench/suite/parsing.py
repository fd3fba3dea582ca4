"""Converts TOML to the types of a suite's file; errors give the path of the key."""

import re
import tomllib
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from rnnbench.errors import RnnbenchError, UnknownName, first_line
from rnnbench.records import Recipe
from rnnbench.suite.file import SuiteFile
from rnnbench.suite.numbers import number_problem
from rnnbench.suite.uses import choices_text


def parse(path: Path) -> dict[str, Any]:
    """Read a TOML file. Raises RnnbenchError where it cannot be read or is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RnnbenchError(f"{path}: cannot be read: {error.strerror}") from None
    except RecursionError:
        raise RnnbenchError(f"{path.name}: is nested too deep") from None
    except ValueError as error:  # invalid TOML or UTF-8, or a number with thousands of digits
        raise RnnbenchError(f"{path.name}: is not TOML: {first_line(error)}") from None


def typed(raw: dict[str, Any], file: str) -> SuiteFile:
    """Convert the raw data of a file to types. Raises RnnbenchError with the path of the key."""
    try:
        _refuse_numbers(raw, file, "")
        _refuse_unknown_keys(raw, SuiteFile, file, "")
        return msgspec.convert(raw, SuiteFile)
    except msgspec.ValidationError as error:
        raise RnnbenchError(f"{file}: {_readable(error)}") from None
    except RecursionError:
        raise RnnbenchError(f"{file}: is nested too deep") from None


def _refuse_unknown_keys(value: Any, expected: Any, file: str, path: str) -> None:
    """Walk raw data along with their type; an unknown key raises UnknownName with its path."""
    if isinstance(value, list):
        element_types = _element_types(expected)
        for position, element in enumerate(value):
            for element_type in element_types:
                _refuse_unknown_keys(element, element_type, file, f"{path}[{position}]")
    structs = [kind for kind in _alternatives(expected) if _is_struct(kind)]
    if not isinstance(value, Mapping) or not structs:
        return
    keys = _keys(structs[0])
    for key, inner_value in value.items():
        if key not in keys:
            where = f"{file}: {path}" if path else file
            raise UnknownName("key", key, keys, where, "" if path else _recipe_hint(key))
        _refuse_unknown_keys(inner_value, keys[key], file, f"{path}.{key}" if path else key)


def _recipe_hint(key: str) -> str:
    """A hint for a key of the recipe that was written at the top of a file."""
    return f"'recipe.{key}' is a key." if key in Recipe.__struct_fields__ else ""


def _element_types(expected: Any) -> list[Any]:
    """The types that the elements of a list may have."""
    types_of_elements: list[Any] = []
    for kind in _alternatives(expected):
        if get_origin(kind) is tuple:
            types_of_elements += get_args(kind)[:1]
    return types_of_elements


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _keys(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """The keys of a record as files spell them, each with its type."""
    hints = get_type_hints(struct)
    return {field.encode_name: hints[field.name] for field in msgspec.structs.fields(struct)}


def _refuse_numbers(value: Any, file: str, path: str) -> None:
    """Raise RnnbenchError for a number, at any depth, that cannot be written as JSON."""
    problem = number_problem(value)
    if problem:
        raise RnnbenchError(f"{file}: {path}: {problem}")
    if isinstance(value, dict):
        for key, child in value.items():
            _refuse_numbers(child, file, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for position, child in enumerate(value):
            _refuse_numbers(child, file, f"{path}[{position}]")


def _alternatives(expected: Any) -> tuple[Any, ...]:
    return get_args(expected) if get_origin(expected) in (Union, types.UnionType) else (expected,)


def _type_at(path: str) -> Any:
    """The type of the value at a path of keys in a suite's file; None where there is none."""
    expected: Any = SuiteFile
    for key in re.sub(r"\[.*?\]", "", path).split("."):
        expected = _type_of_key(key, expected)
    return expected


def _type_of_key(key: str, expected: Any) -> Any:
    """The type of a key in a record, or in the records of a list; None where there is none."""
    for alternative in _alternatives(expected):
        for kind in (alternative, *get_args(alternative)):
            if _is_struct(kind) and key in _keys(kind):
                return _keys(kind)[key]
    return None


def _readable(error: msgspec.ValidationError) -> str:
    """Turn `Expected int, got str - at $.recipe.epochs` into `recipe.epochs: expected int, got
    str`."""
    text = str(error).replace("`", "")
    match = re.fullmatch(r"(.*) - at \$\.?(.*)", text)
    message, path = match.groups() if match else (text, "")
    message = message[0].lower() + message[1:] + choices_text(message, _type_at(path))
    return f"{path}: {message}" if path else message
