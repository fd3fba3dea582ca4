"""Names the first bad commit between a good and a bad one, by judging a few of those between."""

from collections.abc import Callable, Sequence
from typing import Literal

from msgspec import Struct

from rnnbench.errors import RnnbenchError

Judgement = Literal["worse", "same", "better", "undecided"]
Judge = Callable[[str, str], Judgement]
"""Compares a commit, the second argument, with the good one, the first."""
Listen = Callable[[str, Judgement, int], None]
"""Hears of each judged commit, and how many commits may still be the first bad one."""


NOT_WORSE = {"same": "equal within the tolerance", "better": "better"}


class Bisected(Struct, frozen=True):
    """What a search found.

    suspects: the first bad commit alone or, where commits beside it could not be judged, all that
              may be it; from the oldest to the newest.
    judged:   the judgement on each commit that was judged, in that order.
    """

    suspects: tuple[str, ...]
    judged: dict[str, Judgement]


class NotWorse(RnnbenchError):
    """The bad commit is not worse than the good one, so that there is nothing to find."""


class BadUndecided(RnnbenchError):
    """It could not be decided whether the bad commit is worse than the good one."""


def bisect(good: str, commits: Sequence[str], judge: Judge, listen: Listen) -> Bisected:
    """Return the first of these commits that is worse than the good one.

    The last commit is judged first, and then one in the middle of those that are left; all commits
    from the first bad one on are taken to be bad. Of n commits 1 + log2(n) are judged, and more
    where some are undecided: these are passed over, and the nearest one to the middle is judged in
    their place.

    Raises NotWorse or BadUndecided where the last commit is not worse, and RnnbenchError where
    there is no commit.

    commits: after the good one up to the bad one, from the oldest to the newest.
    """
    if not commits:
        raise RnnbenchError(f"{good}: there is no commit after it to be judged")
    judged: dict[str, Judgement] = {}

    def judgement_on(place: int) -> Judgement:
        found = judge(good, commits[place])
        judged[commits[place]] = found
        return found

    last_good = -1
    first_bad = len(commits) - 1
    _refuse_unless_worse(judgement_on(first_bad), good, commits[first_bad])
    listen(commits[first_bad], "worse", first_bad - last_good)
    while open_places := [
        place for place in range(last_good + 1, first_bad) if commits[place] not in judged
    ]:
        middle = (last_good + first_bad) / 2
        place = min(open_places, key=lambda place: abs(place - middle))
        judgement = judgement_on(place)
        if judgement == "worse":
            first_bad = place
        elif judgement != "undecided":
            last_good = place
        listen(commits[place], judgement, first_bad - last_good)
    return Bisected(tuple(commits[last_good + 1 : first_bad + 1]), judged)


def _refuse_unless_worse(judgement: Judgement, good: str, bad: str) -> None:
    if judgement == "undecided":
        raise BadUndecided(
            f"{bad}: whether it is worse than {good} was not decided, so that the commits between"
            " cannot be searched; more minutes or replicates may decide it"
        )
    if judgement != "worse":
        raise NotWorse(
            f"{bad}: is not worse than {good}, but {NOT_WORSE[judgement]}, so that no commit"
            " between is to be found"
        )
