"""Scores against costs: the front of cells that no cell beats in both."""

from msgspec.structs import replace

from rnnbench.findings import Findings, find
from rnnbench.records import CellUse
from rnnbench_reports.figures import cells_of
from rnnbench_reports.front_figures import _front, front_figures
from tests.builders.findings import cost_result, scores_by_seed


def findings(cells: dict[str, float]) -> Findings:
    """Cells with these test errors, timed at one shape."""
    results = scores_by_seed({name: (score, score) for name, score in cells.items()})
    cost = cost_result(0, 0.1)
    (first, *_) = cost.costs
    rows = [replace(first, row=name) for name in cells]
    trial = replace(cost.trial, cells=tuple(CellUse(name=name) for name in cells))
    return find([*results, replace(cost, trial=trial, costs=tuple(rows))])


def test_a_front_takes_three_cells() -> None:
    """Tables say all of two."""
    three = findings({"gru": 0.3, "lstm": 0.4, "rnn": 0.5})
    (drawn,) = front_figures(three, cells_of(three))
    assert drawn.name == "accuracy-against-seconds"
    two = findings({"gru": 0.3, "lstm": 0.4})
    assert list(front_figures(two, cells_of(two))) == []


def test_no_cell_beats_one_on_the_front_in_both() -> None:
    """The cheapest, and each that is better than all cheaper ones."""
    points = [(1.0, 0.5), (2.0, 0.6), (3.0, 0.2), (3.0, 0.4), (4.0, 0.3)]
    assert _front(points, higher_is_better=False) == [(1.0, 0.5), (3.0, 0.2)]
    assert _front(points, higher_is_better=True) == [(1.0, 0.5), (2.0, 0.6)]
