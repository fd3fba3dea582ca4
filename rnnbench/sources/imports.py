"""Import statements: the names that they bind, and the targets of these names."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Import:
    """The target of an imported name: `attribute` of `module`, or the module itself."""

    module: str
    attribute: str = ""

    @property
    def dotted(self) -> str:
        """The target as a dotted name; it may be that of a module."""
        return f"{self.module}.{self.attribute}" if self.attribute else self.module


def imported(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, Import]]:
    """Yield the names that an import statement binds with their targets; `*` for all names."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield from _imported_module(alias)
        return
    module = _source_module(node, package)
    for alias in node.names:
        if alias.name == "*":
            yield "*", Import(module)
        else:
            yield alias.asname or alias.name, Import(module, alias.name)


def _imported_module(alias: ast.alias) -> Iterator[tuple[str, Import]]:
    """Yield what `import a.b` binds: `a`, and `a.b` as a path; with `as c` it binds `c` alone."""
    if alias.asname:
        yield alias.asname, Import(alias.name)
        return
    top = alias.name.partition(".")[0]
    yield top, Import(top)
    if "." in alias.name:
        yield alias.name, Import(alias.name)


def _source_module(node: ast.ImportFrom, package: str) -> str:
    """Return the absolute name of the module that `from ... import` reads."""
    module = node.module or ""
    if not node.level:
        return module
    parents = package.split(".")
    parents = parents[: len(parents) - node.level + 1]
    return ".".join([*parents, module] if module else parents)
