"""Answers on cost in few words: of each shape the cheapest cell, and how many others the table
has."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import rnnbench
from rnnbench_reports import cost_words
from rnnbench_reports.page.answers import MOST_NAMED, named

SENTENCE_ENDS = re.compile(r"(?<=\.) (?=[A-Z])")
STEPS = {
    "train": "A training step takes",
    "inference": "Forward alone takes",
    "streaming": "A step of one stream takes",
}


def cost(cost: rnnbench.CostFinding, findings: rnnbench.Findings) -> str:
    """Return the answer on a shape, which is short where there are several or many cells."""
    if _is_whole(findings):
        return cost.answer
    return " ".join(_cost(cost)) or cost.answer


def _is_whole(findings: rnnbench.Findings) -> bool:
    """Return whether there is one shape, with few cells, whose answer is shown as it is."""
    return len(findings.costs) == 1 and len(findings.costs[0].rows) <= MOST_NAMED


def on_all_shapes(findings: rnnbench.Findings) -> str:
    """Return the sentences that the full answers on all shapes share, and that name no cell."""
    if _is_whole(findings):
        return ""
    first, *others = findings.costs
    rows = {row.row for row in chain.from_iterable(cost.rows for cost in findings.costs)}
    names = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, rows))})(?![\w-])")
    shared = []
    for sentence in SENTENCE_ENDS.split(first.answer):
        if all(sentence in cost.answer for cost in others) and not names.search(sentence):
            shared.append(sentence)
    return " ".join(shared)


def _cost(cost: rnnbench.CostFinding) -> Iterator[str]:
    """Yield a sentence on each kind of step, and on memory: few cells are listed, of many the best
    one."""
    for kind, step in STEPS.items():
        yield from _times(cost, kind, step)
    explained = sum(pair.explained for pair in cost.kernel_pairs)
    if explained:
        ratios = rnnbench.text.counted(explained, "ratio")
        yield f"Kernels explain {ratios}, which the table of kernels lists."
    sizes = sorted((row.peak_bytes.centre, row.row) for row in cost.rows if row.peak_bytes)
    peaks = {row: rnnbench.text.mebibytes(size) for size, row in sizes}
    if peaks:
        yield from _sentences("The peak memory of a training step is", peaks, ())


def _times(cost: rnnbench.CostFinding, kind: str, step: str) -> Iterator[str]:
    """Yield the times of one kind of step, and what is not told apart from the fastest cell."""
    timed = cost_words.timed(cost, kind)
    if kind == "train":
        timed = [(row, found) for row, found in timed if row.parameters]
    if not timed:
        return
    times = {row.row: rnnbench.text.step_time(found.seconds.centre) for row, found in timed}
    level = []
    for pair in cost.pairs:
        if (pair.kind, pair.fast) == (kind, timed[0][0].row) and _is_open(pair.ratio):
            level.append(pair.slow)
    yield from _sentences(step, times, level)


def _is_open(ratio: rnnbench.Range) -> bool:
    """Return whether a ratio has an interval, in which neither of two cells is faster."""
    return ratio.kind != "range" and ratio.n > 1 and ratio.low <= 1 <= ratio.high


def _sentences(what: str, figures: Mapping[str, str], level: Sequence[str]) -> Iterator[str]:
    """Yield sentences on figures, the least first: all of a few; of many the first one, what is not
    told apart from it, and how many there are."""
    if len(figures) <= MOST_NAMED:
        each = [f"{figure} ({row})" for row, figure in figures.items()]
        yield f"{what} {', '.join(each)}."
        return
    row, figure = next(iter(figures.items()))
    yield f"{what} {figure} with {row}, the least of the {len(figures)} cells in the table."
    if level:
        verb = "is" if len(level) == 1 else "are"
        yield f"{named(level)} {verb} not told apart from {row}."
