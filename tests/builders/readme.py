"""The README, and the page whose examples are the shortest plugins there are."""

from pathlib import Path

from tests.builders.pages import fenced

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
FIRST_PLUGIN = (ROOT / "docs" / "first-plugin.md").read_text()


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language on the page of the shortest plugins, in order."""
    return [text for kind, text in fenced(FIRST_PLUGIN) if kind == language]
