"""What an interrupted command leaves behind, in a sentence."""

from collections.abc import Sequence

GOES_ON = (("run", "suite"), ("try",), ("ab",), ("history", "bisect"))
"""The commands that keep what has finished, and go on from there."""
FRESH = "--fresh"


def interruption(arguments: Sequence[str]) -> str:
    """The sentence for what was typed behind `rnnbench`."""
    words = tuple(argument for argument in arguments if not argument.startswith("-"))
    if not any(words[: len(command)] == command for command in GOES_ON):
        return "Interrupted. Stored results are as they were; the same command starts again."
    again = f"the same command, without {FRESH}," if FRESH in arguments else "the same command"
    return f"Interrupted. What finished is kept; {again} goes on from there."
