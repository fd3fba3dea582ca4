"""What a piece of a syntax tree mentions: names, attributes, texts, and what it imports."""

import ast
import re
from dataclasses import dataclass, field

from rnnbench.sources.imports import Import, imported

IDENTIFIER = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


@dataclass
class Uses:
    """What is mentioned.

    names:      names that are read or written.
    attributes: attributes of anything.
    paths:      attributes of attributes of a name, such as `a.b.c`.
    words:      words in strings, each of which may name something, as in `getattr(module, "name")`.
    places:     strings that are a place, "module:attribute", in its two parts.
    imports:    what it imports itself.
    """

    names: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    places: set[tuple[str, str]] = field(default_factory=set)
    imports: list[Import] = field(default_factory=list)


def uses(node: ast.AST, package: str) -> Uses:
    """What a syntax tree of a module in this package mentions."""
    found = Uses()
    for child in ast.walk(node):
        if isinstance(child, ast.Name):
            found.names.add(child.id)
        elif isinstance(child, ast.Attribute):
            found.attributes.add(child.attr)
            path = _path(child)
            if path:
                found.paths.add(path)
        elif isinstance(child, ast.Constant) and isinstance(child.value, str):
            _read_text(child.value, found)
        elif isinstance(child, ast.Import | ast.ImportFrom):
            found.imports += [target for _, target in imported(child, package)]
    return found


def _read_text(text: str, found: Uses) -> None:
    for dotted in IDENTIFIER.findall(text):
        found.words.update(dotted.split("."))
    place, colon, attribute = text.partition(":")
    if colon and IDENTIFIER.fullmatch(place) and IDENTIFIER.fullmatch(attribute):
        found.places.add((place, attribute.partition(".")[0]))


def _path(node: ast.expr) -> str:
    """`a.b.c` of an attribute of an attribute of a name; "" of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        above = _path(node.value)
        return f"{above}.{node.attr}" if above else ""
    return ""
