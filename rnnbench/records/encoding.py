"""Records as JSON. The one place where text that UTF-8 cannot hold is made to fit."""

from typing import Any, Literal

import msgspec


def encode(record: object, *, order: Literal["deterministic", "sorted"] | None = None) -> bytes:
    """A record as JSON. Lone surrogates, as messages of exceptions and names of files may have,
    become "\\\\udc80"."""
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
