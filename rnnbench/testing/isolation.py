"""The check that a cell leaves alone what all cells of a process share: torch itself, its switches,
its generators."""

from collections.abc import Callable, Mapping

import torch

from rnnbench import switches
from rnnbench.generators import generator_states, seeded
from rnnbench.switches import Fingerprint
from rnnbench.testing.outcome import fail
from rnnbench.testing.subject import Subject, as_dtype, run, seed_everything

STATES = (101, 202)
"""Seeds from which the constructor and the forward pass are run, to see whether what follows
depends on them."""
MOST_NAMED = 3


def isolated(subject: Subject) -> str:
    """Building and running it turns no switch of torch, replaces nothing in torch, and seeds no
    random generator."""
    subject = subject.changed(dtype=torch.float32)
    _demand_untouched("importing or building it", subject.imported.turned, subject.imported.parts)
    with _Watch("building it"):
        cell = subject.construct()
    cell = as_dtype(cell, subject.dtype)
    for training in (False, True):
        cell.train(training)
        x_BT = subject.inputs().requires_grad_(training)
        with _Watch("running it in training" if training else "running it in evaluation"):
            y_BT, _ = run(cell, x_BT)
            if y_BT.requires_grad:
                torch.autograd.backward(y_BT.abs().mean())
    _demand_no_seeding(
        "building it", subject.construct, "all seeds of a suite train from the same initial weights"
    )
    _demand_no_seeding(
        "running it",
        lambda: run(cell, subject.inputs()),
        "what is drawn after a step is the same at each step",
    )
    return ""


class _Watch:
    """Fails where what runs inside turns a switch of torch or replaces a part of it; switches are
    turned back."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        self.switches = switches.read()
        self.parts = switches.fingerprint()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        turned = switches.changed(self.switches, switches.read())
        switches.restore(self.switches)
        if kind is None:
            _demand_untouched(self.what, turned, self.parts)


def _demand_untouched(what: str, turned: Mapping[str, str], parts: Fingerprint | None) -> None:
    if turned:
        fail(f"{what} changes switches of torch for the whole process: {_listed(turned, ' is ')}")
    replaced = switches.replaced(parts) if parts else {}
    if replaced:
        fail(f"{what} replaces parts of torch for the whole process: {_listed(replaced, ' by ')}")


def _listed(changes: Mapping[str, str], between: str) -> str:
    shown = [f"{name}{between}{change}" for name, change in list(changes.items())[:MOST_NAMED]]
    more = len(changes) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def _demand_no_seeding(what: str, work: Callable[[], object], so_that: str) -> None:
    """From two states of a generator what comes after must differ, as it does where it is drawn
    from or left alone."""
    states = []
    for seed in STATES:
        seed_everything(seed)
        states.append(generator_states())
        work()
        states.append(generator_states())
    for name in seeded(*states):
        fail(
            f"{what} seeds {name}: from two different states it leaves the same one, so that"
            f" {so_that}"
        )
