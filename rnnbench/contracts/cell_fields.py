"""Validation of the fields of a `CellSpec`: a wrong value is reported where the spec is created."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rnnbench.errors import RnnbenchError

WORD = re.compile(r"[^\s:/\\,=\[\]-][^\s:/\\,=\[\]]*")
"""Pattern of names, which are typed on the command line (`name:implementation`, `name=value`) and
are part of file names."""
IMPLEMENTATION = "implementation"
INPUTS = ("features", "frames")
PARALLEL = ("none", "scan", "chunk")


def validate(fields: Mapping[str, Any], reserved: Sequence[str]) -> None:
    """Raise RnnbenchError for the first wrong value; the message names the cell and the field.

    reserved: words that no implementation may be called.
    """
    for field, check in CHECKS.items():
        complaint = check(fields[field])
        if complaint:
            raise _wrong_value(fields, field, complaint)
    for name in fields["implementations"]:
        if name in reserved:
            complaint = f"should not hold '{name}', which has a meaning of its own"
            raise _wrong_value(fields, "implementations", complaint)
    multiple = fields["hidden_multiple"]
    if isinstance(multiple, str) and not _is_count(fields["options"].get(multiple)):
        complaint = f"should name an option whose default is at least 1, got {multiple!r}"
        raise _wrong_value(fields, "hidden_multiple", complaint)
    if IMPLEMENTATION in fields["options"]:
        complaint = f"should not hold '{IMPLEMENTATION}'; use the field `implementations` for it"
        raise _wrong_value(fields, "options", complaint)


def _wrong_value(fields: Mapping[str, Any], field: str, complaint: str) -> RnnbenchError:
    return RnnbenchError(f"CellSpec {fields['name']!r}: {field} {complaint}")


def _word(value: object) -> str:
    if isinstance(value, str) and WORD.fullmatch(value):
        return ""
    return (
        "should be one word without spaces, colons, commas, slashes, '=' and brackets, got"
        f" {value!r}"
    )


def _text(value: object) -> str:
    return "" if isinstance(value, str) else f"should be a text, got {value!r}"


def _importable(value: object) -> str:
    if callable(value) or (isinstance(value, str) and value.strip()):
        return ""
    return f"should be a function or its place as 'module:attribute', got {value!r}"


def _importable_or_none(value: object) -> str:
    return "" if value is None else _importable(value)


def _formula(value: object) -> str:
    return "" if value is None or callable(value) else f"should be a function, got {value!r}"


def _yes_or_no(value: object) -> str:
    return "" if isinstance(value, bool) else f"should be True or False, got {value!r}"


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _count(value: object) -> str:
    return "" if _is_count(value) else f"should be a whole number of at least 1, got {value!r}"


def _count_or_none(value: object) -> str:
    return "" if value is None else _count(value)


def _count_or_option(value: object) -> str:
    return "" if isinstance(value, str) else _count(value)


def _one_of(words: Sequence[str]) -> Callable[[object], str]:
    def check(value: object) -> str:
        return "" if value in words else f"should be one of {', '.join(words)}, got {value!r}"

    return check


def _texts(value: object) -> str:
    complaint = f"should be a list of texts, got {value!r}"
    if isinstance(value, str) or not isinstance(value, Sequence):
        return complaint
    return "" if all(isinstance(text, str) for text in value) else complaint


def _words(value: object) -> str:
    complaint = _texts(value)
    if complaint:
        return complaint
    assert isinstance(value, Sequence)
    for word in value:
        complaint = _word(word)
        if complaint:
            return f"holds a name that {complaint}"
    repeated = [word for word in value if list(value).count(word) > 1]
    return f"holds '{repeated[0]}' twice" if repeated else ""


def _options(value: object) -> str:
    if not isinstance(value, Mapping):
        return f"should map names to defaults, got {value!r}"
    for name, default in value.items():
        if not isinstance(name, str) or not name.isidentifier():
            return f"should be named like arguments of a function, got {name!r}"
        if not isinstance(default, bool | int | float | str | None):
            return (
                "should have numbers, texts, True, False or None for defaults, got"
                f" {name}={default!r}"
            )
    return ""


CHECKS: dict[str, Callable[[object], str]] = {
    "name": _word,
    "build": _importable,
    "source": _text,
    "summary": _text,
    "options": _options,
    "inputs": _one_of(INPUTS),
    "implementations": _words,
    "parallel": _one_of(PARALLEL),
    "carries_state": _yes_or_no,
    "hidden_multiple": _count_or_option,
    "smallest": _count,
    "same_size": _yes_or_no,
    "straight_through": _yes_or_no,
    "longest": _count_or_none,
    "packages": _texts,
    "parameters": _formula,
    "state_floats": _formula,
    "reference": _importable_or_none,
}
"""By field, a function that describes what is wrong with a value; "" for a right value."""
