"""The records of findings, and the format in which they are written as JSON.

Format 1: the first format; files without `format` are of it. They may lack `cells` and `folders`.

A field that is added keeps the format. One that is removed, renamed, or means something else raises
it.
"""

from typing import Any

from msgspec import Struct, field

from rnnbench.findings.aggregate.records import Aspect
from rnnbench.findings.claims.records import ClaimFinding
from rnnbench.findings.cost.records import CostFinding
from rnnbench.findings.cost.scaling_records import Scaling
from rnnbench.findings.law_caveats import LawCaveat
from rnnbench.findings.learning.horizons import HorizonFinding
from rnnbench.findings.learning.records import Condition
from rnnbench.findings.learning.state_size_records import StateSizeFinding
from rnnbench.findings.tryout.records import Tryout
from rnnbench.records import Machine, Option, schema_of

FORMAT = 1


class Failure(Struct, frozen=True):
    """A trial that gave no figures, and why."""

    trial: str
    status: str
    reason: str


class TrialOutcome(Struct, frozen=True, kw_only=True):
    """How one trial ended.

    trial:     the id of the trial.
    reason:    one sentence wherever the status is not `ok`.
    absent:    of a cost trial: reason by row, for each cell without figures.
    seconds:   wall time of its process; indicative, as other processes ran at the same time.
    setting:   title of the condition or of the cost finding that its figures are part of, or would
               be; "" where there is none.
    row:       the cell's row there; "" for a cost trial that measures several cells.
    seed:      of a learning trial.
    rate:      learning rate of a learning trial.
    score:     its test score by the metric that decides; None without one.
    epochs:    epochs to target; None where it was not reached.
    traceback: the end of the traceback of a trial without figures.
    output:    the end of what such a trial printed.
    stored:    path of the file that holds the result, where several folders are combined; "" where
               it lies in the folder of the run, named by `trial`.
    """

    trial: str
    status: str
    reason: str = ""
    absent: dict[str, str] = {}
    seconds: float = 0.0
    setting: str = ""
    row: str = ""
    seed: int | None = None
    rate: float | None = None
    score: float | None = None
    epochs: int | None = None
    traceback: str = ""
    output: str = ""
    stored: str = ""


class DescribedCell(Struct, frozen=True, kw_only=True):
    """A cell that has results, with its options and implementation.

    Summary, source and origin are "" where the cell is not installed on the machine that makes the
    report.

    rows:    names under which tables may show it.
    summary: what it is, in a line.
    source:  where its mathematics comes from.
    origin:  distribution and version of its plugin.
    """

    name: str
    rows: tuple[str, ...]
    options: dict[str, Option] = {}
    implementation: str = "default"
    summary: str = ""
    source: str = ""
    origin: str = ""


class Findings(Struct, frozen=True, kw_only=True):
    """The findings of a suite, with everything that a reader needs to judge them.

    format:      the format of this record as JSON.
    across:      aggregates over all conditions, one aspect at a time; empty for a single condition.
    headline:    the answer in at most 30 words.
    state_sizes: scores against the numbers in the state, of tasks with models of several sizes.
    ranking:     rows of cells by their mean place over the conditions, the best first.
    law_caveats: laws that cells in the findings fail, with the rows of these cells; their sentences
                 are the first caveats.
    trials:      how each trial ended, in the order of their ids.
    commits:     in the order of their latest results.
    cells:       the cells that have results.
    folders:     folders of runs that are combined; empty for the findings of a single run.
    tryout:      what was found on a user's own file; None for any other run.
    """

    format: int = FORMAT
    suite: str
    suite_version: int
    conditions: tuple[Condition, ...]
    costs: tuple[CostFinding, ...]
    scalings: tuple[Scaling, ...]
    caveats: tuple[str, ...] = field(name="doubts")
    failures: tuple[Failure, ...]
    counts: dict[str, int]
    machines: tuple[Machine, ...]
    versions: dict[str, tuple[str, ...]]
    commits: tuple[str, ...]
    plugins: dict[str, tuple[str, ...]]
    first_started: str
    last_started: str
    claims: tuple[ClaimFinding, ...] = ()
    across: tuple[Aspect, ...] = ()
    spans: tuple[HorizonFinding, ...] = ()
    state_sizes: tuple[StateSizeFinding, ...] = ()
    law_caveats: tuple[LawCaveat, ...] = ()
    trials: tuple[TrialOutcome, ...] = ()
    headline: str = ""
    ranking: tuple[str, ...] = ()
    cells: tuple[DescribedCell, ...] = ()
    folders: tuple[str, ...] = ()
    tryout: Tryout | None = None


def schema() -> dict[str, Any]:
    """Return the JSON Schema of findings as JSON, in which a number that is not finite is null."""
    made: dict[str, Any] = _with_nulls(schema_of(Findings))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"rnnbench findings, format {FORMAT}",
        **made,
    }


def _with_nulls(value: Any) -> Any:
    """Return a schema in which each number may be null."""
    if isinstance(value, list):
        return [_with_nulls(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    changed = {key: _with_nulls(inner) for key, inner in value.items()}
    if changed.get("type") == "number":
        changed["type"] = ["number", "null"]
    return changed
