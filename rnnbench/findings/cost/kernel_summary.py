"""Sentences on ratios of step times that are explained by the kernels of two cells."""

from collections.abc import Iterator, Sequence
from math import log

from rnnbench import text
from rnnbench.findings.cost.phrases import STEP_PHRASES, ratio
from rnnbench.findings.cost.records import KernelPair

KERNELS = {
    "oneDNN": "oneDNN's fused kernel",
    "cuDNN": "cuDNN's fused kernel",
    "torch, fused cell": "torch's fused cell",
    "loop in ATen": "torch's own loop",
    "torch.compile": "compiled code",
    "eager operations": "single operations of torch",
}
"""Kernels by their name in results, in the words of a sentence; others keep their name."""
MOST_EXPLAINED = 3


def kernels(pairs: Sequence[KernelPair]) -> Iterator[str]:
    """Yield sentences on each ratio that kernels explain, the largest first."""
    explained = [pair for pair in pairs if pair.explained]
    explained.sort(key=_explained_part, reverse=True)
    for pair in explained[:MOST_EXPLAINED]:
        yield from _explanation(pair)
    more = len(explained) - MOST_EXPLAINED
    if more > 0:
        ratios = text.counted(more, "more ratio")
        yield f"Kernels explain {ratios}, which the report lists."


def _explained_part(pair: KernelPair) -> float:
    """Return the part of the logarithm of a ratio that vanishes on one kernel."""
    return abs(log(pair.apart.centre / pair.alike.centre))


def _explanation(pair: KernelPair) -> Iterator[str]:
    """Yield the ratio of two cells, the kernels that they run on, and the ratio on one kernel."""
    ours, theirs = (KERNELS.get(kernel, kernel) for kernel in pair.kernels)
    step = STEP_PHRASES[pair.kind]
    yield f"{step}, {pair.row} takes {ratio(pair.apart)} times as long as {pair.over}."
    yield f"{step}, {pair.row} runs on {ours}, and {pair.over} on {theirs}."
    yield (
        f"{_on_one_kernel(pair)}, {pair.row} takes {ratio(pair.alike)} times as long as"
        f" {pair.over}."
    )


def _on_one_kernel(pair: KernelPair) -> str:
    """Return how both cells run on one kernel: `With both on compiled code`."""
    kernel = KERNELS.get(pair.alike_kernel, pair.alike_kernel)
    if pair.by_step:
        return "With both step by step"
    if pair.alike_kernel in pair.kernels:
        moved = pair.over if pair.alike_kernel == pair.kernels[0] else pair.row
        return f"With {moved} on {kernel} too"
    return f"With both on {kernel}"
