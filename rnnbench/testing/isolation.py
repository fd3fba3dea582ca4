"""The check that a cell leaves alone what all cells of a process share: torch itself, its switches,
and the random generators."""

from collections.abc import Callable, Mapping

import torch

from rnnbench import switches
from rnnbench.generators import generator_states, seeded
from rnnbench.switches import Fingerprint
from rnnbench.testing.outcome import fail
from rnnbench.testing.subject import Subject, as_dtype, run, seed_everything

SEEDS = (101, 202)
"""Seeds before the constructor and the forward pass; the random states after them must differ."""
MOST_NAMED = 3


def isolated(subject: Subject) -> str:
    """Building and running the cell changes no switch of torch, replaces nothing in torch, and
    seeds no random generator."""
    subject = subject.changed(dtype=torch.float32)
    imported = subject.imported
    _demand_unchanged("importing or building it", imported.changes, imported.parts)
    with _DemandTorchUnchanged("building it"):
        cell = subject.construct()
    cell = as_dtype(cell, subject.dtype)
    for training in (False, True):
        cell.train(training)
        x_BT = subject.inputs().requires_grad_(training)
        mode = "training" if training else "evaluation"
        with _DemandTorchUnchanged(f"running it in {mode}"):
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


class _DemandTorchUnchanged:
    """Sets torch's switches back after the block, and fails if the block changed torch."""

    def __init__(self, activity: str) -> None:
        self.activity = activity

    def __enter__(self) -> None:
        self.switches = switches.read()
        self.parts = switches.fingerprint()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        changes = switches.changed(self.switches, switches.read())
        switches.restore(self.switches)
        if kind is None:
            _demand_unchanged(self.activity, changes, self.parts)


def _demand_unchanged(activity: str, changes: Mapping[str, str], parts: Fingerprint | None) -> None:
    if changes:
        named = _listed(changes, " is ")
        fail(f"{activity} changes switches of torch for the whole process: {named}")
    replaced = switches.replaced(parts) if parts else {}
    if replaced:
        named = _listed(replaced, " by ")
        fail(f"{activity} replaces parts of torch for the whole process: {named}")


def _listed(changes: Mapping[str, str], between: str) -> str:
    shown = [f"{name}{between}{change}" for name, change in list(changes.items())[:MOST_NAMED]]
    more = len(changes) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def _demand_no_seeding(activity: str, work: Callable[[], object], consequence: str) -> None:
    """Fail where the work leaves the same random state after it began from two different ones.

    Work that draws from a generator, or leaves it alone, ends in two different states.
    """
    states = []
    for seed in SEEDS:
        seed_everything(seed)
        states.append(generator_states())
        work()
        states.append(generator_states())
    for name in seeded(*states):
        fail(
            f"{activity} seeds {name}: from two different states it leaves the same one, so that"
            f" {consequence}"
        )
