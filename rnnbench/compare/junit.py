"""Renders a ruling as JUnit XML, with a test case for each trial."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from xml.etree import ElementTree

from rnnbench.compare.gate import COMPARED
from rnnbench.compare.plain_text import in_words
from rnnbench.compare.records import Change, Comparison, Ruling

MARKS = ("failure", "error", "skipped")
"""Elements of a test case that is not green, in the order of their severity."""
PLURALS = {"failure": "failures", "error": "errors", "skipped": "skipped"}
"""Attributes of the test suite that count its cases with each element."""
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold, such as the escape codes of colours in an error message."""


def junit(ruling: Ruling, comparison: Comparison, command: str = "gate") -> str:
    """The text of the JUnit file, whose test suite is named after the command.

    Worse figures are failures, undecided ones are errors, and a trial without any compared figure
    is skipped. If the gate is not green for want of anything to compare, the baseline has an error.
    """
    suite = ElementTree.Element("testsuite", name=f"rnnbench {command}")
    changes = (*comparison.changes, *comparison.over_seeds)
    marked_by = marks(ruling)
    judged = [
        change
        for change in changes
        if change.kind in ("outcome", *ruling.kinds)
        and (change.verdict in COMPARED or change in marked_by)
    ]
    trials = {_trial(change) for change in judged}
    trials_with_title = Counter(title for title, _ in trials)
    for (title, identity), of_trial in groupby(sorted(judged, key=_trial), key=_trial):
        name = title if trials_with_title[title] == 1 else identity
        _add_case(suite, name, list(of_trial), marked_by)
    if ruling.caveats or ruling.verdict == "nothing to compare":
        whole = _case(suite, "the baseline")
        _add_mark(whole, "error", ruling.sentence, "\n".join(ruling.caveats))
    suite.set("tests", str(len(suite)))
    for mark, plural in PLURALS.items():
        suite.set(plural, str(len(suite.findall(f"testcase/{mark}"))))
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def marks(ruling: Ruling) -> dict[Change, str]:
    """Return the element that each change calls for; none for a change that is green."""
    elements: dict[Change, str] = {}
    elements |= dict.fromkeys(ruling.worse, "failure")
    elements |= dict.fromkeys(ruling.undecided, "error")
    elements |= dict.fromkeys((*ruling.left_out, *ruling.new), "skipped")
    return elements


def _trial(change: Change) -> tuple[str, str]:
    return change.title, change.trial


def _add_case(
    suite: ElementTree.Element, name: str, changes: Sequence[Change], marks: Mapping[Change, str]
) -> None:
    """Add a trial with its failures and errors; it is skipped only if all its figures are."""
    case = _case(suite, name)
    for mark in MARKS:
        marked = [change for change in changes if marks.get(change) == mark]
        if marked and (mark != "skipped" or len(marked) == len(changes)):
            _add_mark(case, mark, f"{len(marked)} of {len(changes)} figures", in_words(marked))


def _case(suite: ElementTree.Element, name: str) -> ElementTree.Element:
    """Add a case without marks."""
    classname = suite.attrib["name"]
    return ElementTree.SubElement(suite, "testcase", classname=classname, name=_printable(name))


def _add_mark(case: ElementTree.Element, mark: str, message: str, text: str) -> None:
    element = ElementTree.SubElement(case, mark, message=_printable(message))
    element.text = _printable(text)


def _printable(text: str) -> str:
    return FORBIDDEN.sub("?", text)
