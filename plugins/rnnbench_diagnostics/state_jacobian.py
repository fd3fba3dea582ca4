"""The Jacobian of the state of a cell: its spectrum, and Lyapunov exponents along a sequence."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_flatten, tree_unflatten

import rnnbench

LARGEST_STATE = 512
"""Most numbers of a state whose Jacobian is computed; it takes a batch of as many sequences."""
STEPS = 100
"""Steps along which the Jacobian is followed."""
WASHOUT = 20
"""Steps left out at the start, until directions have turned to those that grow most."""
EXPONENTS = 16
"""Largest exponents that are computed."""


def jacobian_spectrum(
    cell: nn.Module, x_BTI: Tensor, rng: np.random.Generator
) -> rnnbench.Diagnosis:
    """Return the moduli of the eigenvalues of J_t = d s_t / d s_{t-1}, by rank.

    Each is the geometric mean over up to 80 steps of the first sequence. The spectral radius is
    that of the first rank; a cell that keeps a number for ever has an eigenvalue of 1.

    source: Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063, section 2.

    cell:  maps (B, 1, I) and a state to outputs and the next state.
    x_BTI: inputs of the task, (B, T, I) or (B, T, C, H, W).
    rng:   is not used.

    Raises rnnbench.Refused where the state holds no number or more than 512, for sequences of
    fewer than 3 steps, and where the Jacobian is not finite.
    """
    del rng
    logs = []
    for jacobian in _jacobians(cell, x_BTI):
        moduli = np.sort(np.abs(np.linalg.eigvals(jacobian)))[::-1]
        logs.append(np.log(np.maximum(moduli, np.finfo(float).tiny)))
    used = logs[min(WASHOUT, len(logs) // 2) :]
    moduli = np.exp(np.mean(used, axis=0))
    return rnnbench.Diagnosis(
        x_name="rank of the eigenvalue",
        y_name="modulus",
        x=tuple(range(1, len(moduli) + 1)),
        y=tuple(moduli.tolist()),
        figures={
            "spectral radius": float(moduli[0]),
            "eigenvalues above 0.9": float((moduli > 0.9).sum()),
            "numbers in the state": float(len(moduli)),
        },
    )


def lyapunov_exponents(
    cell: nn.Module, x_BTI: Tensor, rng: np.random.Generator
) -> rnnbench.Diagnosis:
    """Return the largest Lyapunov exponents of the state along a sequence, in 1/step.

    Orthonormal directions are carried by J_t = d s_t / d s_{t-1} and made orthonormal again by QR
    at each step; an exponent is the mean logarithm of the diagonal of R over the steps behind the
    washout. Perturbations grow where the largest one is above 0, and live for 1/|exponent| steps
    where it is below.

    source: Benettin et al. 1980, doi:10.1007/BF02128236; of recurrent networks: Vogt et al. 2022,
    arXiv:2006.14123, section 3.

    cell:  maps (B, 1, I) and a state to outputs and the next state.
    x_BTI: inputs of the task, (B, T, I) or (B, T, C, H, W).
    rng:   draws the first directions.

    Raises rnnbench.Refused where `jacobian_spectrum` does.
    """
    directions = np.empty((0, 0))
    logs = []
    for jacobian in _jacobians(cell, x_BTI):
        if not directions.size:
            wanted = min(EXPONENTS, len(jacobian))
            directions, _ = np.linalg.qr(rng.standard_normal((len(jacobian), wanted)))
        directions, grown = np.linalg.qr(jacobian @ directions)
        sizes = np.maximum(np.abs(np.diag(grown)), np.finfo(float).tiny)
        logs.append(np.log(sizes))
    used = logs[min(WASHOUT, len(logs) // 2) :]
    exponents = np.sort(np.mean(used, axis=0))[::-1]
    largest = float(exponents[0])
    figures = {"largest exponent (1/step)": largest}
    absent = {}
    if largest < 0:
        figures["memory of a perturbation (steps)"] = -1 / largest
    else:
        absent["memory of a perturbation (steps)"] = "perturbations do not shrink"
    return rnnbench.Diagnosis(
        x_name="rank of the exponent",
        y_name="Lyapunov exponent (1/step)",
        x=tuple(range(1, len(exponents) + 1)),
        y=tuple(exponents.tolist()),
        figures=figures,
        absent=absent,
    )


def _jacobians(cell: nn.Module, x_BTI: Tensor) -> Iterator[np.ndarray]:
    """Yield the Jacobian of the state at each step of the first sequence but the first, (n, n).

    A batch holds the sequence n times. Sequence i asks for the gradient of number i of the state,
    so that one backward pass gives all rows.
    """
    steps = min(x_BTI.shape[1], STEPS)
    if steps < 3:
        raise rnnbench.Refused(
            f"a Jacobian of states needs at least 3 steps, and there are {steps}"
        )
    x_1TI = x_BTI[:1, :steps].detach()
    size, axes = _layout(cell, x_1TI[:, :1])
    batch = x_1TI.expand(size, *x_1TI.shape[1:])
    with torch.no_grad():
        _, state = cell(batch[:, :1])
    for step in range(1, steps):
        leaves, tree = tree_flatten(state)
        flat = _flat(leaves, axes).detach().requires_grad_(True)
        with torch.enable_grad():
            before = tree_unflatten(_leaves(flat, leaves, axes), tree)
            _, state = cell(batch[:, step : step + 1], before)
            after = _flat(tree_flatten(state)[0], axes)
            (jacobian,) = torch.autograd.grad(
                after.diagonal().sum(), flat, allow_unused=True, materialize_grads=True
            )
        if not torch.isfinite(jacobian).all():
            raise rnnbench.Refused(f"the Jacobian of the state is not finite at step {step + 1}")
        yield jacobian.double().cpu().numpy()


def _layout(cell: nn.Module, x_11I: Tensor) -> tuple[int, list[int | None]]:
    """Return how many numbers the state of a sequence holds, and the batch axis of each part.

    The axis is None for parts that are no floating-point tensors, or that no sequence owns.
    """
    with torch.no_grad():
        _, of_one = cell(x_11I)
        _, of_two = cell(torch.cat([x_11I, x_11I]))
    axes: list[int | None] = []
    size = 0
    for one, two in zip(tree_flatten(of_one)[0], tree_flatten(of_two)[0], strict=True):
        axis = None
        if isinstance(one, Tensor) and (one.is_floating_point() or one.is_complex()):
            differ = [place for place in range(one.ndim) if one.shape[place] != two.shape[place]]
            axis = differ[0] if differ else None
        axes.append(axis)
        if axis is not None:
            size += one.numel() * (2 if one.is_complex() else 1)
    if not 0 < size <= LARGEST_STATE:
        raise rnnbench.Refused(
            f"a Jacobian is computed for states of 1 to {LARGEST_STATE} numbers, and this one has"
            f" {size}"
        )
    return size, axes


def _flat(leaves: list[Any], axes: list[int | None]) -> Tensor:
    """Return all numbers of the states, (B, n); complex ones as real and imaginary part."""
    parts = []
    for leaf, axis in zip(leaves, axes, strict=True):
        if axis is None:
            continue
        first = leaf.movedim(axis, 0)
        parts.append((torch.view_as_real(first) if first.is_complex() else first).flatten(1))
    return torch.cat(parts, 1)


def _leaves(flat: Tensor, like: list[Any], axes: list[int | None]) -> list[Any]:
    """Return states of the shapes of others from all of their numbers; `_flat` is the inverse."""
    leaves = []
    place = 0
    for leaf, axis in zip(like, axes, strict=True):
        if axis is None:
            leaves.append(leaf)
            continue
        first = leaf.movedim(axis, 0)
        shape = torch.view_as_real(first).shape if first.is_complex() else first.shape
        size = shape[1:].numel()
        part = flat[:, place : place + size].reshape(shape)
        place += size
        whole = torch.view_as_complex(part.contiguous()) if first.is_complex() else part
        leaves.append(whole.movedim(0, axis))
    return leaves
