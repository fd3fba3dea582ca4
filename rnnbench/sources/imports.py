"""Import statements: the names that they bind, and where these lead."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Import:
    """What an import binds: `attribute` of `module`, or the module itself where there is no
    attribute."""

    module: str
    attribute: str = ""


def imported(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, Import]]:
    """The names that an import statement binds and where they lead; `*` for all names of a
    module."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.asname:
                yield alias.asname, Import(alias.name)
            else:
                yield alias.name.partition(".")[0], Import(alias.name.partition(".")[0])
                if "." in alias.name:
                    yield alias.name, Import(alias.name)
        return
    module = node.module or ""
    if node.level:
        above = package.split(".")
        above = above[: len(above) - node.level + 1]
        module = ".".join([*above, module] if module else above)
    for alias in node.names:
        if alias.name == "*":
            yield "*", Import(module)
        else:
            yield alias.asname or alias.name, Import(module, alias.name)
