"""Reports on the import of a plugin, written by the process that imported it."""

from msgspec import Struct


class ImportReport(Struct, frozen=True):
    """What the import of a plugin did.

    problem: why it failed; "" where it succeeded.
    effects: a sentence on each change that it made for the whole process.
    """

    seconds: float
    problem: str
    effects: tuple[str, ...]
