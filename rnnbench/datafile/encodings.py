"""The encoding of a text that is not UTF-8."""

import codecs

from charset_normalizer import from_bytes

LOOKED_AT = 64 * 1024
"""Bytes from which an unknown encoding is guessed."""
BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
WESTERN = "cp1252"
"""The most frequent encoding that is not Unicode; it is taken wherever it is as good as others."""
SHORT = ("cp1250", "cp1254", "cp1257", "cp1258", "latin_1")
"""What charset-normalizer takes short Western texts for."""


def by_bom(start: bytes) -> str:
    """The encoding that the first bytes of a file name; UTF-8 where they name none."""
    for mark, encoding in BOMS.items():
        if start.startswith(mark):
            return encoding
    return "utf-8"


def first_odd(decoder: codecs.IncrementalDecoder, piece: bytes) -> bytes:
    """Bytes around the first one that is not UTF-8; nothing where all are."""
    try:
        decoder.decode(piece)
    except UnicodeDecodeError as error:
        return piece[max(0, error.start - LOOKED_AT // 2) : error.start + LOOKED_AT // 2]
    return b""


def guessed(odd: bytes) -> str:
    """The encoding in which bytes are most probably text, by charset-normalizer."""
    matches = from_bytes(odd)
    best = matches.best()
    if best is None:
        return "latin-1"
    equals = [match.encoding for match in matches if match.chaos <= best.chaos]
    return WESTERN if WESTERN in equals or best.encoding in SHORT else best.encoding
