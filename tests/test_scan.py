"""The scans of linear recurrences against a plain loop, in values, gradients and memory."""

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from rnnbench_cells.scan import linear_scan, log_scan, step_scan
from tests.builders.matrix import slow

LENGTHS = [1, 2, 3, 4, 7, 8, 15, 16, 17, 100, 127]


def by_hand(a: Tensor, b_BTH: Tensor, start_BH: Tensor) -> Tensor:
    """h_t = a_t h_{t-1} + b_t, number by number."""
    a_BTH = a.expand(b_BTH.shape)
    h_BTH = torch.empty_like(b_BTH)
    for sequence in range(b_BTH.shape[0]):
        for unit in range(b_BTH.shape[2]):
            h = start_BH[sequence, unit].item()
            for t in range(b_BTH.shape[1]):
                h = a_BTH[sequence, t, unit].item() * h + b_BTH[sequence, t, unit].item()
                h_BTH[sequence, t, unit] = h
    return h_BTH


def drawn(
    steps: int, dtype: torch.dtype, a_shape: tuple[int, int, int] | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """a, b and a start, drawn afresh."""
    torch.manual_seed(steps)
    a = torch.randn(a_shape or (2, steps, 3), dtype=dtype)
    return a, torch.randn(2, steps, 3, dtype=dtype), torch.randn(2, 3, dtype=dtype)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("steps", LENGTHS)
@pytest.mark.parametrize("scan", [linear_scan, step_scan])
def test_a_scan_equals_the_recurrence_by_hand(scan: object, steps: int, dtype: torch.dtype) -> None:
    """At any length, square or not, real and complex; a is scaled so that h neither grows nor
    dies."""
    a, b_BTH, start_BH = drawn(steps, dtype)
    a = a / a.abs()
    torch.testing.assert_close(
        scan(a, b_BTH, start_BH), by_hand(a, b_BTH, start_BH), atol=1e-12, rtol=1e-12
    )  # type: ignore[operator]


@pytest.mark.parametrize("a_shape", [(1, 1, 3), (1, 9, 3), (2, 1, 3)])
def test_one_gain_may_serve_many_steps_and_sequences(a_shape: tuple[int, int, int]) -> None:
    """a broadcasts to b, and its gradient is the sum over what it served."""
    a, b_BTH, start_BH = drawn(9, torch.float64, a_shape)
    torch.testing.assert_close(
        linear_scan(a, b_BTH, start_BH), by_hand(a, b_BTH, start_BH), atol=1e-12, rtol=1e-10
    )
    assert gradcheck(
        linear_scan, (a.requires_grad_(), b_BTH.requires_grad_(), start_BH.requires_grad_())
    )


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("steps", [1, 2, slow(3), 5, slow(9), slow(11)])
def test_the_gradient_is_that_of_the_recurrence(steps: int, dtype: torch.dtype) -> None:
    """By finite differences, in a, b and the start; and once more for the gradient of the
    gradient."""
    inputs = tuple(tensor.requires_grad_() for tensor in drawn(steps, dtype))
    assert gradcheck(linear_scan, inputs)
    assert gradgradcheck(linear_scan, inputs)


def test_inputs_that_are_not_contiguous_are_scanned_as_well() -> None:
    """Time-first tensors seen batch-first."""
    a, b_BTH, start_BH = drawn(10, torch.float64)
    views = [tensor.transpose(0, 1).contiguous().transpose(0, 1) for tensor in (a, b_BTH)]
    torch.testing.assert_close(
        linear_scan(*views, start_BH), linear_scan(a, b_BTH, start_BH), atol=0, rtol=0
    )


def test_a_scan_leaves_its_inputs_alone() -> None:
    """It writes into its own output only."""
    inputs = drawn(12, torch.float64)
    copies = [tensor.clone() for tensor in inputs]
    linear_scan(*inputs)
    assert all(torch.equal(tensor, copy) for tensor, copy in zip(inputs, copies, strict=True))


def test_a_scan_does_not_loop_over_steps() -> None:
    """The number of operations grows as the square root of T: at 64 times the length, at most 10
    times as many."""

    def operations(steps: int) -> int:
        a, b_BTH, start_BH = drawn(steps, torch.float32)
        with torch.profiler.profile(acc_events=True) as profile, torch.no_grad():
            linear_scan(a, b_BTH, start_BH)
        return sum(event.count for event in profile.key_averages() if event.key == "aten::addcmul")

    assert operations(4096) <= 10 * operations(64)


def test_the_gradient_holds_no_more_than_inputs_and_output() -> None:
    """What autograd saves for the backward pass: a, the start and h."""
    saved: list[Tensor] = []
    a, b_BTH, start_BH = (tensor.requires_grad_() for tensor in drawn(50, torch.float64))
    with torch.autograd.graph.saved_tensors_hooks(
        lambda tensor: saved.append(tensor) or tensor, lambda tensor: tensor
    ):
        linear_scan(a, b_BTH, start_BH)
    assert sum(tensor.numel() for tensor in saved) == a.numel() + b_BTH.numel() + start_BH.numel()


@pytest.mark.parametrize("steps", LENGTHS)
def test_the_log_scan_equals_the_recurrence_by_hand(steps: int) -> None:
    """For positive numbers given by their logarithms, from a positive start and from 0."""
    log_a, log_b, start_BH = drawn(steps, torch.float64)
    log_a = -log_a.abs()
    for start in (start_BH.abs(), torch.zeros_like(start_BH)):
        expected = by_hand(log_a.exp(), log_b.exp(), start)
        torch.testing.assert_close(log_scan(log_a, log_b, start), expected, atol=1e-12, rtol=1e-12)


def test_the_log_scan_has_the_gradient_of_the_recurrence() -> None:
    """By finite differences."""
    assert gradcheck(log_scan, tuple(tensor.requires_grad_() for tensor in drawn(6, torch.float64)))


def test_in_single_precision_the_scan_is_as_exact_as_the_loop_and_the_log_scan_is_not() -> None:
    """At T = 4096, relative to float64: the scan some 1e-6 at most, the log-scan above 1e-5 and
    below 1e-2."""
    torch.manual_seed(0)
    a = torch.rand(4, 4096, 8, dtype=torch.float64)
    b_BTH = torch.rand(4, 4096, 8, dtype=torch.float64)
    start_BH = torch.rand(4, 8, dtype=torch.float64)
    exact = step_scan(a, b_BTH, start_BH)

    def error(found: Tensor) -> float:
        return ((found - exact) / exact).abs().max().item()

    assert error(linear_scan(a.float(), b_BTH.float(), start_BH.float())) < 2e-6
    assert error(step_scan(a.float(), b_BTH.float(), start_BH.float())) < 2e-6
    assert 1e-5 < error(log_scan(a.log().float(), b_BTH.log().float(), start_BH.float())) < 1e-2


@pytest.mark.parametrize("scan", [linear_scan, step_scan])
def test_no_steps_are_a_clear_error(scan: object) -> None:
    """There is no output to give."""
    with pytest.raises(ValueError, match="at least one step"):
        scan(torch.ones(2, 0, 3), torch.ones(2, 0, 3), torch.ones(2, 3))  # type: ignore[operator]
