"""Checks of what an output may depend on: the past of its own sequence, and nothing else."""

import torch
from torch import Tensor, nn

from rnnbench.testing.outcome import fail
from rnnbench.testing.subject import BATCH, Subject, run, seed_everything

LONG, LONG_WITHOUT_STATE, LONG_FRAMES = 300, 1100, 70
"""Steps of a long input. What a cell without a state does beyond 33 steps is seen by no other
check."""
WIDE, WIDE_STEPS = 40, 5
"""Sequences and steps of a wide input."""
UNSEEN = 1e-7
"""A change of the past that moves the output by less, in float64 and relative to its size, has not
been seen."""


def causal(subject: Subject) -> str:
    """Changing the input from step k on leaves the outputs before k as they were."""
    cell = subject.build()
    _demand_causal(subject, cell, BATCH, subject.steps)
    long = LONG if subject.spec.carries_state else LONG_WITHOUT_STATE
    if subject.spec.inputs == "frames":
        long = LONG_FRAMES
    long = min(long, subject.spec.longest or long)
    if long > subject.steps:
        _demand_causal(subject, cell, 1, long)
    return ""


def _demand_causal(subject: Subject, cell: nn.Module, batch: int, steps: int) -> None:
    x_BT = subject.inputs(batch, steps)
    y_BT, _ = run(cell, x_BT)
    for k in sorted({1, steps // 2, steps - 1} - {0}):
        other_BT = torch.cat([x_BT[:, :k], subject.inputs(batch, steps, seed=k)[:, k:]], dim=1)
        what = (
            f"it looks ahead: another input from step {k} of {steps} on changed the outputs before"
            f" step {k}"
        )
        subject.demand(y_BT[:, :k], run(cell, other_BT)[0][:, :k], what)


def independent(subject: Subject) -> str:
    """The answer to a sequence does not depend on its neighbours in the batch, in training or in
    evaluation."""
    for training in (False, True):
        cell, x_BT, others_BT = (
            subject.build(training=training),
            subject.inputs(),
            subject.inputs(seed=1),
        )
        mode = "training" if training else "evaluation"
        y_BT = _drawn(cell, x_BT)
        for factor, size in ((1.0, ""), (0.0, " that are 0"), (1e3, " a thousand times as large")):
            for place in range(len(x_BT)):
                mixed_BT = factor * others_BT
                mixed_BT[place] = x_BT[place]
                where = f"a sequence with other neighbours{size}, in {mode}, is answered otherwise"
                subject.demand(y_BT[place], _drawn(cell, mixed_BT)[place], where)
        if not training:
            subject.demand(
                y_BT[1], _drawn(cell, x_BT[1:2])[0], "a sequence alone is answered otherwise"
            )
            turned = _drawn(cell, x_BT.flip(0)).flip(0)
            subject.demand(
                y_BT, turned, "a sequence in a batch the other way round is answered otherwise"
            )
        _demand_independent_in_a_wide_batch(subject, cell, mode)
    return ""


def _demand_independent_in_a_wide_batch(subject: Subject, cell: nn.Module, mode: str) -> None:
    """Kernels and norms that work on 16 or 32 sequences at a time begin to mix them there."""
    steps = min(WIDE_STEPS, subject.steps)
    x_BT, others_BT = subject.inputs(WIDE, steps), subject.inputs(WIDE, steps, seed=1)
    y_BT = _drawn(cell, x_BT)
    for place in (0, WIDE // 2, WIDE - 1):
        mixed_BT = others_BT.clone()
        mixed_BT[place] = x_BT[place]
        where = (
            f"sequence {place + 1} of {WIDE} with other neighbours, in {mode}, is answered"
            " otherwise"
        )
        subject.demand(y_BT[place], _drawn(cell, mixed_BT)[place], where)
        if mode == "evaluation":
            alone = _drawn(cell, x_BT[place : place + 1])[0]
            subject.demand(
                alone, y_BT[place], f"a sequence alone and as number {place + 1} of {WIDE} differ"
            )


def remembers(subject: Subject) -> str:
    """The last output depends on earlier inputs."""
    steps = subject.steps
    if steps < 2:
        fail(f"sequences of {steps} steps have no past")
    cell, x_BT = subject.build(), subject.inputs(steps=steps)
    past_BT = torch.cat([subject.inputs(steps=steps, seed=1)[:, :-1], x_BT[:, -1:]], dim=1)
    present_BT = torch.cat([x_BT[:, :-1], past_BT[:, :1]], dim=1)
    last = run(cell, x_BT)[0][:, -1]
    if subject.gap(last, run(cell, past_BT)[0][:, -1]) <= UNSEEN:
        if subject.gap(last, run(cell, present_BT)[0][:, -1]) <= UNSEEN:
            fail(
                f"the output at step {steps} stays the same whatever the {steps} inputs are: it"
                " reads none of them"
            )
        fail(
            f"other inputs in steps 1 to {steps - 1} left the output at step {steps} as it was: it"
            " uses no history"
        )
    return ""


def pads(subject: Subject) -> str:
    """Padding on the right changes neither the outputs at real steps nor what follows when its
    state is cut there."""
    cell, x_BT = subject.build(), subject.inputs()
    lengths = [subject.steps, subject.steps - 1, max(1, subject.steps // 3)]
    for what, filling_BT in (("zeros", torch.zeros_like(x_BT)), ("noise", subject.inputs(seed=5))):
        padded_BT = x_BT.clone()
        for place, length in enumerate(lengths):
            padded_BT[place, length:] = filling_BT[place, length:]
        y_BT, _ = run(cell, padded_BT)
        for place, length in enumerate(lengths):
            alone, state = run(cell, x_BT[place : place + 1, :length])
            padding = f"{subject.steps - length} steps of {what} behind a sequence of {length}"
            subject.demand(alone[0], y_BT[place, :length], f"{padding} changed its outputs")
            if subject.spec.carries_state and length < subject.steps:
                _demand_continuation(subject, cell, x_BT[place : place + 1], length, state)
    return ""


def _demand_continuation(
    subject: Subject, cell: nn.Module, x_1T: Tensor, length: int, state: object
) -> None:
    whole, _ = run(cell, x_1T)
    rest, _ = run(cell, x_1T[:, length:], state)
    what = (
        f"cut after {length} real steps and carried on, the outputs differ from those of the whole"
    )
    subject.demand(whole[:, length:], rest, what)


def _drawn(cell: nn.Module, x_BT: Tensor) -> Tensor:
    """A run that draws what it draws from the same place each time, so that dropout is the same."""
    seed_everything(7)
    return run(cell, x_BT)[0]
