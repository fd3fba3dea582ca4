"""A runner of composite actions, as far as `action.yml` needs one: its shell steps run as bash, and
an upload copies a folder."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
EXPRESSION = re.compile(r"\$\{\{ (.+?) \}\}")
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
"""How GitHub runs a step with `shell: bash`."""


@dataclass
class Job:
    """A job that uses the action in a checkout.

    artifacts: a folder for each artifact that a run has uploaded.
    github:    what expressions find under `github`, by dotted names.
    """

    checkout: Path
    temporary: Path
    artifacts: Path
    variables: Mapping[str, str]
    github: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""
    printed: str = ""

    def run(self, **inputs: str) -> int:
        """Run each step that is due, and return the exit code of the first that failed, or 0."""
        self.temporary.mkdir(parents=True, exist_ok=True)
        values = {f"github.{name}": value for name, value in self.github.items()}
        for name, described in ACTION["inputs"].items():
            given = inputs.get(name.replace("-", "_"), described.get("default"))
            assert given is not None, name
            values[f"inputs.{name}"] = filled(given, values)
        failed = 0
        for step in ACTION["runs"]["steps"]:
            if not _is_due(step.get("if", "success()"), values, failed):
                continue
            if "uses" in step:
                self._upload(step, values)
                continue
            code = self._type(step, values)
            failed = failed or code
        return failed

    def _type(self, step: Mapping[str, Any], values: dict[str, str]) -> int:
        outputs = self.temporary / "outputs"
        summary = self.temporary / "summary"
        outputs.write_text("")
        summary.write_text("")
        own = {name: filled(text, values) for name, text in step["env"].items()}
        github = {
            "GITHUB_OUTPUT": str(outputs),
            "GITHUB_STEP_SUMMARY": str(summary),
            "RUNNER_TEMP": str(self.temporary),
        }
        done = subprocess.run(
            [*BASH, step["run"]],
            cwd=self.checkout,
            env={**os.environ, **self.variables, **github, **own},
            capture_output=True,
            text=True,
        )
        self.printed += done.stdout + done.stderr
        self.summary += summary.read_text()
        for line in outputs.read_text().splitlines():
            name, _, value = line.partition("=")
            values[f"steps.{step.get('id')}.outputs.{name}"] = value
        return done.returncode

    def _upload(self, step: Mapping[str, Any], values: dict[str, str]) -> None:
        assert step["uses"].startswith("actions/upload-artifact@v")
        folder = Path(filled(step["with"]["path"], values))
        kept = self.artifacts / filled(step["with"]["name"], values)
        if not folder.exists():
            assert step["with"]["if-no-files-found"] == "ignore"
        elif not kept.exists() or step["with"]["overwrite"]:
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(folder, kept)


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with the values of its expressions: names, literals, and the first of several that is
    not empty."""
    return EXPRESSION.sub(lambda match: _value(match[1], values), text)


def _value(expression: str, values: Mapping[str, str]) -> str:
    found = ""
    for part in expression.split(" || "):
        found = found or (part[1:-1] if part.startswith("'") else values.get(part, ""))
    return found


def _is_due(condition: str, values: Mapping[str, str], failed: int) -> bool:
    """Whether all parts of a condition hold; without a word on failures, none may have failed."""
    parts = (EXPRESSION.sub(r"\1", condition)).split(" && ")
    if "!cancelled()" not in parts and failed:
        return False
    compared = [part.split(" == ") for part in parts if " == " in part]
    return all(_value(left, values) == _value(right, values) for left, right in compared)
