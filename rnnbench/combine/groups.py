"""Groups of parts whose results may be pooled under one setting, and labels that tell groups
apart."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from rnnbench import text
from rnnbench.combine.parts import Held, Part
from rnnbench.findings.result_provenance import changed_sources
from rnnbench.records import Machine, Result

Obstacle = Callable[[Sequence[Held], Sequence[Held]], str]
"""Returns why the results of two folders must not be pooled; "" where they may be."""


@dataclass
class Group:
    """Results under one setting that may be pooled, and the numbers of the parts they are of."""

    held: list[Held] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Apart:
    """Two folders whose results under one setting are not pooled, and why.

    subject: the setting in words.
    """

    subject: str
    first: int
    second: int
    reason: str


def grouped(
    held: Sequence[Held], obstacle: Obstacle
) -> tuple[list[Group], list[tuple[int, int, str]]]:
    """Return groups of parts that may be pooled, the one with most results first.

    The second list has each obstacle between two parts, with their numbers.
    """
    by_part: dict[int, list[Held]] = defaultdict(list)
    for one in held:
        by_part[one.part].append(one)
    groups: list[Group] = []
    obstacles = []
    for part, ours in by_part.items():
        home = None
        for group in groups:
            reason = obstacle(group.held, ours)
            if not reason:
                home = group
                break
            obstacles.append((group.parts[0], part, reason))
        if home is None:
            home = Group()
            groups.append(home)
        home.held += ours
        home.parts.append(part)
    return sorted(groups, key=lambda group: -len(group.held)), obstacles


def other_sources(ours: Sequence[Held], theirs: Sequence[Held]) -> str:
    """Return which cells and tasks have another source in the results of another folder.

    What differs within one folder is a caveat of its findings, and is passed over.
    """
    before = [one.result for one in ours]
    after = [one.result for one in theirs]
    mixed = {*changed_sources(before), *changed_sources(after)}
    changed = [name for name in changed_sources([*before, *after]) if name not in mixed]
    return f"the source of {text.listed(changed, most=8)} differs" if changed else ""


def labels(groups: Sequence[Group], parts: Sequence[Part]) -> list[str]:
    """Return a label for each group: its machines, or its folders where machines are the same."""
    by_machine = [_machines([one.result for one in group.held]) for group in groups]
    if len(set(by_machine)) == len(groups):
        return by_machine
    return [text.enumerated([parts[part].name for part in group.parts]) for group in groups]


def relabelled(held: Held, label: str) -> Held:
    """Return a result whose trial carries this label, behind its own one."""
    trial = held.result.trial
    joined = ", ".join(filter(None, (trial.label, label)))
    return replace_trial(held, label=joined)


def replace_trial(held: Held, **changes: str) -> Held:
    """Return a result whose trial has these fields; its part has it under the former id."""
    trial = replace(held.result.trial, **changes)
    return Held(replace(held.result, trial=trial), held.part, held.trial)


def _machines(results: Sequence[Result]) -> str:
    machines = {_machine(result.provenance.machine) for result in results}
    return text.enumerated(sorted(machines))


def _machine(machine: Machine) -> str:
    words = f"{machine.processor}, {text.counted(machine.cores, 'core')}"
    return f"{words}, {machine.accelerator}" if machine.accelerator else words
