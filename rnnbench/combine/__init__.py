"""Runs of one suite, from several folders and machines, as one.

What the rules of comparison allow is pooled. What they do not is told apart or left out, with the
reason in a sentence.
"""

from rnnbench.combine.combined import Combined, combine
from rnnbench.combine.parts import Part, read_part

__all__ = ["Combined", "Part", "combine", "read_part"]
