"""Can torch's compiler be brought to what a loop in C++ takes? A GRU's training step, compiled in
chunks of several lengths and with several options of the compiler, over its matrix products alone,
in turns on one thread.

    python -m benchmarks.inductor [B H T]

Weights cannot be frozen in training: the compiler refuses it where a gradient is asked for.
"""

import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

import torch
from torch import Tensor

from benchmarks.fused import CELLS, Job, measure, products, step
from rnnbench import step_cell
from rnnbench.catalogue import Catalogue

VARIANTS: dict[str, tuple[int, dict[str, Any]]] = {
    "chunks of 10": (10, {}),
    "chunks of 25": (25, {}),
    "chunks of 50": (50, {}),
    "chunks of 10, max-autotune": (10, {"max_autotune": True}),
    "chunks of 10, a wrapper in C++": (10, {"cpp_wrapper": True}),
}
"""Steps that are compiled together, and options of the compiler."""


def compiled(chunk: int, options: dict[str, Any], x_BTI: Tensor) -> tuple[Job, float]:
    """Return a training step, and the seconds that its first call took."""
    run_chunk = torch.compile(step_cell.unroll, options=options)
    spec = Catalogue.present().cells["gru"].item
    run_step = step(spec.load(spec.options, "compiled")(x_BTI.shape[2], x_BTI.shape[2]), x_BTI)

    def run() -> None:
        kept: tuple[int, Callable[..., Any]] = step_cell.CHUNK, step_cell._compiled_chunk
        step_cell.CHUNK = chunk
        step_cell._compiled_chunk = lambda: run_chunk  # type: ignore[assignment]
        try:
            run_step()
        finally:
            step_cell.CHUNK, step_cell._compiled_chunk = kept  # type: ignore[assignment]

    started = perf_counter()
    run()
    return run, perf_counter() - started


def main(batch: int, units: int, steps: int) -> None:
    """Print the medians of all variants over the products, and what compiling took."""
    x_BTI = torch.randn(batch, steps, units)
    spec = Catalogue.present().cells["gru"].item
    jobs = {"products": products(CELLS["gru"], batch, units, steps)}
    jobs["fused"] = step(spec.load(spec.options, "fused")(units, units), x_BTI)
    for name, (chunk, options) in VARIANTS.items():
        jobs[name], seconds = compiled(chunk, options, x_BTI)
        print(f"{name}: compiled in {seconds:.0f} s", flush=True)
    found = measure(jobs)
    for name, milliseconds in found.items():
        over = milliseconds / found["products"]
        print(f"{name}: {milliseconds:.1f} ms, {over:.2f} times the products")


if __name__ == "__main__":
    torch.set_num_threads(1)
    # All variants compile one function, which has a limit of eight forms.
    torch._dynamo.config.recompile_limit = 100
    shape = [int(word) for word in sys.argv[1:]] or [32, 64, 200]
    main(*shape)
