"""The check that a cell is what it declares, and takes what every cell takes."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import torch
from torch import Tensor, nn

from rnnbench.contracts import DeclaresParameterGroups
from rnnbench.model import count_parameters, probe
from rnnbench.records import Option
from rnnbench.state import DeclaresInitialState, is_opaque, map_tensors, tensors_of
from rnnbench.testing.outcome import fail
from rnnbench.testing.subject import Subject, run

NONSENSE = "no-such-choice"
UNITS = 24
"""Options that count units or their connections need some to count."""


def declares(subject: Subject) -> str:
    """Sizes are as declared, every option has an effect, and short (T >= 1), single and strided
    inputs are taken."""
    cell = subject.build()
    _demand_sizes(subject)
    _demand_short_inputs(subject, cell)
    _demand_initial_state(subject, cell)
    return "; ".join(_demand_options(subject))


def _demand_sizes(subject: Subject) -> None:
    for units in (subject.spec.hidden_size(1), subject.hidden_size, 2 * subject.hidden_size):
        sized = subject.changed(units=units)
        cell = sized.build()
        found = probe(cell, sized.inputs(batch=1, steps=min(2, sized.steps)))
        for what, declared, got in (
            ("parameters", subject.spec.parameters, count_parameters(cell)),
            ("state_floats", subject.spec.state_floats, found.state_floats),
        ):
            if declared is None:
                continue
            wanted = declared(sized.input_size, units, **sized.options)
            if wanted != got:
                where = f"at input size {sized.input_size} and hidden size {units}"
                fail(f"{where} it declares {what}={wanted} and has {got}")


def _demand_short_inputs(subject: Subject, cell: nn.Module) -> None:
    x_BT = subject.inputs()
    y_BT, _ = run(cell, x_BT)
    strided_BT = x_BT.transpose(0, 1).contiguous().transpose(0, 1)
    for what, got, expected in (
        ("a single step", run(cell, x_BT[:, :1])[0], y_BT[:, :1]),
        ("a single sequence", run(cell, x_BT[:1])[0], y_BT[:1]),
        ("a non-contiguous input", cell(strided_BT)[0], y_BT),
    ):
        subject.demand(expected, got, f"{what} is answered otherwise")
    _demand_no_false_answer(cell, x_BT, y_BT)


def _demand_no_false_answer(cell: nn.Module, x_BT: Tensor, y_BT: Tensor) -> None:
    """The contract asks for T >= 1. For T = 0 a cell may raise, or give an empty answer; any other
    one is wrong."""
    try:
        y_B0, _ = run(cell, x_BT[:, :0])
    except Exception:
        return
    shape = (y_BT.shape[0], 0, *y_BT.shape[2:])
    if y_B0.shape != shape:
        fail(
            f"a sequence of 0 steps is answered with shape {tuple(y_B0.shape)}; an error, or an"
            f" empty answer of shape {shape}, was expected"
        )


def _demand_initial_state(subject: Subject, cell: nn.Module) -> None:
    """No state is the same as the declared initial state, or zeros, where the state does not
    grow."""
    x_BT = subject.inputs()
    if not subject.spec.carries_state:
        return
    first: Any
    if isinstance(cell, DeclaresInitialState) and not callable(cell.initial_state):
        fail(
            "its initial_state is no method: a state to begin from is asked for as"
            " initial_state(x_BI)"
        )
    if isinstance(cell, DeclaresInitialState):
        first, what = cell.initial_state(x_BT[:, 0]), "its initial_state"
    else:
        states = [run(cell, x_BT[:, :steps])[1] for steps in (1, 2)]
        if [t.shape for t in tensors_of(states[0])] != [t.shape for t in tensors_of(states[1])]:
            return
        first, what = map_tensors(torch.zeros_like, states[0]), "a state of zeros"
        if _holds_numbers(first) or is_opaque(first):
            return
        if not all(t.is_floating_point() or t.is_complex() for t in tensors_of(first)):
            return
    hint = "a cell that begins elsewhere has a method initial_state(x_BI)"
    says = f"{hint}: without a state the outputs differ from those with {what}"
    subject.demand(run(cell, x_BT)[0], run(cell, x_BT, first)[0], says)


def _holds_numbers(tree: Any) -> bool:
    """Whether a state counts in plain numbers, whose zero is not known."""
    if isinstance(tree, Mapping):
        return any(map(_holds_numbers, tree.values()))
    if isinstance(tree, list | tuple):
        return any(map(_holds_numbers, tree))
    if is_dataclass(tree) and not isinstance(tree, type):
        return any(_holds_numbers(getattr(tree, field.name)) for field in fields(tree))
    return isinstance(tree, int | float)


def _demand_options(subject: Subject) -> list[str]:
    """Another value of an option changes parameters, initial weights or outputs; a word that is
    none is refused."""
    untried = []
    subject = subject.changed(units=subject.spec.hidden_size(UNITS))
    plain = _fingerprint(subject)
    for option, value in {**subject.spec.options, **subject.options}.items():
        if isinstance(value, str):
            if _takes_nonsense(subject, option, plain):
                fail(
                    f"the option {option}='{NONSENSE}' is taken without complaint and changes"
                    " nothing"
                )
            untried.append(f"other words for {option}")
            continue
        effects = []
        for other in _others(value):
            try:
                effects.append(
                    not _same(
                        plain,
                        _fingerprint(subject.changed(options={**subject.options, option: other})),
                    )
                )
            except Exception:  # noqa: S112  a value that it refuses, in whatever words
                continue
        if not effects:
            untried.append(option)
        elif not any(effects):
            fail(f"the option {option} has no effect: {_others(value)} give what {value} gives")
    return [f"not tried: {', '.join(untried)}"] if untried else []


def _takes_nonsense(subject: Subject, option: str, plain: list[Tensor]) -> bool:
    try:
        return _same(
            plain, _fingerprint(subject.changed(options={**subject.options, option: NONSENSE}))
        )
    except Exception:
        return False


def _others(value: Option) -> list[Option]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value + 2, value + 5]
    if isinstance(value, float):
        return [value / 2, value + 0.25, value + 3]
    return []


def _fingerprint(subject: Subject) -> list[Tensor]:
    """All that an option may change: weights, buffers, outputs, outputs in training, the gradient's
    own groups."""
    cell = subject.build()
    y_BT, state = run(cell, subject.inputs())
    trained, _ = run(cell.train(), subject.inputs())
    groups = [] if not isinstance(cell, DeclaresParameterGroups) else list(cell.param_groups())
    rates = [
        [g.learning_rate_factor, g.learning_rate or -1.0, float(g.weight_decay), len(g.parameters)]
        for g in groups
    ]
    return [*cell.state_dict().values(), y_BT, *tensors_of(state), trained, torch.tensor(rates)]


def _same(one: list[Tensor], other: list[Tensor]) -> bool:
    return [t.shape for t in one] == [t.shape for t in other] and all(map(torch.equal, one, other))
