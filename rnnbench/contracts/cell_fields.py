"""What each field of a `CellSpec` may hold: a mistake is reported where the spec is made, by the
name of the field."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rnnbench.errors import RnnbenchError

WORD = re.compile(r"[^\s:/\\,=\[\]-][^\s:/\\,=\[\]]*")
"""Names are typed on the command line (`name:implementation`, `name=value`) and are part of file
names."""
IMPLEMENTATION = "implementation"
INPUTS = ("features", "frames")
PARALLEL = ("none", "scan", "chunk")


def validate(fields: Mapping[str, Any], reserved: Sequence[str]) -> None:
    """Raise RnnbenchError where a field holds what it should not; its message names the cell and
    the field.

    reserved: words that no implementation may be called.
    """
    for field, check in CHECKS.items():
        if complaint := check(fields[field]):
            raise _wrong(fields, field, complaint)
    taken = [word for word in fields["implementations"] if word in reserved]
    if taken:
        raise _wrong(
            fields,
            "implementations",
            f"should not hold '{taken[0]}', which has a meaning of its own",
        )
    if IMPLEMENTATION in fields["options"]:
        raise _wrong(
            fields,
            "options",
            f"should not hold '{IMPLEMENTATION}'; use the field `implementations` for it",
        )


def _wrong(fields: Mapping[str, Any], field: str, complaint: str) -> RnnbenchError:
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


def _count(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return ""
    return f"should be a whole number of at least 1, got {value!r}"


def _count_or_none(value: object) -> str:
    return "" if value is None else _count(value)


def _one_of(words: Sequence[str]) -> Callable[[object], str]:
    def check(value: object) -> str:
        return "" if value in words else f"should be one of {', '.join(words)}, got {value!r}"

    return check


def _texts(value: object) -> str:
    if (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and all(isinstance(text, str) for text in value)
    ):
        return ""
    return f"should be a list of texts, got {value!r}"


def _words(value: object) -> str:
    complaint = _texts(value)
    if complaint:
        return complaint
    assert isinstance(value, Sequence)
    for word in value:
        if complaint := _word(word):
            return f"holds a name that {complaint}"
    twice = [word for word in value if list(value).count(word) > 1]
    return f"holds '{twice[0]}' twice" if twice else ""


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
    "hidden_multiple": _count,
    "smallest": _count,
    "same_size": _yes_or_no,
    "straight_through": _yes_or_no,
    "longest": _count_or_none,
    "packages": _texts,
    "parameters": _formula,
    "state_floats": _formula,
    "reference": _importable_or_none,
}
"""By field: what is wrong with a value, "" where nothing is."""
