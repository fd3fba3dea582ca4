"""How much of a training step is arithmetic? Milliseconds of forward and backward of fused cells,
beside torch's kernel, steps one by one, a scan and (with `compiled`) compiled steps, and as a scan
of jax where it is installed, over the time of the matrix products alone, in turns on one thread.

The goal: fused within 1.5 times the products. Run: python benchmarks/fused.py [compiled] [CELL ...]
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import process_time

import numpy as np
import torch
from torch import nn

from rnnbench.catalogue import Catalogue

SHAPES = ((32, 64, 200), (64, 128, 200))
"""B, H (and inputs), T."""
FORMS = ("fused", "native", "eager", "loop", "scan")


@dataclass(frozen=True)
class Maps:
    """The matrices of a cell in blocks of H by H.

    of_inputs: blocks of W.
    of_states: the height and width of each matrix that waits for the step before.
    """

    of_inputs: int
    of_states: tuple[tuple[int, int], ...]


def one_map(gates: int) -> Maps:
    """The matrices of a cell whose gates all see h."""
    return Maps(gates, ((gates, 1),))


CELLS = {
    "rnn": one_map(1),
    "gru": one_map(3),
    "gru-v3": Maps(3, ((2, 1), (1, 1))),
    "lstm": one_map(4),
    "janet": one_map(2),
    "peephole-lstm": one_map(4),
    "no-input-gate": one_map(3),
    "no-forget-gate": one_map(3),
    "no-output-gate": one_map(3),
    "no-input-activation": one_map(4),
    "no-output-activation": one_map(4),
    "cifg": one_map(3),
    "full-gate-recurrence": Maps(4, ((4, 1), (3, 3))),
    "mingru": Maps(2, ()),
    "minlstm": Maps(3, ()),
}
TURNS = 15
Job = Callable[[], object]


@dataclass(frozen=True)
class StepProduct:
    """The tensors of a matrix product that waits for the step before, and of its gradients."""

    weights: torch.Tensor
    state: torch.Tensor
    sums: torch.Tensor
    all_states: torch.Tensor
    all_sums: torch.Tensor

    @classmethod
    def drawn(cls, rows: int, columns: int, batch: int, steps: int) -> "StepProduct":
        """Return noise: only shapes matter."""
        return cls(
            weights=torch.randn(rows, columns),
            state=torch.randn(batch, columns),
            sums=torch.randn(batch, rows),
            all_states=torch.randn(steps * batch, columns),
            all_sums=torch.randn(steps * batch, rows),
        )


def products(maps: Maps, batch: int, units: int, steps: int) -> Job:
    """The matrix products of a training step whose inputs need no gradient, and nothing else."""
    weights = torch.randn(maps.of_inputs * units, units)
    rows = torch.randn(steps * batch, units)
    grads = torch.randn(steps * batch, maps.of_inputs * units)
    waiting = [
        StepProduct.drawn(height * units, width * units, batch, steps)
        for height, width in maps.of_states
    ]
    to_states = [torch.empty_like(product.state) for product in waiting]

    def run() -> None:
        rows @ weights.t()
        for _ in range(steps):
            for product in waiting:
                torch.mm(product.state, product.weights.t(), out=product.sums)
        for _ in range(steps):
            for product, to_state in zip(waiting, to_states, strict=True):
                torch.mm(product.sums, product.weights, out=to_state)
        grads.t() @ rows
        for product in waiting:
            product.all_sums.t() @ product.all_states

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


def print_rows(names: list[str], forms: list[str]) -> None:
    """Print a row for each of these cells and each shape."""
    specs = {name: found.item for name, found in Catalogue.load().cells.items()}
    print("| cell | B, H, T | products | fused | over products | others over fused |")
    print("|---" * 6 + "|")
    for batch, units, steps in SHAPES:
        for name in names:
            x_BT = torch.randn(batch, steps, units)
            jobs = {"products": products(CELLS[name], batch, units, steps)}
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
    chosen = [name for name in sys.argv[1:] if name in CELLS]
    print_rows(chosen or list(CELLS), [*FORMS, *(set(sys.argv[1:]) - set(chosen))])
