"""`pytest --rnnbench-gate BASE`: the gate as tests, one for each figure. Nothing is run."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rnnbench.compare import (
    JUDGED,
    Change,
    Comparison,
    Kind,
    Ruling,
    Run,
    compare,
    in_words,
    marks,
    policy_for,
    read_run,
    rule,
)
from rnnbench.errors import RnnbenchError, UnknownName
from rnnbench.records import GatePolicy

OPTION = "--rnnbench-gate"
ID = "rnnbench-gate"
COMPARED = ("same", "better")
"""Verdicts of figures that pass."""


class Asked(NamedTuple):
    """What was asked of the gate."""

    base: Run
    head: Run
    policy: GatePolicy
    kinds: tuple[Kind, ...]
    skip_incomparable: bool


ASKED = pytest.StashKey[Asked]()
RULING = pytest.StashKey[Ruling]()


def pytest_configure(config: pytest.Config) -> None:
    """Read both runs and the policy. Raises UsageError where an option names what does not
    exist."""
    try:
        config.stash[ASKED] = _asked(config)
    except RnnbenchError as error:
        raise pytest.UsageError(str(error)) from None


def _asked(config: pytest.Config) -> Asked:
    kinds = tuple(dict.fromkeys(config.getoption(f"{OPTION}-kind")))
    for kind in kinds:
        if kind not in JUDGED:
            raise UnknownName("kind", kind, JUDGED, f"{OPTION}-kind")
    base = read_run(Path(config.getoption(OPTION)))
    head = config.getoption(f"{OPTION}-head") or _usual_folder(base)
    file = config.getoption(f"{OPTION}-policy")
    on_change = config.getoption(f"{OPTION}-on-change")
    policy, _ = policy_for(base, Path(file) if file else None, on_change)
    return Asked(
        base=base,
        head=read_run(Path(head)),
        policy=policy,
        kinds=kinds,
        skip_incomparable=config.getoption(f"{OPTION}-skip-incomparable"),
    )


def _usual_folder(base: Run) -> Path:
    """Return the folder into which a run of the suite of BASE goes by default."""
    suites = sorted({result.trial.suite for result in base.results})
    if len(suites) == 1:
        return Path("runs") / suites[0]
    found = f"results of {' and '.join(suites)}" if suites else "no results"
    raise RnnbenchError(
        f"{OPTION}-head: should be given, since {base.folder} holds {found} and names no one suite"
    )


def pytest_report_header(config: pytest.Config) -> str:
    """Name the runs that are compared."""
    asked = config.stash[ASKED]
    return f"rnnbench gate: BASE {asked.base.folder}, HEAD {asked.head.folder}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add a test for each figure after those of the author, before -k and -m select."""
    asked = config.stash[ASKED]
    comparison = compare(asked.base, asked.head, asked.policy)
    ruling = rule(
        comparison,
        asked.kinds,
        policy=asked.policy,
        skip_incomparable=asked.skip_incomparable,
    )
    config.stash[RULING] = ruling
    gate = Gate.from_parent(session, name=ID, nodeid=ID, ruling=ruling, comparison=comparison)
    items.extend(session.genitems(gate))


def pytest_terminal_summary(
    terminalreporter: "pytest.TerminalReporter", config: pytest.Config
) -> None:
    """Print the ruling, in the process that made it."""
    ruling = config.stash.get(RULING, None)
    if ruling is not None:
        terminalreporter.write_line(f"rnnbench gate: {ruling.verdict}. {ruling.sentence}")


class Gate(pytest.Collector):
    """All tests of a ruling: whether there was anything to compare, and each figure."""

    def __init__(self, *, ruling: Ruling, comparison: Comparison, **of_node: Any) -> None:
        super().__init__(**of_node)
        self.ruling = ruling
        self.comparison = comparison

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the test of the baseline, and one for each figure of the kinds asked for."""
        yield Baseline.from_parent(self, name="the baseline", ruling=self.ruling)
        kinds = ("outcome", *self.ruling.kinds)
        every = (*self.comparison.changes, *self.comparison.over_seeds)
        changes = [change for change in every if change.kind in kinds]
        trials = {(change.title, change.trial) for change in changes}
        trials_with_title = Counter(title for title, _ in trials)
        mark_of = marks(self.ruling)
        for change in changes:
            trial = change.title if trials_with_title[change.title] == 1 else change.trial
            epoch = "" if change.epoch is None else f", epoch {change.epoch}"
            name = f"{trial}: {change.figure}{epoch}"
            yield Figure.from_parent(
                self,
                name=name,
                ruling=self.ruling,
                change=change,
                mark=mark_of.get(change, ""),
            )


class GateTest(pytest.Item):
    """A test that no file of the author holds."""

    def __init__(self, *, ruling: Ruling, **of_node: Any) -> None:
        super().__init__(**of_node)
        self.ruling = ruling

    def runtest(self) -> None:
        """Fail where something leaves the gate undecided as a whole: whichever tests are chosen,
        none of them passes then."""
        if self.ruling.caveats or self.ruling.verdict == "nothing to compare":
            pytest.fail("\n".join((self.ruling.sentence, *self.ruling.caveats)), pytrace=False)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where the test is listed."""
        return self.path, None, self.name


class Baseline(GateTest):
    """The test that two runs were compared: it fails where there is no baseline, or no figure."""


class Figure(GateTest):
    """The test of one figure: it fails where the gate calls it worse or undecided."""

    def __init__(self, *, change: Change, mark: str, **of_node: Any) -> None:
        super().__init__(**of_node)
        self.change = change
        self.mark = mark
        self.extra_keyword_matches.add(change.kind)

    def runtest(self) -> None:
        """Fail with the line of the ruling, or skip with the reason."""
        change = self.change
        if self.mark in ("failure", "error"):
            pytest.fail(f"{change.verdict}, {in_words([change])}", pytrace=False)
        super().runtest()
        if change.verdict not in COMPARED:
            pytest.skip(f"{change.verdict}: {change.reason}".removesuffix(": "))
