"""The types of findings."""

from msgspec import Struct, field

from rnnbench.findings.aggregate.records import Aspect
from rnnbench.findings.claims.records import ClaimFinding
from rnnbench.findings.cost.records import CostFinding
from rnnbench.findings.cost.scaling_records import Scaling
from rnnbench.findings.law_caveats import LawCaveat
from rnnbench.findings.learning.horizons import HorizonFinding
from rnnbench.findings.learning.records import Condition
from rnnbench.records import Machine


class Failure(Struct, frozen=True):
    """A trial that gave no figures, and why."""

    trial: str
    status: str
    reason: str


class Findings(Struct, frozen=True, kw_only=True):
    """What the results of a suite say, with everything that a reader needs to judge it.

    across:      what they say over all conditions, one aspect at a time; empty where there is one
                 condition alone.
    law_caveats: laws that cells shown here fail, with the rows of these cells; their sentences are
                 the first caveats.
    """

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
    law_caveats: tuple[LawCaveat, ...] = ()
