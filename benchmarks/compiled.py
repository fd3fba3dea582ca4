"""Is `compiled` worth it? Milliseconds of a training step (forward, backward) of every cell that
can be compiled, step by step, compiled and on torch's own kernel, beside torch's nn.GRU, in turns
on one thread; and seconds to compile.

The goal: compiled at least as fast as nn.GRU for gated cells, and never slower than eager.
Run: python benchmarks/compiled.py [cell ...]
"""

import sys
from collections.abc import Callable
from time import perf_counter, thread_time

import numpy as np
import torch
from torch import nn

from rnnbench.catalogue import Catalogue
from rnnbench.contracts import CellSpec

SHAPES = ((32, 64, 200), (64, 128, 200))
FRAME = (1, 16, 16)
FRAME_UNITS = 8
FRAME_STEPS = 20
TURNS = 12
REFERENCE_CELL = "nn.GRU"


def step(cell: nn.Module, x_BT: torch.Tensor) -> Callable[[], None]:
    """One training step without an optimiser, which is the same for all."""
    learned = [parameter for parameter in cell.parameters() if parameter.requires_grad]

    def run() -> None:
        y_BT, _ = cell(x_BT)
        torch.autograd.grad(y_BT.square().mean(), learned)

    return run


def measure(spec: CellSpec, batch: int, units: int, steps: int) -> tuple[dict[str, float], float]:
    """Medians by implementation, and seconds that the first compiled step took."""
    x_BT = torch.randn(batch, steps, units)
    jobs = {REFERENCE_CELL: step(nn.GRU(units, units, batch_first=True), x_BT)}
    for name in spec.implementations:
        if spec.inputs == "frames":
            x_BT = torch.randn(batch, FRAME_STEPS, *FRAME)
            cell = spec.load(spec.options, name)(FRAME, FRAME_UNITS)
        else:
            cell = spec.load(spec.options, name)(units, units)
        jobs[name] = step(cell, x_BT)
    started = perf_counter()
    jobs["compiled"]()
    compiling = perf_counter() - started
    times: dict[str, list[float]] = {name: [] for name in jobs}
    rng = np.random.default_rng(0)
    for turn in range(TURNS + 2):
        for name in rng.permutation(list(jobs)):
            at = thread_time()
            jobs[name]()
            if turn >= 2:
                times[name].append(thread_time() - at)
    return {name: 1e3 * float(np.median(taken)) for name, taken in times.items()}, compiling


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(
        "| cell | B, H, T | nn.GRU | eager | compiled | native | compiled over eager | over nn.GRU"
        " | compiling |"
    )
    print("|---" * 9 + "|")
    for name, contribution in Catalogue.load().cells.items():
        spec = contribution.item
        if "compiled" not in spec.implementations or (sys.argv[1:] and name not in sys.argv[1:]):
            continue
        for batch, units, steps in SHAPES:
            torch.compiler.reset()
            found, seconds = measure(spec, batch, units, steps)
            cells = [
                f"{found[key]:.1f}" if key in found else "-"
                for key in (REFERENCE_CELL, "eager", "compiled", "native")
            ]
            ratios = [found["compiled"] / found[key] for key in ("eager", REFERENCE_CELL)]
            shape = f"{batch}, {units}, {steps}" if spec.inputs == "features" else "frames"
            print(
                f"| `{name}` | {shape} | {' | '.join(cells)} | {ratios[0]:.2f} | {ratios[1]:.2f} |"
                f" {seconds:.0f} s |",
                flush=True,
            )
