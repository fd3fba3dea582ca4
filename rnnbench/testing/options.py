"""The part of the check `declares` that tries each option: another value must have an effect."""

import torch
from torch import Tensor, nn

from rnnbench.contracts import DeclaresParameterGroups
from rnnbench.records import Option
from rnnbench.state import tensors_of
from rnnbench.testing.outcome import fail
from rnnbench.testing.subject import Subject, run

NONSENSE = "no-such-choice"
UNITS = 24
"""Hidden size at which options are tried; options that count units need some to count."""


def untried_options(subject: Subject) -> list[str]:
    """Demand that every option has an effect, and return descriptions of those that were not tried.

    Another value must change parameters, initial weights or outputs; a nonsense word must be
    refused.
    """
    untried = []
    subject = subject.changed(units=subject.size_from(UNITS))
    plain = _fingerprint(subject)
    for option, value in {**subject.spec.options, **subject.options}.items():
        if isinstance(value, str):
            _demand_nonsense_refused(subject, option, plain)
            untried.append(f"other words for {option}")
        elif not _demand_effect(subject, option, value, plain):
            untried.append(option)
    return untried


def _demand_nonsense_refused(subject: Subject, option: str, plain: list[Tensor]) -> None:
    try:
        accepted = _equal(plain, _fingerprint(_with_option(subject, option, NONSENSE)))
    except Exception:
        return
    if accepted:
        fail(f"the option {option}='{NONSENSE}' is taken without complaint and changes nothing")


def _demand_effect(subject: Subject, option: str, value: Option, plain: list[Tensor]) -> bool:
    """Fail where no other value has an effect; return whether any other value was accepted."""
    others = _other_values(value)
    effects = []
    for other in others:
        try:
            changed = not _equal(plain, _fingerprint(_with_option(subject, option, other)))
        except Exception:  # noqa: S112  the cell refuses this value, with whatever error
            continue
        effects.append(changed)
    if effects and not any(effects):
        fail(f"the option {option} has no effect: {others} give what {value} gives")
    return bool(effects)


def _with_option(subject: Subject, option: str, value: Option) -> Subject:
    return subject.changed(options={**subject.options, option: value})


def _other_values(value: Option) -> list[Option]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value + 2, value + 5]
    if isinstance(value, float):
        return [value / 2, value + 0.25, value + 3]
    return []


def _fingerprint(subject: Subject) -> list[Tensor]:
    """Return everything that an option may change: weights, buffers, outputs in evaluation and in
    training, states, and parameter groups."""
    cell = subject.build()
    y_BT, state = run(cell, subject.inputs())
    trained_BT, _ = run(cell.train(), subject.inputs())
    groups = torch.tensor(_parameter_groups(cell))
    return [*cell.state_dict().values(), y_BT, *tensors_of(state), trained_BT, groups]


def _parameter_groups(cell: nn.Module) -> list[list[float]]:
    if not isinstance(cell, DeclaresParameterGroups):
        return []
    rows = []
    for group in cell.param_groups():
        rate = group.learning_rate or -1.0
        decay = float(group.weight_decay)
        rows.append([group.learning_rate_factor, rate, decay, len(group.parameters)])
    return rows


def _equal(first: list[Tensor], second: list[Tensor]) -> bool:
    if [tensor.shape for tensor in first] != [tensor.shape for tensor in second]:
        return False
    return all(map(torch.equal, first, second))
