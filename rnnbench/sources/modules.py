"""Parsed modules: the names that their top-level statements bind, and the targets of their imports.

Nothing is imported.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rnnbench.sources.files import digest, locate
from rnnbench.sources.imports import Import, imported
from rnnbench.sources.statements import bound_names, has_effects, run_at_import


@dataclass(frozen=True)
class Statement:
    """A top-level statement.

    node:    its syntax tree without docstrings.
    binds:   the names that it gives a value.
    effects: whether it may change something besides these names, such as a class of torch.
    """

    node: ast.stmt
    binds: tuple[str, ...]
    effects: bool

    @property
    def text(self) -> str:
        """Its source in a normal form, without comments and docstrings."""
        return ast.unparse(self.node)


@dataclass(frozen=True)
class Module:
    """A module with a readable source.

    statements:       its top-level statements, imports excepted.
    imports:          the target of each name that is imported at top level.
    stars:            modules all of whose names are imported.
    imported_modules: every module that a top-level import may load.
    """

    name: str
    path: Path
    package: str
    statements: tuple[Statement, ...]
    imports: dict[str, Import]
    stars: tuple[str, ...]
    imported_modules: tuple[str, ...]

    def binding(self, name: str) -> list[int]:
        """Return the numbers of the statements that give a name its value."""
        return [number for number, one in enumerate(self.statements) if name in one.binds]

    def import_lines(self, aliases: Iterable[str]) -> list[str]:
        """Return an import line for each of these imported names, in one form."""
        targets = [(alias, self.imports[alias]) for alias in sorted(aliases)]
        return [f"from {one.module} import {one.attribute} as {alias}" for alias, one in targets]


def read_module(name: str) -> Module | None:
    """Parse the module of this name; None where its source is unavailable or is not Python."""
    path = locate(name)
    if path is None or path.suffix != ".py":
        return None
    try:
        content = path.read_bytes()
        return _parsed(name, path, content)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None


def whole(name: str) -> str:
    """Return a hash of a whole module, without comments and docstrings; "" where there is no
    file."""
    module = read_module(name)
    if module is not None:
        lines = [statement.text for statement in module.statements]
        lines += [f"{bound} = {target}" for bound, target in sorted(module.imports.items())]
        lines += [f"* = {star}" for star in module.stars]
        return digest("\n".join(lines).encode())
    path = locate(name)
    if path is None:
        return ""
    try:
        return digest(path.read_bytes())
    except OSError:
        return ""


@lru_cache(maxsize=1024)
def _parsed(name: str, path: Path, content: bytes) -> Module:
    tree = _WithoutDocstrings().visit(ast.parse(content))
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    statements = []
    imports: dict[str, Import] = {}
    stars: list[str] = []
    loaded: dict[str, None] = {}
    for node in run_at_import(tree.body):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            statements.append(Statement(node, tuple(bound_names(node)), has_effects(node)))
            continue
        for bound, target in imported(node, package):
            loaded[target.module] = None
            if bound == "*":
                stars.append(target.module)
                continue
            imports[bound] = target
            loaded[target.dotted] = None
    return Module(name, path, package, tuple(statements), imports, tuple(stars), tuple(loaded))


class _WithoutDocstrings(ast.NodeTransformer):
    """Removes docstrings."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        body = getattr(node, "body", None)
        documented = isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        )
        if documented and isinstance(body, list):
            kept = [child for child in body if not _is_text(child)]
            if not kept and not isinstance(node, ast.Module):
                kept = [ast.Pass()]
            node.body = kept  # type: ignore[attr-defined]
        return node


def _is_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
