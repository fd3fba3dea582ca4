"""Words of the glossary in the texts of the page: each leads to its meaning, which is shown where
one points at it."""

import re
from collections.abc import Mapping
from functools import cache

from markupsafe import Markup, escape

import rnnbench
from rnnbench_reports.page.tables import slug

SECTIONS = ("What is found", "Statistics of reports", "Cost")
OTHERS = ("budget", "horizon", "ladder", "seed", "condition", "target")
NO_BREAK = "\u00a0"
SHORT = 12
"""Letters of a figure that stays in one line, such as "21 of 195"."""
TIED = re.compile(r"(?<=[≤≥<>±]) | (?=%)|(?<=\d) (?=(?:ms|µs|s|KiB|MiB|GiB|GB)\b)")
"""Spaces at which no line breaks."""
LINK = Markup('<a class="term" href="#word-{}" title="{}">{}</a>')


@cache
def meanings() -> Mapping[str, str]:
    """Return the words that a reader of a report may not know, with their meanings."""
    sections = rnnbench.glossary.SECTIONS
    found: dict[str, str] = {}
    for name in SECTIONS:
        found |= sections[name]
    found |= {word: rnnbench.glossary.MEANINGS[word] for word in OTHERS}
    return {word: _plain(found[word]) for word in sorted(found, key=str.lower)}


def tied(text: str) -> str:
    """Return a text in which no line breaks before "%" or a unit, or behind "≤" and the like."""
    return TIED.sub(NO_BREAK, text)


def whole(text: str) -> str:
    """Return the text of a table, in which no line breaks within an interval."""
    if "[" in text:
        text = text.replace(" to ", f"{NO_BREAK}to{NO_BREAK}").replace(" %", f"{NO_BREAK}%")
        return text.replace(" of ", f"{NO_BREAK}of{NO_BREAK}")
    is_short = text[:1].isdigit() and len(text) <= SHORT
    return text.replace(" ", NO_BREAK) if is_short else text


def identity(word: str) -> str:
    """Return the id of a word on the page."""
    return f"word-{slug(word)}"


def explained(text: str) -> Markup:
    """Return a text in which each word of the glossary, where it comes first, leads to its
    meaning."""
    text = tied(text)
    shown = Markup()
    linked: set[str] = set()
    place = 0
    for match in _pattern().finditer(text):
        word = _word(match[0])
        if word in linked:
            continue
        linked.add(word)
        shown += escape(text[place : match.start()])
        shown += LINK.format(slug(word), meanings()[word], match[0])
        place = match.end()
    return shown + escape(text[place:])


@cache
def _pattern() -> re.Pattern[str]:
    words = sorted(meanings(), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, words))})s?(?![\w-])", re.IGNORECASE)


def _word(found: str) -> str:
    """Return the word of the glossary for a word of a text, which may be a plural."""
    lower = {word.lower(): word for word in meanings()}
    text = found.lower()
    return lower[text] if text in lower else lower[text.removesuffix("s")]


def _plain(meaning: str) -> str:
    """Return a meaning without the names of Python and the keys of files."""
    return re.sub(r" \(`[^`]*`\)|; key `[^`]*`", "", meaning).replace("`", "")
