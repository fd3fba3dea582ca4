"""From TOML to the types of a suite's file: unknown keys and wrong values are named with their
path."""

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
    """What stands in a TOML file. Raises RnnbenchError where it cannot be read, or is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RnnbenchError(f"{path}: cannot be read: {error.strerror}") from None
    except RecursionError:
        raise RnnbenchError(f"{path.name}: is nested too deep") from None
    except ValueError as error:  # of TOML, of UTF-8, and of numbers with thousands of digits
        raise RnnbenchError(f"{path.name}: is not TOML: {first_line(error)}") from None


def typed(raw: dict[str, Any], file: str) -> SuiteFile:
    """These raw data, of a file of this name, as what they should be. Raises RnnbenchError."""
    try:
        _refuse_numbers(raw, file, "")
        _refuse_unknown_keys(raw, SuiteFile, file, "")
        return msgspec.convert(raw, SuiteFile)
    except msgspec.ValidationError as error:
        raise RnnbenchError(f"{file}: {_readable(error)}") from None
    except RecursionError:
        raise RnnbenchError(f"{file}: is nested too deep") from None


def _refuse_unknown_keys(value: Any, expected: Any, file: str, path: str) -> None:
    """Walk raw data beside its type, so that an unknown key is named with its path and its nearest
    neighbour."""
    if isinstance(value, list):
        inner = [
            a for t in _alternatives(expected) if get_origin(t) is tuple for a in get_args(t)[:1]
        ]
        for position, element in enumerate(value):
            for element_type in inner:
                _refuse_unknown_keys(element, element_type, file, f"{path}[{position}]")
    structs = [
        t for t in _alternatives(expected) if isinstance(t, type) and issubclass(t, msgspec.Struct)
    ]
    if not isinstance(value, Mapping) or not structs:
        return
    hints = _keys(structs[0])
    for key, inner_value in value.items():
        if key not in hints:
            where = f"{file}: {path}" if path else file
            hint = (
                f"'recipe.{key}' is a key." if not path and key in Recipe.__struct_fields__ else ""
            )
            raise UnknownName("key", key, hints, where, hint)
        _refuse_unknown_keys(inner_value, hints[key], file, f"{path}.{key}" if path else key)


def _keys(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """The keys of a record as files spell them, each with its type."""
    hints = get_type_hints(struct)
    return {one.encode_name: hints[one.name] for one in msgspec.structs.fields(struct)}


def _refuse_numbers(value: Any, file: str, path: str) -> None:
    if problem := number_problem(value):
        raise RnnbenchError(f"{file}: {path}: {problem}")
    children = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, child in children:
        step = f"[{key}]" if isinstance(value, list) else f".{key}" if path else str(key)
        _refuse_numbers(child, file, f"{path}{step}")


def _alternatives(expected: Any) -> tuple[Any, ...]:
    return get_args(expected) if get_origin(expected) in (Union, types.UnionType) else (expected,)


def _type_at(path: str) -> Any:
    """The type that stands at a path of keys in a suite's file."""
    expected: Any = SuiteFile
    for key in re.sub(r"\[.*?\]", "", path).split("."):
        inner = [a for t in _alternatives(expected) for a in (t, *get_args(t))]
        structs = [
            t
            for t in inner
            if isinstance(t, type) and issubclass(t, msgspec.Struct) and key in _keys(t)
        ]
        expected = _keys(structs[0])[key] if structs else None
    return expected


def _readable(error: msgspec.ValidationError) -> str:
    """msgspec says `Expected int, got str - at $.recipe.epochs`; we say `recipe.epochs: expected
    int, got str`."""
    text = str(error).replace("`", "")
    found = re.fullmatch(r"(.*) - at \$\.?(.*)", text)
    message, path = found.groups() if found else (text, "")
    message = message[0].lower() + message[1:] + choices_text(message, _type_at(path))
    return f"{path}: {message}" if path else message
