"""Scans: linear recurrences h_t = a_t h_{t-1} + b_t, computed for many steps in parallel.

`linear_scan` runs about sqrt(T) chunks of sqrt(T) steps side by side, twice. The first pass finds
how each chunk changes the state that enters it; the second starts each chunk from its true state.
Forward and backward keep only inputs and outputs in memory, and are as accurate as a loop.
`log_scan` is the scan of Heinsen 2023, arXiv:2311.06281, for positive numbers given by logarithms.
The doubling scan (Hillis & Steele 1986) and the tree scan (Blelloch 1990) read and write the whole
sequence in every round, which costs more on a CPU than their parallelism saves.
"""

from math import isqrt
from typing import Any

import torch
from torch import Tensor


def linear_scan(a: Tensor, b_BTH: Tensor, start_BH: Tensor) -> Tensor:
    """Return h_t = a_t h_{t-1} + b_t of all steps, (B, T, H), from h_0 = start.

    Inputs are all real or all complex, and a broadcasts to the shape of b, (B, T, H).

    The gradient is a scan from the last step to the first, with g_t = dL/dh_t:
    d_t = g_t + a_{t+1} d_{t+1}, dL/db_t = d_t, dL/da_t = d_t h_{t-1}; complex factors are
    conjugated. The gradient can be differentiated again. Raises ValueError where T is 0.
    """
    require_steps(b_BTH)
    return _apply(a, b_BTH, start_BH, False)


def log_scan(log_a_BTH: Tensor, log_b_BTH: Tensor, start_BH: Tensor) -> Tensor:
    """Return h_t = a_t h_{t-1} + b_t, (B, T, H), for positive a and b given by their logarithms.

    h_t = exp(A_t) (start + sum_{k <= t} exp(log b_k - A_k)), where A_t = log a_1 + ... + log a_t.
    The sum is a cumulative logsumexp. The start is added outside the logarithm, so it may be 0.

    source: Heinsen 2023, arXiv:2311.06281, equations 2 to 5.
    The relative error grows as |A_t| times the machine epsilon. In float32 about three digits
    remain at T = 4096, and none where gates are firmly closed.
    """
    sum_BTH = log_a_BTH.cumsum(1)
    inner_BTH = sum_BTH + torch.logcumsumexp(log_b_BTH - sum_BTH, 1)
    return inner_BTH.exp() + sum_BTH.exp() * start_BH.unsqueeze(1)


def step_scan(a: Tensor, b_BTH: Tensor, start_BH: Tensor) -> Tensor:
    """Return h_t = a_t h_{t-1} + b_t, (B, T, H), by a loop over steps.

    The arguments are those of `linear_scan`. Raises ValueError where T is 0.
    """
    require_steps(b_BTH)
    gains = a.expand(a.shape[0], b_BTH.shape[1], a.shape[2])
    state = start_BH
    outputs = []
    for a_BH, b_BH in zip(gains.unbind(1), b_BTH.unbind(1), strict=True):
        state = a_BH * state + b_BH
        outputs.append(state)
    return torch.stack(outputs, 1)


SCANS = {"scan": linear_scan, "loop": step_scan}
FIRST = slice(None, 1)
AFTER_FIRST = slice(1, None)
LAST = slice(-1, None)
BEFORE_LAST = slice(None, -1)


def require_steps(x_BTI: Tensor) -> None:
    """Raise ValueError where T is 0, because there is no last state to return."""
    if x_BTI.shape[1] == 0:
        raise ValueError(f"a sequence needs at least one step, got shape {tuple(x_BTI.shape)}")


class _Scan(torch.autograd.Function):
    """The scan with its gradient; `from_end` scans from the last step to the first."""

    @staticmethod
    def forward(a: Tensor, b_BTH: Tensor, start_BH: Tensor, from_end: bool) -> Tensor:
        return _solve(a, b_BTH, start_BH, from_end)

    @staticmethod
    def setup_context(
        ctx: Any, inputs: tuple[Tensor, Tensor, Tensor, bool], output: Tensor
    ) -> None:
        a, _, start_BH, ctx.from_end = inputs
        ctx.save_for_backward(a, start_BH, output)

    @staticmethod
    def backward(ctx: Any, g_BTH: Tensor) -> tuple[Tensor | None, Tensor, Tensor, None]:
        a, start_BH, h_BTH = ctx.saved_tensors
        steps = h_BTH.shape[1]
        gains = a.conj().expand(a.shape[0], steps, a.shape[2])
        first = FIRST
        others = AFTER_FIRST
        last = LAST
        before = BEFORE_LAST
        if ctx.from_end:
            first = LAST
            others = BEFORE_LAST
            last = FIRST
            before = AFTER_FIRST
        d_BTH = g_BTH
        if steps > 1:
            start_of_d_BH = g_BTH[:, last].squeeze(1)
            rest = _apply(gains[:, others], g_BTH[:, before], start_of_d_BH, not ctx.from_end)
            d_BTH = _joined(rest, g_BTH[:, last], ctx.from_end)
        d_start_BH = (gains[:, first] * d_BTH[:, first]).squeeze(1)
        d_a = None
        if ctx.needs_input_grad[0]:
            previous_BTH = _joined(h_BTH[:, before], start_BH.unsqueeze(1), not ctx.from_end)
            d_a = (d_BTH * previous_BTH.conj()).sum_to_size(a.shape)
        return d_a, d_BTH, d_start_BH, None


def _apply(a: Tensor, b_BTH: Tensor, start_BH: Tensor, from_end: bool) -> Tensor:
    scanned: Tensor = _Scan.apply(a, b_BTH, start_BH, from_end)  # type: ignore[no-untyped-call]
    return scanned


def _joined(many: Tensor, one: Tensor, one_first: bool) -> Tensor:
    return torch.cat([one, many] if one_first else [many, one], 1)


def _solve(a: Tensor, b_BTH: Tensor, start_BH: Tensor, from_end: bool) -> Tensor:
    """Return h of all steps, (B, T, H).

    Chunks of isqrt(T) steps run side by side; the few steps left over run one by one.
    """
    steps = b_BTH.shape[1]
    length = isqrt(steps)
    chunks = steps // length
    left = steps - chunks * length
    a = a.expand(a.shape[0], steps, a.shape[2])
    h_BTH = torch.empty_like(b_BTH, memory_format=torch.contiguous_format)
    block = slice(0, steps - left)
    rest = slice(steps - left, None)
    if from_end:
        block = slice(left, None)
        rest = slice(0, left)
    a_L = _steps_of_chunks(a[:, block], chunks, length)
    b_L = _steps_of_chunks(b_BTH[:, block], chunks, length)
    h_L = _steps_of_chunks(h_BTH[:, block], chunks, length)
    tail = list(
        zip(a[:, rest].unbind(1), b_BTH[:, rest].unbind(1), h_BTH[:, rest].unbind(1), strict=True)
    )
    if from_end:
        for steps_in_order in (a_L, b_L, h_L, tail):
            steps_in_order.reverse()
    state = _entering(a_L, b_L, start_BH, from_end)
    for a_BKH, b_BKH, h_BKH in zip(a_L, b_L, h_L, strict=True):
        state = torch.addcmul(b_BKH, a_BKH, state, out=h_BKH)
    state = state[:, 0 if from_end else -1]
    for a_BH, b_BH, h_BH in tail:
        state = torch.addcmul(b_BH, a_BH, state, out=h_BH)
    return h_BTH


def _steps_of_chunks(block: Tensor, chunks: int, length: int) -> list[Tensor]:
    """Return step 1 of all chunks, then step 2, and so on, (B, chunks, H) each, as views."""
    return list(block.view(block.shape[0], chunks, length, block.shape[2]).unbind(2))


def _entering(a_L: list[Tensor], b_L: list[Tensor], start_BH: Tensor, from_end: bool) -> Tensor:
    """Return the state that enters each of K chunks, (B, K, H), given the chunks step by step."""
    gain = a_L[0]
    end_BKH = b_L[0]
    for a_BKH, b_BKH in zip(a_L[1:], b_L[1:], strict=True):
        gain = gain * a_BKH
        end_BKH = torch.addcmul(b_BKH, a_BKH, end_BKH)
    gains_and_ends = list(zip(gain.unbind(1), end_BKH.unbind(1), strict=True))
    if from_end:
        gains_and_ends.reverse()
    states = [start_BH]
    for gain_BH, end_BH in gains_and_ends[:-1]:
        states.append(torch.addcmul(end_BH, gain_BH, states[-1]))
    if from_end:
        states.reverse()
    return torch.stack(states, 1)
