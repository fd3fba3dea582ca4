"""The two environments of a paired measurement, and what each holds of a trial."""

from collections.abc import Mapping
from typing import NamedTuple

from rnnbench.ab.environment import Environment
from rnnbench.records import PartOfTrial


class SideOfTrial(NamedTuple):
    """An environment, and what it holds of a trial."""

    environment: Environment
    part: PartOfTrial


class Sides(NamedTuple):
    """Both environments."""

    base: SideOfTrial
    head: SideOfTrial


class SoftwareChanged(Exception):
    """An environment whose software is no longer the one that was looked at, and what changed."""


def demand_same(side: SideOfTrial, definitions: Mapping[str, str]) -> None:
    """Raise SoftwareChanged where sources are not those that were looked at."""
    looked_at = side.part.provenance.definitions
    changed = [name for name, found in definitions.items() if looked_at.get(name) != found]
    if changed:
        raise SoftwareChanged(f"{side.environment.name}: the source of {', '.join(changed)}")
