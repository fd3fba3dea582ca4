"""Top-level statements: which run at import, what they bind, and whether they have effects."""

import ast
from collections.abc import Iterator, Sequence

HARMLESS_DECORATORS = frozenset(
    (
        "abstractmethod",
        "cache",
        "cached_property",
        "classmethod",
        "contextmanager",
        "dataclass",
        "final",
        "hookimpl",
        "lru_cache",
        "no_grad",
        "inference_mode",
        "overload",
        "property",
        "runtime_checkable",
        "script",
        "singledispatch",
        "staticmethod",
        "total_ordering",
        "wraps",
    )
)
"""Decorators that register nothing: a definition under one of them matters only where it is
named."""
NOT_RUN = ("TYPE_CHECKING", "typing.TYPE_CHECKING", "__name__ == '__main__'")
"""Conditions that are false when a module is imported."""
OWN_SCOPE = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
"""Expressions with a scope of their own."""


def run_at_import(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run when a module is imported.

    Statements for type checkers, and those of a main program, do not run.
    """
    for node in body:
        if isinstance(node, ast.Pass):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) in NOT_RUN:
            yield from run_at_import(node.orelse)
        else:
            yield node


def bound_names(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement binds in its module, outside of functions and
    comprehensions."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif not isinstance(node, OWN_SCOPE):
        for child in ast.iter_child_nodes(node):
            yield from bound_names(child)


def has_effects(node: ast.stmt) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return any(
            _last_name(decorator) not in HARMLESS_DECORATORS for decorator in node.decorator_list
        )
    if isinstance(node, ast.Assign):
        return not all(_is_plain(target) for target in node.targets)
    if isinstance(node, ast.AnnAssign | ast.AugAssign):
        return not _is_plain(node.target)
    return True


def _is_plain(target: ast.expr) -> bool:
    """Whether an assignment to this target changes names of the module only."""
    if isinstance(target, ast.Tuple | ast.List):
        return all(_is_plain(element) for element in target.elts)
    if isinstance(target, ast.Starred):
        return _is_plain(target.value)
    return isinstance(target, ast.Name)


def _last_name(decorator: ast.expr) -> str:
    """Return the last name of a decorator: `hookimpl` for `@rnnbench.hookimpl` and
    `@hookimpl(...)`."""
    if isinstance(decorator, ast.Call):
        return _last_name(decorator.func)
    if isinstance(decorator, ast.Attribute):
        return decorator.attr
    return decorator.id if isinstance(decorator, ast.Name) else ""
