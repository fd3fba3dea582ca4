"""The README, and its examples."""

from pathlib import Path

from tests.builders.pages import fenced

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language, in order."""
    return [text for kind, text in fenced(README) if kind == language]
