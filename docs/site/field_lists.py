"""Shows the lists `name:  meaning` of docstrings as lists, which Markdown would run together."""

import re
from typing import Any

import griffe

ENTRY = re.compile(r"^(\w+(?:, \w+)*): +(?=\S)")
CODE = re.compile(r"^[a-z_][\w, ]*$")


class FieldLists(griffe.Extension):
    """Rewrites each docstring before it is rendered."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite the docstring of a module, class, function or attribute."""
        if obj.docstring:
            obj.docstring.value = as_markdown(obj.docstring.value)


def as_markdown(docstring: str) -> str:
    """Return a docstring whose lines `name:  meaning`, with what is indented below, are items."""
    lines = []
    listed = False
    for line in docstring.splitlines():
        found = ENTRY.match(line)
        if found and CODE.match(found[1]):
            if not listed:
                lines.append("")
            names = ", ".join(f"`{name}`" for name in found[1].split(", "))
            lines.append(f"- {names}: {line[found.end() :]}")
            listed = True
        elif listed and line.startswith(" "):
            lines.append(f"    {line.strip()}")
        else:
            if listed and line.strip():
                lines.append("")
            listed = False
            lines.append(line)
    return "\n".join(lines)
