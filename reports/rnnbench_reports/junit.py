"""The export `junit`: the trials of a run as JUnit XML, a test case each."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import rnnbench
from rnnbench_reports.trial_words import SKIPPED, problem

FILE = "junit.xml"
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold, such as the escape codes of colours in an error message."""
COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}
"""Attributes of the test suite, and the elements of its cases that they count."""


def render(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write one test suite. A trial that failed, or lost a cell, is a failure with the reason; one
    that was skipped or refused is skipped; any other outcome is a result, divergence too."""
    root = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(root, "testsuite", name=f"rnnbench {findings.suite}")
    for trial in findings.trials:
        _add_case(suite, findings.suite, trial)
    suite.set("tests", str(len(suite)))
    for attribute, element in COUNTED.items():
        suite.set(attribute, str(len(suite.findall(f"testcase/{element}"))))
    suite.set("time", f"{sum(trial.seconds for trial in findings.trials):.3f}")
    suite.set("timestamp", findings.first_started[:19])
    ElementTree.indent(root)
    path = folder / FILE
    path.write_text(
        ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n",
        encoding="utf-8",
    )
    return [path]


def _add_case(suite: ElementTree.Element, name: str, trial: Any) -> None:
    """Add a case, in a class for the suite and the task, or for the suite and its costs."""
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=f"{name}.{trial.trial.partition('.')[0]}",
        name=trial.trial,
        time=f"{trial.seconds:.3f}",
    )
    if reason := problem(trial):
        failure = ElementTree.SubElement(case, "failure", type=trial.status)
        failure.set("message", _printable(reason.partition("\n")[0]))
        failure.text = _printable(reason)
    elif trial.status in SKIPPED:
        ElementTree.SubElement(case, "skipped", message=_printable(trial.reason))


def _printable(text: str) -> str:
    return FORBIDDEN.sub("?", text)
