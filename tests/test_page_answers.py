"""Answers on the page stay short where there are many cells, shapes or gaps, and keep what
matters."""

from collections.abc import Iterator
from math import log

import pytest
from msgspec.structs import replace

from rnnbench.executors.running import without_run
from rnnbench.findings import Findings, find
from rnnbench.findings.cost.scaling_records import Longest
from rnnbench.findings.cost.scaling_summary import scaling
from rnnbench.records import CellUse, MemoryRow, Result, TimeRow
from rnnbench_reports.page import answers, cost_answers, terms
from tests.builders.findings import learned
from tests.builders.records import COST

CELLS = [f"cell-{place:02}" for place in range(14)]
LONGEST = 300
"""Letters of an answer: three lines of a page."""


def trained() -> Iterator[Result]:
    """A ladder that some cells climb, a tie, and a task of which no cell reaches the target."""
    for place, cell in enumerate(CELLS):
        for seed in range(7):
            for horizon, solvers in ((10, 12), (20, 8)):
                epochs = 3 + (place + seed) % 4 if place < solvers else None
                yield learned(cell, seed, epochs, dials={"horizon": horizon})
            yield learned(cell, seed, 2 if place > 10 else 5, task="copying")
            lucky = 4 if place > 5 and seed < 3 else None
            test = 1.5 if place > 5 else 0.3 + 0.01 * place + 0.02 * seed
            yield learned(cell, seed, lucky, test, task="parity")
    for cell in ("without", "without too"):
        yield replace(learned(cell, 0, task="copying"), status="error", learning=None)


def measured() -> Iterator[Result]:
    """Times and peaks of all cells at two shapes, over eight replicates; the first two cells take
    equally long."""
    costs = {cell: 1.0 + 0.1 * max(0, place - 1) for place, cell in enumerate(CELLS)}
    used = tuple(CellUse(name=cell) for cell in CELLS)
    for steps in (50, 100):
        shape = replace(COST.shape, steps=steps)
        for replicate in range(8):
            trial = replace(COST, round=replicate, shape=shape, cells=used)
            times = []
            for place, (cell, cost) in enumerate(costs.items()):
                seconds = steps / 1e4 * cost * (1 + 0.01 * ((place + replicate) % 3))
                times.append(time_row(cell, seconds))
            yield replace(without_run(trial, "ok", ""), costs=tuple(times))
            peaks = tuple(peak_row(cell, cost) for cell, cost in costs.items())
            trial = replace(trial, measurement="peak-memory")
            yield replace(without_run(trial, "ok", ""), costs=peaks)


def time_row(cell: str, seconds: float) -> TimeRow:
    return TimeRow(
        row=cell,
        kernel="k",
        parameters=9,
        cpu_seconds=(seconds, seconds),
        wall_seconds=(seconds, seconds),
        log_ratio_to_reference_cell=log(seconds),
        first_call_seconds=1.0,
    )


def peak_row(cell: str, cost: float) -> MemoryRow:
    return MemoryRow(
        row=cell,
        kernel="k",
        parameters=9,
        parameter_bytes=36,
        peak_bytes=int(cost * 2**20),
        meter="m",
    )


@pytest.fixture(scope="module")
def many() -> Findings:
    return find([*trained(), *measured()])


def test_no_answer_is_a_wall(many: Findings) -> None:
    """Neither on a task, nor on a memory span, nor on costs, nor on what a set lacks; the sentences
    of the findings, which name every cell, are many times as long."""
    for condition in many.conditions:
        assert max(map(len, answers.learned(condition))) < LONGEST
    for finding in many.spans:
        assert len(answers.spans(finding)) < LONGEST < len(finding.answer)
    for cost in many.costs:
        assert len(cost_answers.cost(cost, many)) < LONGEST + 80 < len(cost.answer)
    assert all(len(answer.text) < LONGEST for answer in answers.across(many.across))
    assert max(len(condition.answer) for condition in many.conditions) > LONGEST


def test_the_first_cell_and_those_beside_it_are_named(many: Findings) -> None:
    """With the figures of the first one; the others are counted."""
    by_title = {condition.title: answers.learned(condition) for condition in many.conditions}
    text, sure = by_title["copying"]
    assert text.startswith(
        "cell-11 shares the lead. cell-11 reaches mse \u2264 0.1 in 7 of 7 seeds, after 2 epochs"
    )
    assert text.endswith(" cell-12 and cell-13 are level with cell-11.")
    assert sure.startswith("No verdict: it takes at least ")
    assert "In most seeds, cell-11 is ahead of 11 of 13 other cells, as the table shows." in sure
    assert sure.endswith(" without and without too have no result.")
    text, _ = by_title["parity"]
    first = "cell-00 is first. cell-00 has test mse 0.36 [0.3 to 0.42 over seeds], where"
    assert text.startswith(first)
    assert text.endswith(
        " 8 cells reached mse \u2264 0.1 on validation data, which their test scores do not confirm."
    )


def test_of_many_spans_the_longest_are_told(many: Findings) -> None:
    """With the cells that may remember as far; a ladder's end is a bound."""
    (finding,) = many.spans
    said = answers.spans(finding)
    assert said.startswith("cell-00, cell-01, cell-02,")
    assert " and 2 more have the longest memory span, at least 20 steps." in said
    assert said.endswith(" 6 other cells have a shorter span, listed in the table.")
    few = replace(finding, spans=finding.spans[:3])
    assert answers.spans(few) == finding.answer


def test_costs_at_several_shapes_name_the_cheapest(many: Findings) -> None:
    """And what is not told apart from it; what holds for all shapes is told once."""
    first, *_ = many.costs
    said = cost_answers.cost(first, many)
    assert said.startswith("A training step takes ")
    least = " with cell-00, the least of the 14 cells in the table."
    assert f" ms{least} cell-01 is not told apart from cell-00." in said
    assert f"The peak memory of a training step is 1 MiB{least}" in said
    of_all = cost_answers.on_all_shapes(many)
    assert "The ratios to the reference are of one session." in of_all
    assert of_all.endswith(" are medians over replicates.")
    assert "medians over replicates." not in said
    assert not any(cell in of_all for cell in CELLS)


def test_what_a_set_lacks_is_said_once(many: Findings) -> None:
    """Of two aspects that lack the same, with the first gaps."""
    refused = "There is no aggregate, as the set is not complete."
    lacking = [answer for answer in answers.across(many.across) if refused in answer.text]
    assert [answer.title for answer in lacking] == ["Capacity and trainability"]
    assert lacking[0].text.endswith(" more gaps.")


def test_of_many_memory_limits_the_first_are_told() -> None:
    """In the answer on how cost grows; the report has the others."""
    longest = [Longest(cell, 128, fits=64, fails=128) for cell in CELLS]
    said = scaling([], [], longest)
    assert said.count("fits into 128 MiB") == 6
    assert said.endswith(f"The report lists what fits of {len(CELLS) - 6} more cells.")


def test_no_line_breaks_between_a_number_and_its_unit() -> None:
    """Nor before a per cent, nor behind a sign."""
    said = terms.tied("accuracy ≥ 0.9 in 95 % of 3 seeds, 2.3 ms and 3.17 MiB.").split(" ")
    assert said == ["accuracy", "≥\u00a00.9", "in", "95\u00a0%", "of", "3", *said[6:]]
    assert said[6:] == ["seeds,", "2.3\u00a0ms", "and", "3.17\u00a0MiB."]
