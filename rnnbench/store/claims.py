"""What the results of a run are to decide, kept beside them: `<folder>/claims.json`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from rnnbench.errors import RnnbenchError
from rnnbench.records import Claim
from rnnbench.store.atomic import write_atomically
from rnnbench.store.beside import read_records

NAME = "claims.json"


def keep_claims(folder: Path, claims: Sequence[Claim], seeds: int, today: str = "") -> None:
    """Keep claims, in place of those of the same name; others stay. What was looked at several times, or with so many
    seeds, stays so, whatever is asked for now, and what is changed beside results keeps the day of it. Raises
    RnnbenchError where that cannot be done.

    seeds: how many the run is to have.
    today: the date, by default that of UTC.
    """
    if not claims:
        return
    before = {claim.name: claim for claim in kept_claims(folder)}
    today = today or datetime.now(UTC).date().isoformat()
    late = today if any((folder / "trials").glob("*.json")) else ""
    known = before | {claim.name: _after(before.get(claim.name, claim), claim, seeds, late) for claim in claims}
    try:
        write_atomically(folder / NAME, msgspec.json.format(msgspec.json.encode(list(known.values())), indent=1))
    except OSError as error:
        raise RnnbenchError(f"{folder / NAME}: cannot be written: {error.strerror or error}") from error


def _after(before: Claim, claim: Claim, seeds: int, late: str) -> Claim:
    changed = set(before.changed) | ({late} if late and not claim.asks_as(before) else set())
    return replace(claim.after(before, seeds), changed=tuple(sorted(changed)))


def kept_claims(folder: Path) -> tuple[Claim, ...]:
    """The claims of a run, none where it has none. Raises RnnbenchError where they cannot be read."""
    return read_records(folder / NAME, Claim) or ()
