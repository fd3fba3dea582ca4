"""What the import of a plugin did, as the process in which it was imported reports it."""

from msgspec import Struct


class ImportReport(Struct, frozen=True):
    """What the import of a plugin did.

    problem: why it failed; "" where it did not.
    effects: a sentence on each thing that it changed for everybody.
    """

    seconds: float
    problem: str
    effects: tuple[str, ...]
