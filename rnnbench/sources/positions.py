"""Functions by the line in which they begin, as a function object tells it."""

import ast
from collections.abc import Iterable, Iterator

from rnnbench.sources.modules import Module, Statement


def statements_at(module: Module, first_line: int) -> Iterator[Statement]:
    """The statements of a module that hold a line."""
    for statement in module.statements:
        last = statement.node.end_lineno or statement.node.lineno
        if _first(statement.node) <= first_line <= last:
            yield statement


def functions_at(module: Module, line: int, name: str) -> list[ast.AST]:
    """The functions of this name (`<lambda>` for those that have none) that begin in a line of a
    module."""
    found: list[ast.AST] = []
    for statement in statements_at(module, line):
        for node in ast.walk(statement.node):
            if isinstance(node, ast.Lambda):
                if name == "<lambda>" and node.lineno == line:
                    found.append(node)
            elif _is_function(node, name, line):
                found.append(node)
    return found


def _is_function(node: ast.AST, name: str, line: int) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    return node.name == name and _first(node) <= line <= node.lineno


def _first(node: ast.stmt) -> int:
    decorators: Iterable[ast.expr] = getattr(node, "decorator_list", ())
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])
