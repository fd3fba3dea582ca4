"""Whether HEAD may pass: no figure worse, nothing undecided, and something measured."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from msgspec.structs import replace

from rnnbench.compare.records import OUTCOME, Change, Comparison, Kind, Ruling, SearchState, Verdict
from rnnbench.compare.summary import counted

JUDGED: tuple[Kind, ...] = ("exact", "deterministic")
HELD = ("same", "better", "worse", "changed")
"""Verdicts of figures that were held against each other."""
OPEN: tuple[Verdict, ...] = ("missing", "changed")
NO_BASELINE = (
    "There is no baseline: {base} holds no results. To make one, run the suite into that folder"
    " from the version that is to be the measure: rnnbench run suite {suite} -o {base}"
)
SAME = (
    "BASE and HEAD are the same results, and nothing was measured again; run the suite into another"
    " folder, and hold that one against BASE"
)
PARTLY_SAME = (
    "{repeated} of {all} results of HEAD are results of BASE themselves, and were not measured"
    " again; run the suite into another folder, and hold that one against BASE"
)


def rule(
    comparison: Comparison, kinds: Collection[Kind] = JUDGED, *, skip_incomparable: bool = False
) -> Ruling:
    """The ruling over figures of these kinds. Noisy figures are never judged here.

    A regression counts before what is undecided, and that before having nothing to compare; none of
    them is green. skip_incomparable: what this machine and these versions cannot be held to is left
    out, instead of leaving the gate
                       undecided. What is missing is never left out.
    """
    wanted = [kind for kind in JUDGED if kind in kinds]
    judged = [change for change in comparison.changes if change.kind in ("outcome", *wanted)]
    unclear: tuple[Verdict, ...] = OPEN if skip_incomparable else (*OPEN, "not comparable")
    held = Counter(
        change.kind for change in judged if change.verdict in HELD and change.figure != OUTCOME
    )
    ruling = Ruling(
        standing="passed",
        sentence="",
        kinds=tuple(wanted),
        compared={kind: held[kind] for kind in wanted},
        worse=_with(judged, "worse"),
        undecided=_with(judged, *unclear),
        better=_with(judged, "better"),
        new=_with(judged, "new"),
        left_out=_with(judged, "not comparable") if skip_incomparable else (),
        caveats=tuple(_caveats(comparison)),
    )
    ruling = replace(ruling, standing=_search_state(ruling, comparison))
    return replace(ruling, sentence=_sentence(ruling, comparison))


def _with(changes: Iterable[Change], *verdicts: Verdict) -> tuple[Change, ...]:
    return tuple(change for change in changes if change.verdict in verdicts)


def _caveats(comparison: Comparison) -> Iterator[str]:
    """What leaves a gate undecided, whatever the figures say."""
    base, head = comparison.base, comparison.head
    if not base.results:
        suites = {name.rpartition(" ")[0] for name in head.suites}
        yield NO_BASELINE.format(
            base=base.folder, suite=suites.pop() if len(suites) == 1 else "NAME"
        )
    elif head.results and not set(base.suites) & set(head.suites):
        yield (
            f"BASE is of {' and '.join(base.suites)}, HEAD of {' and '.join(head.suites)}: another"
            " suite, or another version of it, whose figures are not comparable; renew the"
            " baseline"
        )
    if comparison.repeated:
        said = SAME if comparison.repeated == head.results else PARTLY_SAME
        yield said.format(repeated=comparison.repeated, all=head.results)
    for side in (base, head):
        yield from (
            f"{file} cannot be read: {problem}" for file, problem in side.unreadable.items()
        )


def _search_state(ruling: Ruling, comparison: Comparison) -> SearchState:
    if ruling.worse:
        return "regression"
    if comparison.base.results and not comparison.head.results:
        return "nothing to compare"
    if ruling.undecided or ruling.caveats:
        return "undecided"
    return "passed" if any(ruling.compared.values()) else "nothing to compare"


def _sentence(ruling: Ruling, comparison: Comparison) -> str:
    """What was compared, and what came of it."""
    if not comparison.base.results:
        return "There is nothing to hold HEAD against."
    if not comparison.head.results:
        return f"HEAD ({comparison.head.folder}) holds no results."
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in ruling.compared.items() if count)
    said = f"{sum(ruling.compared.values()):,} figures compared" + (f" ({kinds})" if kinds else "")
    found = [f"{counted(ruling.worse)} worse" if ruling.worse else "none worse"]
    for changes, words in (
        (ruling.undecided, "undecided"),
        (ruling.better, "better"),
        (ruling.left_out, "left out"),
    ):
        found += [f"{counted(changes)} {words}"] if changes else []
    return f"{said}: {', '.join(found)}."
