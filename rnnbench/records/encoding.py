"""Encoding of records as JSON, including text that UTF-8 cannot hold, and their JSON Schema."""

from inspect import cleandoc
from typing import Any, Literal

import msgspec


def encode(record: object, *, order: Literal["deterministic", "sorted"] | None = None) -> bytes:
    """Encode a record as JSON.

    Lone surrogates, which messages of exceptions and names of files may hold, become "\\\\udc80".
    """
    try:
        return msgspec.json.encode(record, order=order)
    except UnicodeEncodeError:
        return msgspec.json.encode(_encodable(msgspec.to_builtins(record)), order=order)


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_encodable(key): _encodable(content) for key, content in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(content) for content in value]
    return value


def schema_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the JSON Schema of a record, whose descriptions are docstrings without indentation.

    Python takes the indentation away itself from 3.13 on.
    """
    schema = msgspec.json.schema(kind)
    for definition in schema["$defs"].values():
        if "description" in definition:
            definition["description"] = cleandoc(definition["description"])
    return schema
