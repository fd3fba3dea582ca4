"""How long does each form of a modern cell take (loop over steps, compiled loop, chunks, scan)?

A training step is forward and backward over T steps; a streaming step is one step of one sequence
from the state before, without gradients. All forms of a cell have the same inputs and take turns in
one process, on one thread, beside torch's LSTM; the figure is the least CPU time of the turns.

Run: python benchmarks/cell_forms.py [turns] [cell ...]
"""

import sys
from collections.abc import Callable, Iterator
from time import thread_time

import torch
from torch import nn

from rnnbench import CellSpec
from rnnbench.meters import pin_to_cores
from rnnbench_cells.specs import continuous, gated_linear, matrix, matrix_own, state_space, steps

BATCH = 8
HIDDEN = 64
STEPS = 1024
STREAMED = 50
"""Streaming steps in a turn."""
FAMILIES = (matrix, matrix_own, steps, gated_linear, state_space, continuous)
REFERENCE = "torch's LSTM"


def forms_of(spec: CellSpec) -> dict[str, nn.Module]:
    """Return the cell in each of its forms, with the same weights."""
    names = spec.implementations or ("",)
    made = {name: spec.load({}, name or "default")(HIDDEN, HIDDEN) for name in names}
    weights = next(iter(made.values())).state_dict()
    for module in made.values():
        module.load_state_dict(weights)
    return made


def train(cell: nn.Module, x_BTI: torch.Tensor) -> None:
    """One forward and backward pass."""
    cell(x_BTI)[0].square().mean().backward()


@torch.no_grad()
def stream(cell: nn.Module, x_BTI: torch.Tensor) -> None:
    """Step by step, each from the state before."""
    state = None
    for step in range(STREAMED):
        _, state = cell(x_BTI[:1, step : step + 1], state)


def least(
    work: Callable[[nn.Module, torch.Tensor], None], cells: dict[str, nn.Module], turns: int
) -> dict[str, float]:
    """Return milliseconds of CPU of each cell, the least of all turns but the first."""
    x_BTI = torch.randn(BATCH, STEPS, HIDDEN)
    taken: dict[str, list[float]] = {name: [] for name in cells}
    for _ in range(turns + 1):
        for name, cell in cells.items():
            started = thread_time()
            work(cell, x_BTI)
            taken[name].append(1e3 * (thread_time() - started))
    return {name: min(times[1:]) for name, times in taken.items()}


def rows(spec: CellSpec, turns: int) -> Iterator[str]:
    """Yield a line of the table for each form of a cell."""
    cells = forms_of(spec)
    cells[REFERENCE] = nn.LSTM(HIDDEN, HIDDEN, batch_first=True)
    training = least(train, cells, turns)
    streaming = least(stream, cells, turns)
    loop = training.get("eager", training.get("loop"))
    for form in list(cells)[:-1]:
        of_loop = f"{loop / training[form]:.1f}" if loop else ""
        yield (
            f"| {spec.name} | {form or 'one'} | {training[form]:.0f} | {of_loop}"
            f" | {training[form] / training[REFERENCE]:.2f}"
            f" | {streaming[form] / STREAMED:.3f} |"
            f" {streaming[form] / streaming[REFERENCE]:.1f} |"
        )


def table(turns: int, wanted: set[str]) -> None:
    """Print a line for each form of each cell."""
    print(f"B = {BATCH}, T = {STEPS}, H = {HIDDEN}; ms of CPU, least of {turns} turns\n")
    print("| cell | form | training step | times faster than the loop | over torch's LSTM", end="")
    print(" | streaming step | over torch's LSTM |\n|---|---|---|---|---|---|---|")
    for family in FAMILIES:
        for spec in family.SPECS:
            if not wanted or spec.name in wanted:
                for row in rows(spec, turns):
                    print(row, flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    pin_to_cores(1)
    table(int(sys.argv[1]) if len(sys.argv) > 1 else 8, set(sys.argv[2:]))
