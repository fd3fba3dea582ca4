"""Parsed modules: what each top-level statement binds, and where its imports lead. Nothing is
imported."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rnnbench.sources.files import digest, locate
from rnnbench.sources.imports import Import, imported

HARMLESS_DECORATORS = frozenset(
    (
        *(
            "abstractmethod",
            "cache",
            "cached_property",
            "classmethod",
            "contextmanager",
            "dataclass",
            "final",
        ),
        *(
            "hookimpl",
            "lru_cache",
            "no_grad",
            "inference_mode",
            "overload",
            "property",
            "runtime_checkable",
        ),
        *("script", "singledispatch", "staticmethod", "total_ordering", "wraps"),
    )
)
"""Decorators that register nothing: a definition under one of them matters to those alone that name
it."""
NOT_RUN = ("TYPE_CHECKING", "typing.TYPE_CHECKING", "__name__ == '__main__'")
"""Conditions that do not hold when a module is imported."""
INNER = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
"""Expressions with names of their own."""


@dataclass(frozen=True)
class Statement:
    """A top-level statement.

    node:    its syntax tree without docstrings.
    binds:   the names that it gives a value.
    effects: whether it may change something else than the names that it binds, such as a class of
             torch.
    """

    node: ast.stmt
    binds: tuple[str, ...]
    effects: bool

    @property
    def text(self) -> str:
        """Its source in one form, without comments and docstrings."""
        return ast.unparse(self.node)


@dataclass(frozen=True)
class Module:
    """A module of which the source is known.

    statements: those that are no imports.
    imports:    what each name that is imported at top level leads to.
    stars:      modules all of whose names are imported.
    imported_modules: every module that an import at top level may load.
    """

    name: str
    path: Path
    package: str
    statements: tuple[Statement, ...]
    imports: dict[str, Import]
    stars: tuple[str, ...]
    imported_modules: tuple[str, ...]


def read_module(name: str) -> Module | None:
    """The module of this name; None where its source is not to be had or is no Python."""
    path = locate(name)
    if path is None or path.suffix != ".py":
        return None
    try:
        content = path.read_bytes()
        return _parsed(name, path, content)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None


def whole(name: str) -> str:
    """A hash of the whole file of a module, comments and docstrings left out; "" where there is no
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
    tree = _Bare().visit(ast.parse(content))
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    statements = []
    imports: dict[str, Import] = {}
    stars: list[str] = []
    loaded: dict[str, None] = {}
    for node in _at_run_time(tree.body):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for bound, target in imported(node, package):
                loaded[target.module] = None
                if bound == "*":
                    stars.append(target.module)
                    continue
                imports[bound] = target
                if target.attribute:
                    loaded[f"{target.module}.{target.attribute}"] = None
        else:
            statements.append(Statement(node, tuple(_bound(node)), _has_effects(node)))
    return Module(name, path, package, tuple(statements), imports, tuple(stars), tuple(loaded))


class _Bare(ast.NodeTransformer):
    """Takes docstrings out."""

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


def _at_run_time(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when a module is imported: not those for type checkers, nor those of
    a main program."""
    for node in body:
        if isinstance(node, ast.Pass):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) in NOT_RUN:
            yield from _at_run_time(node.orelse)
        else:
            yield node


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that a statement gives a value in its module, and not inside a function or a
    comprehension."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif not isinstance(node, INNER):
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)


def _has_effects(node: ast.stmt) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return any(
            _last_name(decorator) not in HARMLESS_DECORATORS for decorator in node.decorator_list
        )
    if isinstance(node, ast.Assign):
        return not all(_plain(target) for target in node.targets)
    if isinstance(node, ast.AnnAssign | ast.AugAssign):
        return not _plain(node.target)
    return True


def _plain(target: ast.expr) -> bool:
    """Whether an assignment to it changes names of the module alone."""
    if isinstance(target, ast.Tuple | ast.List):
        return all(_plain(element) for element in target.elts)
    if isinstance(target, ast.Starred):
        return _plain(target.value)
    return isinstance(target, ast.Name)


def _last_name(decorator: ast.expr) -> str:
    """`hookimpl` of `@rnnbench.hookimpl` and of `@hookimpl(...)`."""
    if isinstance(decorator, ast.Call):
        return _last_name(decorator.func)
    if isinstance(decorator, ast.Attribute):
        return decorator.attr
    return decorator.id if isinstance(decorator, ast.Name) else ""
