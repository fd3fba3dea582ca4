"""How much faster are chunks of steps than the loop over steps, forward and backward, for each cell
with a matrix for a state?

Both have the same weights and inputs and take turns in one process, on one thread; the figure is
the least CPU time of the turns. Run: python benchmarks/matrix_cells.py [turns]"""

import sys
from time import thread_time

import torch
from torch import nn

from rnnbench.meters import pin_to_cores
from rnnbench_cells.specs import matrix, matrix_own

BATCH = 8
HIDDEN = 64
LENGTHS = (128, 1024)


def milliseconds(cell: nn.Module, x_BTI: torch.Tensor) -> float:
    """One forward and backward pass."""
    started = thread_time()
    cell(x_BTI)[0].square().mean().backward()
    return 1e3 * (thread_time() - started)


def measure(turns: int) -> None:
    """Print a line for each cell and each length."""
    for spec in (*matrix.SPECS, *matrix_own.SPECS):
        cells = {form: spec.load({}, form)(HIDDEN, HIDDEN) for form in ("eager", "chunk")}
        for steps in LENGTHS:
            x_BTI = torch.randn(BATCH, steps, HIDDEN)
            least = dict.fromkeys(cells, float("inf"))
            for _ in range(turns):
                for form, cell in cells.items():
                    least[form] = min(least[form], milliseconds(cell, x_BTI))
            ratio = least["eager"] / least["chunk"]
            print(
                f"{spec.name:<18}{steps:>6}{least['eager']:>10.1f}{least['chunk']:>10.1f}"
                f"{ratio:>9.2f}"
            )


if __name__ == "__main__":
    torch.set_num_threads(1)
    pin_to_cores(1)
    print(f"B = {BATCH}, H = {HIDDEN}, milliseconds of CPU; ratio: eager over chunk\n")
    print(f"{'cell':<18}{'steps':>6}{'eager':>10}{'chunk':>10}{'ratio':>9}")
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
