"""Checks that an output depends on the past of its own sequence, and on nothing else."""

import torch
from torch import Tensor, nn

from rnnbench.testing.outcome import fail
from rnnbench.testing.subject import BATCH, Subject, run, seed_everything

LONG_STEPS = 300
LONG_STEPS_WITHOUT_STATE = 1100
"""Longer, since no other check runs a cell without a state beyond 33 steps."""
LONG_FRAME_STEPS = 70
WIDE_BATCH = 40
WIDE_STEPS = 5
UNNOTICED = 1e-7
"""A change of the output counts as none below this size, relative to the output, in float64."""
NEIGHBOURS = ((1.0, ""), (0.0, " that are 0"), (1e3, " a thousand times as large"))
"""Factors by which the neighbours of a sequence are multiplied, with their descriptions."""


def causal(subject: Subject) -> str:
    """Changing the input from step k on leaves the outputs before step k unchanged."""
    cell = subject.build()
    _demand_causal(subject, cell, BATCH, subject.steps)
    features = LONG_STEPS if subject.spec.carries_state else LONG_STEPS_WITHOUT_STATE
    steps = subject.long_steps(features, LONG_FRAME_STEPS)
    if steps > subject.steps:
        _demand_causal(subject, cell, 1, steps)
    return ""


def _demand_causal(subject: Subject, cell: nn.Module, batch: int, steps: int) -> None:
    x_BT = subject.inputs(batch, steps)
    y_BT, _ = run(cell, x_BT)
    for k in sorted({1, steps // 2, steps - 1} - {0}):
        future_BT = subject.inputs(batch, steps, seed=k)[:, k:]
        changed_BT, _ = run(cell, torch.cat([x_BT[:, :k], future_BT], dim=1))
        complaint = (
            f"it looks ahead: another input from step {k} of {steps} on changed the outputs before"
            f" step {k}"
        )
        subject.demand(y_BT[:, :k], changed_BT[:, :k], complaint)


def independent(subject: Subject) -> str:
    """The outputs of a sequence do not depend on its neighbours in the batch, in training or in
    evaluation."""
    for training in (False, True):
        cell = subject.build(training=training)
        mode = "training" if training else "evaluation"
        x_BT = subject.inputs()
        y_BT = _run_seeded(cell, x_BT)
        _demand_independent_of_neighbours(subject, cell, x_BT, y_BT, mode)
        if not training:
            _demand_independent_of_place(subject, cell, x_BT, y_BT)
        _demand_independent_in_a_wide_batch(subject, cell, mode)
    return ""


def _demand_independent_of_neighbours(
    subject: Subject, cell: nn.Module, x_BT: Tensor, y_BT: Tensor, mode: str
) -> None:
    others_BT = subject.inputs(seed=1)
    for factor, size in NEIGHBOURS:
        complaint = f"a sequence with other neighbours{size}, in {mode}, is answered otherwise"
        for place in range(len(x_BT)):
            mixed_BT = factor * others_BT
            mixed_BT[place] = x_BT[place]
            subject.demand(y_BT[place], _run_seeded(cell, mixed_BT)[place], complaint)


def _demand_independent_of_place(
    subject: Subject, cell: nn.Module, x_BT: Tensor, y_BT: Tensor
) -> None:
    alone_T = _run_seeded(cell, x_BT[1:2])[0]
    subject.demand(y_BT[1], alone_T, "a sequence alone is answered otherwise")
    reversed_BT = _run_seeded(cell, x_BT.flip(0)).flip(0)
    complaint = "a sequence in a batch the other way round is answered otherwise"
    subject.demand(y_BT, reversed_BT, complaint)


def _demand_independent_in_a_wide_batch(subject: Subject, cell: nn.Module, mode: str) -> None:
    """Check a batch of 40: kernels and norms over 16 or 32 sequences begin to mix them there."""
    steps = min(WIDE_STEPS, subject.steps)
    x_BT = subject.inputs(WIDE_BATCH, steps)
    others_BT = subject.inputs(WIDE_BATCH, steps, seed=1)
    y_BT = _run_seeded(cell, x_BT)
    for place in (0, WIDE_BATCH // 2, WIDE_BATCH - 1):
        mixed_BT = others_BT.clone()
        mixed_BT[place] = x_BT[place]
        number = f"{place + 1} of {WIDE_BATCH}"
        complaint = f"sequence {number} with other neighbours, in {mode}, is answered otherwise"
        subject.demand(y_BT[place], _run_seeded(cell, mixed_BT)[place], complaint)
        if mode == "evaluation":
            alone_T = _run_seeded(cell, x_BT[place : place + 1])[0]
            complaint = f"a sequence alone and as number {number} differ"
            subject.demand(alone_T, y_BT[place], complaint)


def remembers(subject: Subject) -> str:
    """The last output depends on earlier inputs."""
    steps = subject.steps
    if steps < 2:
        fail(f"sequences of {steps} steps have no past")
    cell = subject.build()
    x_BT = subject.inputs(steps=steps)
    last = run(cell, x_BT)[0][:, -1]
    past_BT = subject.inputs(steps=steps, seed=1)[:, :-1]
    if _last_output_equals(subject, cell, last, torch.cat([past_BT, x_BT[:, -1:]], dim=1)):
        present_BT = past_BT[:, :1]
        if _last_output_equals(subject, cell, last, torch.cat([x_BT[:, :-1], present_BT], dim=1)):
            fail(
                f"the output at step {steps} stays the same whatever the {steps} inputs are: it"
                " reads none of them"
            )
        fail(
            f"other inputs in steps 1 to {steps - 1} left the output at step {steps} as it was: it"
            " uses no history"
        )
    return ""


def _last_output_equals(subject: Subject, cell: nn.Module, last: Tensor, x_BT: Tensor) -> bool:
    """Whether the last output on these inputs does not noticeably differ from the given one."""
    return subject.gap(last, run(cell, x_BT)[0][:, -1]) <= UNNOTICED


def pads(subject: Subject) -> str:
    """Padding on the right changes neither the outputs at real steps nor those that follow from the
    state at the last real step."""
    cell = subject.build()
    x_BT = subject.inputs()
    _demand_padded(subject, cell, "zeros", torch.zeros_like(x_BT))
    _demand_padded(subject, cell, "noise", subject.inputs(seed=5))
    return ""


def _demand_padded(subject: Subject, cell: nn.Module, kind: str, filling_BT: Tensor) -> None:
    x_BT = subject.inputs()
    lengths = [subject.steps, subject.steps - 1, max(1, subject.steps // 3)]
    padded_BT = x_BT.clone()
    for place, length in enumerate(lengths):
        padded_BT[place, length:] = filling_BT[place, length:]
    y_BT, _ = run(cell, padded_BT)
    for place, length in enumerate(lengths):
        x_1T = x_BT[place : place + 1]
        alone, state = run(cell, x_1T[:, :length])
        padding = f"{subject.steps - length} steps of {kind} behind a sequence of {length}"
        subject.demand(alone[0], y_BT[place, :length], f"{padding} changed its outputs")
        if subject.spec.carries_state and length < subject.steps:
            _demand_continuation(subject, cell, x_1T, length, state)


def _demand_continuation(
    subject: Subject, cell: nn.Module, x_1T: Tensor, length: int, state: object
) -> None:
    whole, _ = run(cell, x_1T)
    rest, _ = run(cell, x_1T[:, length:], state)
    complaint = (
        f"cut after {length} real steps and carried on, the outputs differ from those of the whole"
    )
    subject.demand(whole[:, length:], rest, complaint)


def _run_seeded(cell: nn.Module, x_BT: Tensor) -> Tensor:
    """Return the outputs, all random draws seeded, so that dropout is the same in every run."""
    seed_everything(7)
    return run(cell, x_BT)[0]
