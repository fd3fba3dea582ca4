"""The check that figures stay finite."""

import torch

from rnnbench.state import tensors_of
from rnnbench.testing.outcome import fail
from rnnbench.testing.subject import Subject, run

LARGE = 1e4
LONG = 1000
LONG_FRAMES = 50


def stays_finite(subject: Subject) -> str:
    """Inputs of +-1e4, and long constant ones, leave outputs and states finite, in float32, as
    initialised."""
    subject = subject.changed(dtype=torch.float32)
    cell = subject.build(noise=0)
    large_BT = LARGE * subject.inputs().sign()
    long = min(
        LONG if subject.spec.inputs == "features" else LONG_FRAMES, subject.spec.longest or LONG
    )
    ones_BT = torch.ones_like(subject.inputs(batch=1, steps=long))
    for what, x_BT in (
        ("inputs of +-1e4", large_BT),
        (f"{long} inputs of 1", ones_BT),
        ("inputs of 0", 0 * large_BT),
    ):
        y_BT, state = run(cell, x_BT)
        for name, tensor in (
            ("outputs", y_BT),
            *((f"state tensor {n}", t) for n, t in enumerate(tensors_of(state))),
        ):
            broken = (~torch.isfinite(tensor)).sum().item()
            if broken:
                fail(
                    f"with {what} {broken} of {tensor.numel()} numbers of the {name} are not finite"
                )
        learned = [p for p in cell.parameters() if p.requires_grad]
        if not y_BT.requires_grad or not learned:
            continue
        for gradient in torch.autograd.grad(y_BT.abs().mean(), learned, allow_unused=True):
            if gradient is not None and not torch.isfinite(gradient).all():
                fail(f"with {what} the outputs are finite, and a gradient is not")
    return ""
