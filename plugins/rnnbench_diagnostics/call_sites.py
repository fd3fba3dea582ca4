"""Calls of sigmoids in the source of a cell, and what the variables there are called."""

import ast
import linecache
import os
import re
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import NamedTuple

import torch
from torch import nn

TORCH = f"{Path(torch.__file__).parent}{os.sep}"
OWN = f"{Path(__file__).parent}{os.sep}"
FUNCTIONS = ("sigmoid", "sigmoid_", "logsigmoid", "hardsigmoid", "expit")
KERNELS = {nn.LSTM: "ifo", nn.LSTMCell: "ifo", nn.GRU: "rz", nn.GRUCell: "rz"}
"""The gates of torch's kernels, in the order in which a step computes them."""
SHAPE_LETTERS = re.compile(r"_[A-Z0-9]+$")


class CallSite(NamedTuple):
    """A call of a sigmoid, or of a helper function that returns one.

    code, offset: the function and the instruction in it; None inside torch alone.
    kernel:       the gates of the kernel of torch that was called there, one letter each, or "".
    """

    code: CodeType | None
    offset: int
    kernel: str = ""

    @property
    def is_returned(self) -> bool:
        """Whether the result is returned at once, so that the call of the function tells more."""
        if self.code is None:
            return False
        statement, call = _source_of(self.code, self.offset)
        return isinstance(statement, ast.Return) and statement.value is call

    def names_of(self, parts: int) -> Sequence[str]:
        """Return the name of each part of the result; "" where the source does not tell."""
        statement, call = _source_of(self.code, self.offset) if self.code else (None, None)
        if statement is None or call is None:
            return [""] * parts
        targets = _targets(statement)
        if _is_whole(statement, call) and len(targets) == parts:
            return [_plain(name) for name in targets]
        if parts == 1:
            return [_argument(call) or (_plain(targets[0]) if len(targets) == 1 else "")]
        return [""] * parts


def called_from() -> CallSite:
    """Return the call outside torch by which the present operation is computed, with its kernel.

    To be called by the dispatch mode.
    """
    kernel = ""
    site = CallSite(None, 0)
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(OWN):
            break
        if file.startswith(TORCH):
            kernel = kernel or _kernel(frame.f_locals.get("self"))
        else:
            site = CallSite(frame.f_code, frame.f_lasti)
            if not site.is_returned:
                break
        frame = frame.f_back
    return site._replace(kernel=kernel)


def _kernel(caller: object) -> str:
    gates = [letters for kind, letters in KERNELS.items() if isinstance(caller, kind)]
    return gates[0] if gates else ""


@cache
def _source_of(code: CodeType, offset: int) -> tuple[ast.stmt | None, ast.Call | None]:
    """The statement and the call at an instruction; None where the source does not show it."""
    line, end_line, column, end_column = list(code.co_positions())[offset // 2]
    for call, statement in _calls(code.co_filename):
        where = (call.lineno, call.end_lineno, call.col_offset, call.end_col_offset)
        if where == (line, end_line, column, end_column):
            return statement, call
    return None, None


@cache
def _calls(file: str) -> Sequence[tuple[ast.Call, ast.stmt]]:
    """All calls in a source file, each with the innermost statement around it."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:
        return ()
    found = {}
    for statement in ast.walk(tree):  # outer statements come before inner ones
        if not isinstance(statement, ast.stmt):
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Call):
                found[node] = statement
    return tuple(found.items())


def _targets(statement: ast.stmt) -> list[str]:
    """The names to which a statement assigns."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return []
    target = statement.targets[0]
    parts = target.elts if isinstance(target, ast.Tuple) else [target]
    return [_name(part) for part in parts]


def _is_whole(statement: ast.stmt, call: ast.Call) -> bool:
    """Whether a statement assigns the result of a call, or what a method makes of it."""
    value = statement.value if isinstance(statement, ast.Assign) else None
    if value is call:
        return True
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return False
    return value.func.value is call


def _argument(call: ast.Call) -> str:
    """The name of the variable whose sigmoid is taken; sigmoid(-x) is 1 minus that of x."""
    if _name(call.func) not in FUNCTIONS:
        return ""
    operand = call.args[0] if call.args else call.func
    if isinstance(operand, ast.Attribute) and operand is call.func:
        operand = operand.value  # x.sigmoid()
    if isinstance(operand, ast.UnaryOp) and isinstance(operand.op, ast.USub):
        name = _plain(_name(operand.operand))
        return f"1 - {name}" if name else ""
    return _plain(_name(operand))


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _plain(name: str) -> str:
    """A name without its shape letters: `forget` for `forget_BTH`."""
    return SHAPE_LETTERS.sub("", name)
