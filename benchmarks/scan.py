"""How much faster is a scan over all steps than the loop over steps, forward and backward, for each
scannable cell?

Both have the same weights and inputs and take turns in one process, on one thread; the figure is
the least CPU time of the turns. Run: python benchmarks/scan.py [turns]"""

import sys
from time import thread_time

import torch
from torch import nn

from rnnbench.catalogue import Catalogue
from rnnbench.meters import pin_to_cores

BATCH = 32
HIDDEN = 64
LENGTHS = (128, 1024, 8192)
CELLS = [
    ("mingru", {}),
    ("mingru", {"form": "vanilla"}),
    ("minlstm", {}),
    ("minlstm", {"form": "vanilla"}),
    ("lru", {}),
]


def milliseconds(cell: nn.Module, x_BTI: torch.Tensor) -> float:
    """One forward and backward pass."""
    started = thread_time()
    cell(x_BTI)[0].sum().backward()
    return 1e3 * (thread_time() - started)


def least_milliseconds(cell: nn.Module, x_BTI: torch.Tensor, turns: int) -> float:
    """The least time of so many passes."""
    return min(milliseconds(cell, x_BTI) for _ in range(turns))


def measure(name: str, options: dict[str, object], turns: int) -> None:
    """Print a line for each length."""
    spec = Catalogue.load().cells[name].item
    label = " ".join([name, *map(str, options.values())])
    ways = [way for way in ("loop", "scan", "log-scan") if way in spec.implementations]
    if options.get("form") == "vanilla":
        ways.remove("log-scan")
    cells = {way: spec.load(options, way)(HIDDEN, HIDDEN) for way in ways}
    for steps in LENGTHS:
        x_BTI = torch.randn(BATCH, steps, HIDDEN)
        least = {way: least_milliseconds(cell, x_BTI, turns) for way, cell in cells.items()}
        log_scan = f"{least['log-scan']:.1f}" if "log-scan" in least else "-"
        ratio = least["loop"] / least["scan"]
        print(
            f"{label:<20}{steps:>6}{least['loop']:>10.1f}{least['scan']:>10.1f}{ratio:>11.2f}"
            f"{log_scan:>13}"
        )


if __name__ == "__main__":
    torch.set_num_threads(1)
    pin_to_cores(0)
    print(f"{'cell':<20}{'T':>6}{'loop ms':>10}{'scan ms':>10}{'loop/scan':>11}{'log-scan ms':>13}")
    for name, options in CELLS:
        measure(name, options, int(sys.argv[1]) if len(sys.argv) > 1 else 5)
