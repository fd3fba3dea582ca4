"""The claims that the results of a run are to decide, kept in `<folder>/claims.json`."""

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
    """Write claims in place of those of the same name, and return them as they are kept.

    Other claims of the run stay. Raises RnnbenchError where the file cannot be written.

    seeds: the seeds that the run is to have.
    today: the date, by default that of UTC.
    """
    if not claims:
        return ()
    kept = claims_after(folder, claims, seeds, today)
    by_name = {claim.name: claim for claim in (*kept_claims(folder), *kept)}
    path = folder / NAME
    content = msgspec.json.format(msgspec.json.encode(list(by_name.values())), indent=1)
    try:
        write_atomically(path, content)
    except OSError as error:
        raise RnnbenchError(f"{path}: cannot be written: {error.strerror or error}") from error
    return kept


def claims_after(
    folder: Path, claims: Sequence[Claim], seeds: Sequence[int], today: str = ""
) -> tuple[Claim, ...]:
    """Return these claims as they are to be planned and judged, given what a folder holds.

    Earlier looks and numbers of seeds stay, whatever is requested now. A claim that is changed
    while results exist records the date of the change.
    """
    before = {claim.name: claim for claim in kept_claims(folder)}
    today = today or datetime.now(UTC).date().isoformat()
    has_results = any((folder / "trials").glob("*.json"))
    change_date = today if has_results else ""
    return tuple(_after(before.get(claim.name), claim, seeds, change_date) for claim in claims)


def _after(before: Claim | None, claim: Claim, seeds: Sequence[int], change_date: str) -> Claim:
    changed = set(before.changed) if before else set()
    if before and change_date and not claim.asks_as(before):
        changed.add(change_date)
    return replace(claim.after(before, len(seeds), max(seeds) + 1), changed=tuple(sorted(changed)))


def kept_claims(folder: Path) -> tuple[Claim, ...]:
    """Read the claims of a run, if any. Raises RnnbenchError where they cannot be read."""
    return read_records(folder / NAME, Claim) or ()
