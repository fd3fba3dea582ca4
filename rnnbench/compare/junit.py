"""A ruling as JUnit XML, which servers show as tests: a case for each trial."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from xml.etree import ElementTree

from rnnbench.compare.records import Change, Comparison, Ruling
from rnnbench.compare.summary import blocks

SUITE = "rnnbench gate"
MARKS = ("failure", "error", "skipped")
"""Elements of a case that is not green, and attributes of the suite in their plural."""

FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold, and the message of an exception can: colours, for one."""


def junit(ruling: Ruling, comparison: Comparison) -> str:
    """The text of the file. What is worse is a failure, what is undecided an error, and a trial of
    which nothing could be compared is skipped. Where the gate is not green for want of anything to
    compare, that is an error of its own.
    """
    suite = ElementTree.Element("testsuite", name=SUITE)
    judged = [change for change in comparison.changes if change.kind in ("outcome", *ruling.kinds)]
    told = dict(
        zip(MARKS, (ruling.worse, ruling.undecided, (*ruling.left_out, *ruling.new)), strict=True)
    )
    marks = {change: mark for mark, changes in told.items() for change in changes}
    titles = Counter(title for title, _ in {_trial(change) for change in judged})
    for (title, identity), of_trial in groupby(sorted(judged, key=_trial), key=_trial):
        _case(suite, title if titles[title] == 1 else identity, list(of_trial), marks)
    if ruling.caveats or ruling.standing == "nothing to compare":
        whole = ElementTree.SubElement(suite, "testcase", classname=SUITE, name="the baseline")
        _mark(whole, "error", ruling.sentence, "\n".join(ruling.caveats))
    suite.set("tests", str(len(suite)))
    for mark, plural in zip(MARKS, ("failures", "errors", "skipped"), strict=True):
        suite.set(plural, str(len(suite.findall(f"testcase/{mark}"))))
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _trial(change: Change) -> tuple[str, str]:
    return change.title, change.trial


def _case(
    suite: ElementTree.Element, name: str, changes: Sequence[Change], marks: Mapping[Change, str]
) -> None:
    """A trial: its failures and errors; skipped only where all of it was."""
    case = ElementTree.SubElement(suite, "testcase", classname=SUITE, name=FORBIDDEN.sub("?", name))
    for mark in MARKS:
        found = [change for change in changes if marks.get(change) == mark]
        if found and (mark != "skipped" or len(found) == len(changes)):
            _mark(case, mark, f"{len(found)} of {len(changes)} figures", _text(found))


def _mark(case: ElementTree.Element, mark: str, message: str, text: str) -> None:
    ElementTree.SubElement(case, mark, message=FORBIDDEN.sub("?", message)).text = FORBIDDEN.sub(
        "?", text
    )


def _text(changes: Iterable[Change]) -> str:
    said = []
    for block in blocks(changes):
        said += [
            f"{line.figure}: {line.base} -> {line.head} {line.by}".rstrip() for line in block.lines
        ]
        said += [block.reason] if block.reason else []
    return "\n".join(said)
