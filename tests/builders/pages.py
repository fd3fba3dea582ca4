"""Pages of the documentation, and the code in them."""

import re

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def fenced(page: str) -> list[tuple[str, str]]:
    """The fenced blocks of a page that name a language: that, and what stands in them, in order."""
    return FENCE.findall(page)
