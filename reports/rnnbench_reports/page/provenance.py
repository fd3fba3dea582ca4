"""Where the figures of a page come from: how many trials, when, on which machines, from what."""

from collections.abc import Iterator

import rnnbench
from rnnbench_reports.page.tryout_front import name_of


def lead(findings: rnnbench.Findings) -> list[str]:
    """Return the parts of the line below the headline."""
    counts = ", ".join(f"{count:,} {status}" for status, count in findings.counts.items())
    days = dict.fromkeys((findings.first_started[:10], findings.last_started[:10]))
    return [
        subject(findings),
        f"{rnnbench.text.counted(sum(findings.counts.values()), 'trial')}: {counts}",
        " to ".join(days),
    ]


def subject(findings: rnnbench.Findings) -> str:
    """Return what the page is about: a suite with its version, or the file of a user."""
    if findings.tryout is not None:
        return f"{name_of(findings.tryout)}: which cell?"
    return f"Suite {findings.suite}, version {findings.suite_version}"


def provenance(findings: rnnbench.Findings) -> list[tuple[str, str]]:
    """Return what a reader needs to judge where the figures come from; each machine once."""
    return [
        ("Machines", "; ".join(dict.fromkeys(_machines(findings)))),
        ("Versions", _listed(findings.versions)),
        ("Commits", ", ".join(findings.commits) or "not run inside a git checkout"),
        ("Plugins", _listed(findings.plugins, "from ")),
        ("Run", f"{findings.first_started} to {findings.last_started}"),
    ]


def _machines(findings: rnnbench.Findings) -> Iterator[str]:
    for machine in findings.machines:
        memory = f"{machine.memory_bytes / 2**30:.0f} GiB"
        parts = [machine.processor, rnnbench.text.counted(machine.cores, "core"), memory]
        yield ", ".join(filter(None, (*parts, machine.system, machine.accelerator)))


def _listed(found: dict[str, tuple[str, ...]], before: str = "") -> str:
    return ", ".join(f"{name} {before}{' and '.join(each)}" for name, each in found.items())
