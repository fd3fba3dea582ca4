"""How much of a training step is arithmetic? Milliseconds of forward and backward of the classic
cells, fused, on torch's kernel, step by step and (with `compiled`) compiled, and as a scan of jax
where it is installed, over the time of the matrix products alone, in turns on one thread.

The goal: fused within 1.5 times the products. Run: python benchmarks/fused.py [compiled]
"""

import os
import sys
from collections.abc import Callable
from time import process_time

import numpy as np
import torch
from torch import nn

from rnnbench.catalogue import Catalogue

SHAPES = ((32, 64, 200), (64, 128, 200))
"""B, H (and inputs), T."""
CELLS = {"rnn": 1, "gru": 3, "gru-v3": 3, "lstm": 4}
"""Blocks of W."""
TURNS = 15
Job = Callable[[], object]


def products(gates: int, batch: int, units: int, steps: int, resets_before: bool) -> Job:
    """The matrix products of a training step whose inputs need no gradient, and nothing else."""
    h_BH = torch.randn(batch, units)
    weights = torch.randn(gates * units, units)
    rows = torch.randn(steps * batch, units)
    grads = torch.randn(steps * batch, gates * units)
    to_h = torch.empty(batch, units)
    parts = [weights[: 2 * units], weights[2 * units :]] if resets_before else [weights]
    part_sums = [torch.randn(batch, len(part)) for part in parts]

    def run() -> None:
        rows @ weights.t()
        for _ in range(steps):
            for part, into in zip(parts, part_sums, strict=True):
                torch.mm(h_BH, part.t(), out=into)
        for _ in range(steps):
            for part, of in zip(parts, part_sums, strict=True):
                torch.mm(of, part, out=to_h)
        grads.t() @ rows
        grads.t() @ rows

    return run


def step(cell: nn.Module, x_BT: torch.Tensor) -> Job:
    """One training step without an optimiser, which is the same for all."""
    learned = [parameter for parameter in cell.parameters() if parameter.requires_grad]

    def run() -> None:
        y_BT, _ = cell(x_BT)
        torch.autograd.grad(y_BT.square().mean(), learned)

    return run


def scan_of_jax(batch: int, units: int, steps: int) -> Job | None:
    """A GRU as a scan of jax, compiled, with its gradient; None where jax is not installed."""
    try:
        import jax
        from jax import numpy as jnp
    except ImportError:
        return None
    keys = jax.random.split(jax.random.key(0), 3)
    w = jax.random.normal(keys[0], (units, 3 * units)) / units**0.5
    u = jax.random.normal(keys[1], (units, 3 * units)) / units**0.5
    x_TBI = jax.random.normal(keys[2], (steps, batch, units))

    def loss(parameters: tuple[jax.Array, jax.Array]) -> jax.Array:
        w, u = parameters

        def one(h: jax.Array, a: jax.Array) -> tuple[jax.Array, jax.Array]:
            r, z, n = jnp.split(a, 3, axis=-1)
            from_r, from_z, from_n = jnp.split(h @ u, 3, axis=-1)
            candidate = jnp.tanh(n + jax.nn.sigmoid(r + from_r) * from_n)
            h = candidate + jax.nn.sigmoid(z + from_z) * (h - candidate)
            return h, h

        _, y = jax.lax.scan(one, jnp.zeros((batch, units)), x_TBI @ w)
        return jnp.mean(y**2)

    gradient = jax.jit(jax.grad(loss))
    return lambda: jax.block_until_ready(gradient((w, u)))


def measure(jobs: dict[str, Job]) -> dict[str, float]:
    """Median milliseconds of this process by job, in turns of random order."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    rng = np.random.default_rng(0)
    for turn in range(TURNS + 3):
        for name in rng.permutation(list(jobs)):
            at = process_time()
            jobs[name]()
            if turn >= 3:
                times[name].append(process_time() - at)
    return {name: 1e3 * float(np.median(taken)) for name, taken in times.items()}


def print_rows(forms: tuple[str, ...]) -> None:
    """Print a row for each cell and shape."""
    specs = {name: found.item for name, found in Catalogue.load().cells.items()}
    print("| cell | B, H, T | products | fused | over products | others over fused |")
    print("|---" * 6 + "|")
    for batch, units, steps in SHAPES:
        for name, gates in CELLS.items():
            x_BT = torch.randn(batch, steps, units)
            jobs = {"products": products(gates, batch, units, steps, name == "gru-v3")}
            for form in forms:
                if form in specs[name].implementations:
                    cell = specs[name].load(specs[name].options, form)(units, units)
                    jobs[form] = step(cell, x_BT)
            if name == "gru" and (scan := scan_of_jax(batch, units, steps)):
                jobs["jax scan"] = scan
            found = measure(jobs)
            others = [
                f"{form} {taken / found['fused']:.2f}"
                for form, taken in found.items()
                if form not in ("products", "fused")
            ]
            print(
                f"| {name} | {batch}, {units}, {steps} | {found['products']:.1f} ms |"
                f" {found['fused']:.1f} ms | {found['fused'] / found['products']:.2f} |"
                f" {', '.join(others)} |",
                flush=True,
            )


if __name__ == "__main__":
    torch.set_num_threads(1)
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
    print_rows(("fused", "native", "eager", *sys.argv[1:]))
