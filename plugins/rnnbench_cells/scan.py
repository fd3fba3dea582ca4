"""Linear recurrences h_t = a_t h_{t-1} + b_t for all steps at once, without a loop over steps.

Two algorithms of the same mathematics. `linear_scan` runs about sqrt(T) chunks of sqrt(T) steps
side by side, twice: once to learn how each chunk changes the state that enters it, and once more
from the right state. It holds no more than its inputs and its output, forward and backward, and is
as exact as the loop. `log_scan` is that of Heinsen 2023, arXiv:2311.06281, for positive numbers
given by their logarithms. The doubling scan (Hillis & Steele 1986) and the tree (Blelloch 1990)
read and write the whole sequence in every round, which costs more on a CPU than they save.
"""

from math import isqrt
from typing import Any

import torch
from torch import Tensor


def linear_scan(a: Tensor, b_BTH: Tensor, start_BH: Tensor) -> Tensor:
    """h_t = a_t h_{t-1} + b_t from h_0 = start: (B, T, H), all real or all complex; a broadcasts to
    b.

    The gradient is a scan from the end: d_t = g_t + a_{t+1} d_{t+1}, dL/db_t = d_t, dL/da_t = d_t
    h_{t-1}, where all of it is conjugated if complex. It can be differentiated in its turn. Raises
    ValueError where T is 0.
    """
    require_steps(b_BTH)
    return _apply(a, b_BTH, start_BH, False)


def log_scan(log_a_BTH: Tensor, log_b_BTH: Tensor, start_BH: Tensor) -> Tensor:
    """The same for positive a and b, given by their logarithms: exp(A_t) (start + sum_k exp(log b_k
    - A_k)).

    Here A_t = log a_1 + ... + log a_t, and the sum is a cumulative logsumexp.
    source: Heinsen 2023, arXiv:2311.06281,
    equations 2 to 5. A_t grows with t, and what is left of h_t is exact to that times the machine's
    epsilon: in float32 about three digits at T = 4096, and none where gates are closed hard. The
    start is added outside the logarithm, so that it may be zero.
    """
    sum_BTH = log_a_BTH.cumsum(1)
    inner_BTH = sum_BTH + torch.logcumsumexp(log_b_BTH - sum_BTH, 1)
    return inner_BTH.exp() + sum_BTH.exp() * start_BH.unsqueeze(1)


def step_scan(a: Tensor, b_BTH: Tensor, start_BH: Tensor) -> Tensor:
    """The same as `linear_scan`, one step after the other."""
    require_steps(b_BTH)
    state, outputs = start_BH, []
    for a_BH, b_BH in zip(
        a.expand(a.shape[0], b_BTH.shape[1], a.shape[2]).unbind(1), b_BTH.unbind(1), strict=True
    ):
        state = a_BH * state + b_BH
        outputs.append(state)
    return torch.stack(outputs, 1)


SCANS = {"scan": linear_scan, "loop": step_scan}


def require_steps(x_BTI: Tensor) -> None:
    """Raise ValueError where T is 0, for then there is no output to give."""
    if x_BTI.shape[1] == 0:
        raise ValueError(f"a sequence needs at least one step, got shape {tuple(x_BTI.shape)}")


class _Scan(torch.autograd.Function):
    """The scan with its gradient; `from_end` runs it from the last step to the first."""

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
        first, others = (
            (slice(-1, None), slice(None, -1)) if ctx.from_end else (slice(None, 1), slice(1, None))
        )
        last, before = (
            (slice(None, 1), slice(1, None)) if ctx.from_end else (slice(-1, None), slice(None, -1))
        )
        d_BTH = g_BTH
        if steps > 1:
            rest = _apply(
                gains[:, others], g_BTH[:, before], g_BTH[:, last].squeeze(1), not ctx.from_end
            )
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
    """Chunks of isqrt(T) steps side by side; the few steps left over one by one."""
    steps = b_BTH.shape[1]
    length = isqrt(steps)
    chunks = steps // length
    left = steps - chunks * length
    a = a.expand(a.shape[0], steps, a.shape[2])
    h_BTH = torch.empty_like(b_BTH, memory_format=torch.contiguous_format)
    block, rest = slice(0, steps - left), slice(steps - left, None)
    if from_end:
        block, rest = slice(left, None), slice(0, left)
    a_L, b_L, h_L = (
        [*t[:, block].view(t.shape[0], chunks, length, t.shape[2]).unbind(2)]
        for t in (a, b_BTH, h_BTH)
    )
    if from_end:
        a_L, b_L, h_L = a_L[::-1], b_L[::-1], h_L[::-1]
    state = _entering(a_L, b_L, start_BH, from_end)
    for a_BKH, b_BKH, h_BKH in zip(a_L, b_L, h_L, strict=True):
        state = torch.addcmul(b_BKH, a_BKH, state, out=h_BKH)
    state = state[:, 0 if from_end else -1]
    tail = list(zip(*(t[:, rest].unbind(1) for t in (a, b_BTH, h_BTH)), strict=True))
    for a_BH, b_BH, h_BH in tail[::-1] if from_end else tail:
        state = torch.addcmul(b_BH, a_BH, state, out=h_BH)
    return h_BTH


def _entering(a_L: list[Tensor], b_L: list[Tensor], start_BH: Tensor, from_end: bool) -> Tensor:
    """The state that enters each chunk, (B, K, H), for chunks given as a list of their steps."""
    gain, end_BKH = a_L[0], b_L[0]
    for a_BKH, b_BKH in zip(a_L[1:], b_L[1:], strict=True):
        gain, end_BKH = gain * a_BKH, torch.addcmul(b_BKH, a_BKH, end_BKH)
    pairs = list(zip(gain.unbind(1), end_BKH.unbind(1), strict=True))
    states = [start_BH]
    for gain_BH, end_BH in pairs[:0:-1] if from_end else pairs[:-1]:
        states.append(torch.addcmul(end_BH, gain_BH, states[-1]))
    return torch.stack(states[::-1] if from_end else states, 1)
