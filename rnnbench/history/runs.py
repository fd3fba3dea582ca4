"""Which results of a run a history takes, and under which commits."""

from collections import defaultdict
from collections.abc import Iterable

from msgspec import Struct

from rnnbench import text
from rnnbench.history.commits import Checkout
from rnnbench.history.gathering import gathered, has_disturbed_times, started
from rnnbench.history.records import HASH_DIGITS, Commit, Measured
from rnnbench.records import BUSY_CORES, Result

WITHOUT = "{} left out: no commit is recorded; --commit says of which they are"
CHANGED = (
    "{} left out: the checkout had changes that were not committed, or was not known to have none"
    " ({}); --commit says of which commit they are all the same"
)
DISTURBED = (
    "times of {} were left out: others used more than {} of the cores of the machine before they"
    " were measured"
)


class RunValues(Struct, frozen=True):
    """What a history takes of a run.

    left_out: a sentence for each reason for which results, or some of their figures, were left
              out.
    """

    measured: tuple[Measured, ...]
    commits: tuple[Commit, ...]
    results: int
    left_out: tuple[str, ...] = ()


def values_of_run(results: Iterable[Result], checkout: Checkout, commit: str = "") -> RunValues:
    """Return the values of a run, each of the commit that its result records.

    commit: the commit of all results, whatever they record; "" to go by what they record.
    """
    by_commit: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        by_commit[commit or result.provenance.commit].append(result)
    measured: list[Measured] = []
    commits = []
    left_out = []
    taken = 0
    disturbed = 0
    for name, group in sorted(by_commit.items()):
        reason = _why_left_out(name, len(group))
        if reason:
            left_out.append(reason)
            continue
        known = checkout.commit(name) or _known_by_run(name, group)
        commits.append(known)
        measured += gathered(group, known.hash)
        taken += len(group)
        disturbed += sum(map(has_disturbed_times, group))
    if disturbed:
        left_out.append(DISTURBED.format(text.counted(disturbed, "result"), BUSY_CORES))
    return RunValues(tuple(measured), tuple(commits), taken, tuple(left_out))


def _why_left_out(name: str, count: int) -> str:
    counted = f"{text.counted(count, 'result')} {'was' if count == 1 else 'were'}"
    if not name:
        return WITHOUT.format(counted)
    return CHANGED.format(counted, name) if "+" in name else ""


def _known_by_run(name: str, results: Iterable[Result]) -> Commit:
    """Return a commit that no checkout has here, with the time of its first result."""
    first = min(started(result) for result in results)
    return Commit(hash=name[:HASH_DIGITS], time=int(first))
