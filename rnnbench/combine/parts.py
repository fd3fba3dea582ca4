"""The parts of a combination: the results of each folder, and those that several folders share."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from rnnbench import text
from rnnbench.driver import RunContents, open_run, read_run
from rnnbench.errors import RnnbenchError
from rnnbench.records import Result, Trial, trial_id
from rnnbench.store import Store


@dataclass(frozen=True)
class Part:
    """The run in one folder, as it was read."""

    store: Store
    contents: RunContents

    @property
    def name(self) -> str:
        """The folder as sentences call it."""
        return str(self.store.folder)


def read_part(folder: Path) -> Part:
    """Read the run in a folder. Raises RnnbenchError where there is none, or it cannot be read."""
    store = open_run(folder)
    return Part(store, read_run(store))


@dataclass(frozen=True)
class Held:
    """A result, with the number of its part, and the trial as the part has it."""

    result: Result
    part: int
    trial: Trial

    @property
    def identity(self) -> str:
        """The id of the trial in its folder."""
        return trial_id(self.trial)


def refuse_other_suites(parts: Sequence[Part]) -> None:
    """Raise RnnbenchError where the parts hold results of several suites."""
    holders: dict[str, str] = {}
    for part in parts:
        for result in part.contents.results:
            holders.setdefault(result.trial.suite, part.name)
    if len(holders) > 1:
        found = [f"'{suite}' ({folder})" for suite, folder in holders.items()]
        raise RnnbenchError(
            f"a report is of one suite, and these folders hold results of {text.enumerated(found)}"
        )


def held_results(parts: Sequence[Part]) -> tuple[list[Held], list[str]]:
    """Return the results of the newest version of the suite, each once, and what is left out.

    A result that several folders hold, all of it equal, belongs to the folder with most results.
    """
    results = chain.from_iterable(part.contents.results for part in parts)
    versions = {result.trial.suite_version for result in results}
    if not versions:
        raise RnnbenchError("there are no results to report")
    newest = max(versions)
    sentences = []
    kept: dict[str, list[Held]] = defaultdict(list)
    shared = 0
    largest_first = sorted(range(len(parts)), key=lambda place: -len(parts[place].contents.results))
    for place in largest_first:
        older = 0
        for result in parts[place].contents.results:
            if result.trial.suite_version < newest:
                older += 1
                continue
            known = kept[trial_id(result.trial)]
            if any(one.result == result for one in known):
                shared += 1
                continue
            known.append(Held(result, place, result.trial))
        if older:
            sentences.append(
                f"{parts[place].name}: {text.counted(older, 'result')} of older versions of the"
                f" suite than {newest} are left out, since results of different versions are not"
                " compared."
            )
    if shared:
        sentences.append(
            f"{text.counted(shared, 'result')} lie in several folders and are taken once."
        )
    held = chain.from_iterable(kept.values())
    return sorted(held, key=lambda one: (one.part, one.identity)), sentences
