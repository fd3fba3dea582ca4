"""What a part of a syntax tree mentions: names, attributes, strings, and imports."""

import ast
import re
from dataclasses import dataclass, field

from rnnbench.sources.imports import Import, imported

IDENTIFIER = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


@dataclass
class Uses:
    """Everything that a part of a syntax tree mentions.

    names:      names that are read or written.
    attributes: attributes of any value.
    paths:      dotted attributes of a name, such as `a.b.c`.
    words:      words in strings, each of which may name something, as in `getattr(module, "name")`.
    places:     strings of the form "module:attribute", in their two parts.
    imports:    targets of the import statements in it.
    """

    names: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    places: set[tuple[str, str]] = field(default_factory=set)
    imports: list[Import] = field(default_factory=list)


def uses(node: ast.AST, package: str) -> Uses:
    """Return what a part of a syntax tree, of a module in this package, mentions."""
    mentioned = Uses()
    for child in ast.walk(node):
        if isinstance(child, ast.Name):
            mentioned.names.add(child.id)
        elif isinstance(child, ast.Attribute):
            mentioned.attributes.add(child.attr)
            path = _path(child)
            if path:
                mentioned.paths.add(path)
        elif isinstance(child, ast.Constant) and isinstance(child.value, str):
            _read_string(child.value, mentioned)
        elif isinstance(child, ast.Import | ast.ImportFrom):
            mentioned.imports += [target for _, target in imported(child, package)]
    return mentioned


def _read_string(string: str, mentioned: Uses) -> None:
    for dotted in IDENTIFIER.findall(string):
        mentioned.words.update(dotted.split("."))
    module, colon, attribute = string.partition(":")
    if colon and IDENTIFIER.fullmatch(module) and IDENTIFIER.fullmatch(attribute):
        mentioned.places.add((module, attribute.partition(".")[0]))


def _path(node: ast.expr) -> str:
    """Return `a.b.c` for dotted attributes of a name; "" for any other expression."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        parent = _path(node.value)
        return f"{parent}.{node.attr}" if parent else ""
    return ""
