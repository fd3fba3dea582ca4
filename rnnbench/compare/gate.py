"""Decides whether HEAD may pass: nothing is worse, nothing undecided, something compared."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Literal

from msgspec.structs import replace

from rnnbench import text
from rnnbench.compare.records import (
    OUTCOME,
    Change,
    Comparison,
    GateVerdict,
    Kind,
    Ruling,
    Side,
)
from rnnbench.compare.summary import counted
from rnnbench.records import GatePolicy, OnChange

JUDGED: tuple[Kind, ...] = (
    "exact",
    "deterministic",
    "memory",
    "instructions",
    "time",
    "learning",
)
COMPARED = ("same", "better", "worse", "changed", "undecided")
"""Verdicts of figures that were compared."""
Role = Literal["worse", "undecided", "better", "new", "left out"]
ON_CHANGE: dict[OnChange, Role] = {"fail": "worse", "undecided": "undecided", "ignore": "left out"}
"""What a last bit of training that differs makes of the ruling."""
DEFAULT = GatePolicy()
NO_BASELINE = (
    "There is no baseline: {base} holds no results. To make one, run the suite into that folder"
    " from the version to compare with: rnnbench run suite {suite} -o {base}"
)
SAME = (
    "BASE and HEAD are the same results, and nothing was measured again; run the suite into another"
    " folder, and compare that one with BASE"
)
PARTLY_SAME = (
    "{repeated} of {all} results of HEAD are results of BASE themselves, and were not measured"
    " again; run the suite into another folder, and compare that one with BASE"
)


def rule(
    comparison: Comparison,
    kinds: Collection[Kind] = (),
    *,
    policy: GatePolicy = DEFAULT,
    skip_incomparable: bool = False,
) -> Ruling:
    """The ruling on figures of these kinds, by default of all; noisy figures are never judged.

    A regression takes precedence over what is undecided, and that over having nothing to compare;
    only "passed" is green.

    kinds:             what was asked for. By default learning with too few seeds and times of
                       another session are passed over; where they were asked for, the former leaves
                       the gate undecided, and the latter are left out.
    policy:            says what a last bit that differs makes of the ruling.
    skip_incomparable: leave out what this machine and these versions cannot reproduce, instead of
                       leaving the gate undecided. Missing figures are never left out.
    """
    kinds_in_order = tuple(kind for kind in JUDGED if not kinds or kind in kinds)
    changes = (*comparison.changes, *comparison.over_seeds)
    judged = [change for change in changes if change.kind in ("outcome", *kinds_in_order)]
    roles: dict[Role | None, list[Change]] = defaultdict(list)
    for change in judged:
        roles[_role(change, kinds, policy, skip_incomparable)].append(change)
    ruling = Ruling(
        verdict="passed",
        sentence="",
        kinds=kinds_in_order,
        compared=_count_compared(judged, kinds_in_order),
        worse=tuple(roles["worse"]),
        undecided=tuple(roles["undecided"]),
        better=tuple(roles["better"]),
        new=tuple(roles["new"]),
        left_out=tuple(roles["left out"]),
        caveats=tuple(_caveats(comparison)),
    )
    ruling = replace(ruling, verdict=_gate_verdict(ruling, comparison))
    return replace(ruling, sentence=_sentence(ruling, comparison))


def _role(
    change: Change, kinds: Collection[Kind], policy: GatePolicy, skip_incomparable: bool
) -> Role | None:
    """Return what a change makes of the ruling; None where that is nothing."""
    match change.verdict:
        case "worse" | "better" | "new":
            return change.verdict
        case "missing" | "undecided":
            return "undecided"
        case "changed":
            is_of_training = change.kind == "deterministic" and change.direction
            return ON_CHANGE[policy.on_change] if is_of_training else "undecided"
        case "not comparable" if change.kind == "time":
            return "left out" if change.kind in kinds else None
        case "not comparable":
            return "left out" if skip_incomparable else "undecided"
        case "too few seeds":
            return "undecided" if change.kind in kinds else None
    return None


def _count_compared(changes: Iterable[Change], kinds: Iterable[Kind]) -> dict[str, int]:
    """The number of figures of each kind that were compared; whole trials do not count."""
    figures = (change for change in changes if change.figure != OUTCOME)
    numbers = Counter(change.kind for change in figures if change.verdict in COMPARED)
    return {kind: numbers[kind] for kind in kinds}


def _caveats(comparison: Comparison) -> Iterator[str]:
    """Yield a sentence for whatever leaves the gate undecided regardless of the figures."""
    yield from comparison.uncompared
    base = comparison.base
    head = comparison.head
    if not base.results:
        yield NO_BASELINE.format(base=base.folder, suite=_suite_name(head))
    elif head.results and not set(base.suites) & set(head.suites):
        yield (
            f"BASE is of {' and '.join(base.suites)}, HEAD of {' and '.join(head.suites)}: another"
            " suite, or another version of it, whose figures are not comparable; renew the"
            " baseline"
        )
    if comparison.repeated:
        template = SAME if comparison.repeated == head.results else PARTLY_SAME
        yield template.format(repeated=comparison.repeated, all=head.results)
    for side in (base, head):
        for file, problem in side.unreadable.items():
            yield f"{file} cannot be read: {problem}"


def _suite_name(side: Side) -> str:
    """The suite of a run without its version; a placeholder unless it is exactly one."""
    names = {suite.rpartition(" ")[0] for suite in side.suites}
    return names.pop() if len(names) == 1 else "NAME"


def _gate_verdict(ruling: Ruling, comparison: Comparison) -> GateVerdict:
    if ruling.worse:
        return "regression"
    if comparison.base.results and not comparison.head.results:
        return "nothing to compare"
    if ruling.undecided or ruling.caveats:
        return "undecided"
    return "passed" if any(ruling.compared.values()) else "nothing to compare"


def _sentence(ruling: Ruling, comparison: Comparison) -> str:
    """A sentence on what was compared, and with what result."""
    if not comparison.base.results:
        return "There is nothing to compare HEAD with."
    if not comparison.head.results:
        return f"HEAD ({comparison.head.folder}) holds no results."
    by_kind = ", ".join(f"{count:,} {kind}" for kind, count in ruling.compared.items() if count)
    detail = f" ({by_kind})" if by_kind else ""
    total = f"{text.counted(sum(ruling.compared.values()), 'figure')} compared{detail}"
    findings = [f"{counted(ruling.worse)} worse" if ruling.worse else "none worse"]
    for changes, description in (
        (ruling.undecided, "undecided"),
        (ruling.better, "better"),
        (ruling.left_out, "left out"),
    ):
        if changes:
            findings.append(f"{counted(changes)} {description}")
    return f"{total}: {', '.join(findings)}."
