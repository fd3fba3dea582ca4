"""Results of which a report is made."""

from collections.abc import Iterable
from itertools import product

import msgspec

from rnnbench.executors.running import without_run
from rnnbench.records import CellUse, MemoryRow, OperationsRow, Result, TimelineRow
from tests.builders.findings import cost_result, learned, tuned_results
from tests.builders.records import COST, learning_trial

FIGURES = {
    *("learning-curves-adding", "epochs-to-target-adding", "not-yet-at-target-adding"),
    *("solve-rate-against-horizon-adding", "learning-rates-adding"),
    *("training-time", "memory", "memory-over-time", "roofline", "time-against-length"),
}
"""The names of the figures; a figure of several panels has a file for each, with a longer name."""


def figures_of(stems: Iterable[str]) -> set[str]:
    """The figures to which files with these names belong."""
    longest_first = sorted(FIGURES, key=len, reverse=True)
    return {next((f for f in longest_first if stem.startswith(f)), stem) for stem in stems}


ODD = (
    r"gru $\alpha_$ x",
    r"100 $ and $\frac{1}$",
    "_hidden",
    "[bold]gru[/bold] [/red]",
    "<b>gru</b> & | `x` *y*",
    ":smile: %s {x} \\",
    "tab\tand\x07bell",
    "网络 😀",
)
"""Labels with signs that mean something in HTML, LaTeX, Markdown or on a terminal."""
CELLS = (("gru", 4), ("<b>lstm</b>", None))
"""The cells of a report, with their epochs to target."""


def results() -> list[Result]:
    """Two cells, two horizons, costs, and a failure whose reason wants to be code."""
    made = [
        learned(cell, seed, epochs, dials={"horizon": horizon})
        for (cell, epochs), seed, horizon in product(CELLS, (0, 1), (10, 20))
    ]
    memory_trial = msgspec.structs.replace(
        COST, measurement="peak-memory", cells=(CellUse(name="gru"),)
    )
    memory = MemoryRow(
        row="gru",
        kernel="k",
        parameters=9,
        parameter_bytes=36,
        peak_bytes=3 << 20,
        meter="m",
        saved_bytes=1 << 20,
    )
    same = {"row": "gru", "kernel": "k", "parameters": 9}
    operations = OperationsRow(**same, flops=1_000_000, form="eager")
    timeline = TimelineRow(**same, seconds=(0.0, 0.1), bytes=(0, 1 << 20), meter="m")
    rows = {"peak-memory": memory, "operations": operations, "memory-timeline": timeline}
    for measurement, row in rows.items():
        trial = msgspec.structs.replace(memory_trial, measurement=measurement)
        made.append(msgspec.structs.replace(without_run(trial, "ok", ""), costs=(row,)))
    for steps in (50, 200):
        longer = cost_result(0, steps / 1000)
        shape = msgspec.structs.replace(COST.shape, steps=steps)
        made.append(
            msgspec.structs.replace(longer, trial=msgspec.structs.replace(COST, shape=shape))
        )
    failed = without_run(learning_trial(seed=9), "error", "ValueError: <script>alert(1)</script>")
    return [*made, *tuned_results(), cost_result(0, 0.1), failed]
