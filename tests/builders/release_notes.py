"""The notes of a release: what CHANGELOG.md says of its version."""

import re
import sys
from pathlib import Path

CHANGES = Path(__file__).parents[2] / "CHANGELOG.md"


def notes(version: str, changes: str) -> str:
    """Return the part of a change log on a version, without its heading.

    Raises ValueError where there is none, or it says nothing.
    """
    parts = re.split(r"^## \[(.+?)\].*\n", changes, flags=re.MULTILINE)
    by_version = dict(zip(parts[1::2], parts[2::2], strict=True))
    said = by_version.get(version, "").strip()
    if not said:
        known = ", ".join(by_version)
        raise ValueError(f"CHANGELOG.md says nothing of {version}; it has {known}.")
    return f"{said}\n"


if __name__ == "__main__":
    print(notes(sys.argv[1], CHANGES.read_text()), end="")  # noqa: T201
