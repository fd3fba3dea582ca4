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


def keep_claims(
    folder: Path, claims: Sequence[Claim], seeds: Sequence[int], today: str = ""
) -> tuple[Claim, ...]:
    """Keep claims, in place of those of the same name; others stay. They are given back as they are
    kept. Raises RnnbenchError where that cannot be done.

    seeds: those that the run is to have.
    today: the date, by default that of UTC.
    """
    if not claims:
        return ()
    kept = claims_after(folder, claims, seeds, today)
    known = {claim.name: claim for claim in (*kept_claims(folder), *kept)}
    try:
        write_atomically(
            folder / NAME, msgspec.json.format(msgspec.json.encode(list(known.values())), indent=1)
        )
    except OSError as error:
        raise RnnbenchError(
            f"{folder / NAME}: cannot be written: {error.strerror or error}"
        ) from error
    return kept


def claims_after(
    folder: Path, claims: Sequence[Claim], seeds: Sequence[int], today: str = ""
) -> tuple[Claim, ...]:
    """These claims as they are to be planned and judged beside what a folder holds.

    What was looked at several times, or with so many seeds, stays so, whatever is asked for now;
    what is changed beside results keeps the day of it.
    """
    before = {claim.name: claim for claim in kept_claims(folder)}
    today = today or datetime.now(UTC).date().isoformat()
    late = today if any((folder / "trials").glob("*.json")) else ""
    return tuple(_after(before.get(claim.name), claim, seeds, late) for claim in claims)


def _after(before: Claim | None, claim: Claim, seeds: Sequence[int], late: str) -> Claim:
    changed = set(before.changed) if before else set()
    if before and late and not claim.asks_as(before):
        changed.add(late)
    return replace(claim.after(before, len(seeds), max(seeds) + 1), changed=tuple(sorted(changed)))


def kept_claims(folder: Path) -> tuple[Claim, ...]:
    """The claims of a run, none where it has none. Raises RnnbenchError where they cannot be
    read."""
    return read_records(folder / NAME, Claim) or ()
