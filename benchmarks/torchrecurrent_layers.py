"""How much longer does a layer of torchrecurrent take than our cell of the same mathematics? Both
take turns in one process; a turn is a training step, outputs and gradients, at B=32, T=100, I=H=64.
The ratio is that of thread CPU time, its median over the turns with the middle half. Run: python
benchmarks/torchrecurrent_layers.py [turns]"""

import sys
from time import thread_time

import numpy as np
import torch

from rnnbench.catalogue import Catalogue

BATCH = 32
STEPS = 100
SIZE = 64
PAIRS = [
    ("lstm", "native", "peephole-lstm"),
    ("peephole-lstm", "eager", "peephole-lstm"),
    ("peephole-lstm", "compiled", "peephole-lstm"),
    ("no-forget-gate", "eager", "original-lstm"),
    ("gru-v3", "eager", "mut2"),
    ("gru-v3", "compiled", "mut2"),
    ("rnn", "native", "fastrnn"),
    ("rnn", "eager", "fastrnn"),
    ("antisymmetric", "eager", "antisymmetric-rnn"),
    ("cornn", "eager", "cornn"),
    ("indrnn", "eager", "indrnn"),
    ("lem", "eager", "lem"),
]
"""Our cell, its implementation, and theirs."""


def seconds(cell: torch.nn.Module, x_BTI: torch.Tensor) -> float:
    """CPU time of one training step."""
    cell.zero_grad()
    begin = thread_time()
    y_BTH, _ = cell(x_BTI)
    y_BTH.sum().backward()
    return thread_time() - begin


def main() -> None:
    """Print a row a pair whose cells are both installed."""
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    torch.set_num_threads(1)
    cells = Catalogue.load().cells
    x_BTI = torch.randn(BATCH, STEPS, SIZE)
    print(
        "| ours | theirs | ours, ms | theirs, ms | theirs over ours (middle half)"
        " |\n|---|---|---|---|---|"
    )
    for name, implementation, theirs in PAIRS:
        other = f"torchrecurrent-{theirs}"
        if name not in cells or other not in cells:
            continue
        pair = [
            cells[name].item.load({}, implementation)(SIZE, SIZE),
            cells[other].item.load()(SIZE, SIZE),
        ]
        for cell in pair * 2:
            seconds(cell, x_BTI)
        times = np.empty((turns, 2))
        for turn in range(turns):
            times[turn] = [seconds(cell, x_BTI) for cell in pair]
        ours_ms, theirs_ms = 1000 * np.median(times, axis=0)
        low, ratio, high = np.quantile(times[:, 1] / times[:, 0], [0.25, 0.5, 0.75])
        print(
            f"| `{name}`, {implementation} | `{other}` | {ours_ms:.1f} | {theirs_ms:.1f} "
            f"| {ratio:.1f} ({low:.1f} to {high:.1f}) |",
            flush=True,
        )


if __name__ == "__main__":
    main()
