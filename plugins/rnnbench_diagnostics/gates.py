"""The gates of a cell: the sigmoids that it computes, seen while it runs."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

import rnnbench
from rnnbench_diagnostics.call_sites import CallSite, called_from

BINS = 10
"""Activations are counted in tenths of (0, 1)."""
Gates = dict[str, np.ndarray]
"""The number of activations in each tenth, by gate."""
Counts = np.ndarray
ATEN = torch.ops.aten
SIGMOIDS: dict[Any, Callable[[Any], Tensor]] = {
    ATEN.sigmoid: lambda result: result,
    ATEN.sigmoid_: lambda result: result,
    ATEN.hardsigmoid: lambda result: result,
    ATEN.hardsigmoid_: lambda result: result,
    ATEN.log_sigmoid_forward: lambda result: result[0].exp(),
}
"""Operations that compute gates, with the gate as a function of their result."""
CUTS = (ATEN.split, ATEN.split_with_sizes, ATEN.unbind)


class Sigmoid(NamedTuple):
    """One sigmoid that was computed.

    site:  where in the source it was called.
    counts: how many activations lie in each tenth, for each part into which the result was cut at
            once.
    size:   the number of activations.
    """

    site: CallSite
    counts: list[Counts]
    size: int


class Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes each sigmoid, in whatever implementation it is computed by torch's own operations."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.sigmoids: list[Sigmoid] = []
        self._uncut: object = None

    def __torch_dispatch__(
        self, operation: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Run an operation, and note it where it is a sigmoid or cuts the last one in parts."""
        del types
        result = operation(*args, **(kwargs or {}))
        packet = operation.overloadpacket
        if packet in SIGMOIDS:
            gate = SIGMOIDS[packet](result)
            self.sigmoids.append(Sigmoid(called_from(), [_counts(gate)], gate.numel()))
            self._uncut = result
        elif packet in CUTS and args[0] is self._uncut:
            last = self.sigmoids.pop()
            self.sigmoids.append(last._replace(counts=[_counts(part) for part in result]))
            self._uncut = None
        return result


def gates_of(cell: nn.Module, x_BTI: Tensor) -> Gates:
    """Return how many activations of each gate lie in each tenth of (0, 1).

    A gate is a call in the source that computes a sigmoid, or calls a function that returns one. A
    result that is cut in parts at once is one gate a part. A call that runs several times at each
    step is as many gates, in the order of the runs. Names are those of variables in the source
    where there are some, i, f, o and r, z for torch's LSTM and GRU, and numbers otherwise.

    Sigmoids whose size is the same for another number of sequences are of parameters, and are left
    out. oneDNN, whose operations cannot be seen, is switched off; compiled code runs as it is
    written where a dispatch mode is on.

    Raises rnnbench.Refused where the cell computes other gates for another number of sequences, and
    where all activations of a gate are not numbers.
    """
    one = x_BTI[:1] if len(x_BTI) > 1 else torch.cat([x_BTI, x_BTI])
    seen = _sigmoids(cell, x_BTI)
    other_sizes = [sigmoid.size for sigmoid in _sigmoids(cell, one)]
    if len(other_sizes) != len(seen):
        raise rnnbench.Refused("the cell computes other gates for another number of sequences")
    by_site: dict[CallSite, list[list[Counts]]] = {}
    for sigmoid, other_size in zip(seen, other_sizes, strict=True):
        if sigmoid.size != other_size:
            by_site.setdefault(sigmoid.site, []).append(sigmoid.counts)
    gates: Gates = {}
    for site, calls in by_site.items():
        for names, own in _told_apart(site, calls, x_BTI.shape[1]):
            _add(gates, names, own)
    return gates


def _sigmoids(cell: nn.Module, x_BTI: Tensor) -> list[Sigmoid]:
    recorder = Recorder()
    with _without_onednn(), recorder:
        cell(x_BTI)
    return recorder.sigmoids


@contextmanager
def _without_onednn() -> Iterator[None]:
    """Switch oneDNN off; torch sets all its flags at once, and warns of one that is not changed."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="TF32 acceleration")
        with torch.backends.mkldnn.flags(enabled=False):
            yield


def _told_apart(
    site: CallSite, calls: Sequence[list[Counts]], steps: int
) -> list[tuple[Sequence[str], Sequence[list[Counts]]]]:
    """The gates of one call in the source: the names of the parts of each, and its runs."""
    if site.kernel:
        period = len(site.kernel)
        return [((name,), calls[turn::period]) for turn, name in enumerate(site.kernel)]
    period = len(calls) // steps if len(calls) % steps == 0 else 1
    names = site.names_of(len(calls[0]))
    return [(names, calls[turn::period]) for turn in range(max(period, 1))]


def _add(gates: Gates, names: Sequence[str], calls: Sequence[list[Counts]]) -> None:
    """Add the gates of these calls, one a part, each under a name that is not taken."""
    for part, name in enumerate(names):
        counts = np.sum([parts[part] for parts in calls], axis=0)
        if not counts.sum():
            raise rnnbench.Refused("the activations of a gate are not numbers")
        free = name or f"gate {len(gates) + 1}"
        number = 2
        while free in gates:
            free = f"{name} ({number})"
            number += 1
        gates[free] = counts


def _counts(gate: Tensor) -> Counts:
    """The number of activations in each tenth; what is no number does not count."""
    counted: Counts = torch.histc(gate.float(), BINS, 0.0, 1.0).cpu().numpy()
    return counted
