"""Figures of one fixed set of findings, compared with stored pictures.

After a change that is meant, `make pictures` makes them anew; look at each of them.
"""

from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.testing.compare import calculate_rms

from rnnbench.findings import Findings, find
from rnnbench_reports.figures import cells_of, draw
from tests.builders.report import results
from tests.builders.report_page import many_cells

TOLERANCE = 2
"""Root mean square of the differences of pixels, of 255; another hinting of letters stays below."""
compared = pytest.mark.mpl_image_compare(
    baseline_dir="pictures", style="default", tolerance=TOLERANCE, savefig_kwargs={"dpi": 80}
)
pytestmark = pytest.mark.draws


def panel(findings: Findings, figure: str, place: int = 0) -> Figure:
    """One panel of a figure of these findings."""
    (drawn,) = [one for one in draw(findings, cells_of(findings)) if one.name == figure]
    return drawn.panels[place].figure


@compared
def test_learning_curves_of_two_cells() -> Figure:
    """A line with its dash, its band, its name at its end, and the target."""
    return panel(find(results()), "learning-curves-adding")


@compared
def test_learning_curves_of_twelve_cells() -> Figure:
    """Eight of them with their names, none over another."""
    return panel(many_cells(12), "learning-curves-adding")


@compared
def test_curves_of_seeds_not_yet_at_the_target() -> Figure:
    """Steps down at each epoch at which a seed gets there; an arrow where some never do."""
    return panel(find(results()), "not-yet-at-target-adding")


@compared
def test_epochs_to_target() -> Figure:
    """The quickest cell on top, a hollow arrow for one that never gets there, and the budget."""
    return panel(find(results()), "epochs-to-target-adding")


@compared
def test_training_time() -> Figure:
    """A dot for each replicate."""
    return panel(find(results()), "training-time")


@compared
def test_solve_rate_against_horizon() -> Figure:
    """With intervals, and spans below."""
    return panel(find(results()), "solve-rate-against-horizon-adding")


def test_another_picture_would_not_pass() -> None:
    """The stored pictures differ from each other by more than is tolerated."""
    one = _pixels(panel(many_cells(12), "learning-curves-adding"))
    other = _pixels(panel(many_cells(11), "learning-curves-adding"))
    assert calculate_rms(one, other) > TOLERANCE


def _pixels(figure: Figure) -> Any:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].astype(np.int16)
