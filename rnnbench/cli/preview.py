"""`rnnbench run suite --dry-run`: which trials would run, at which hidden sizes, and about how long
that takes."""

from collections.abc import Iterable, Iterator

import msgspec

from rnnbench import environment, text
from rnnbench.archives import is_here
from rnnbench.campaign import ExecutorChoice, untested
from rnnbench.catalogue import Catalogue
from rnnbench.cli.estimate import estimate
from rnnbench.cli.output import console, print_line
from rnnbench.executors.local import LocalPool
from rnnbench.findings import fewest_seeds, verdict_seeds
from rnnbench.plan import count_trials, due_trials, known, learning_trial, unclimbed
from rnnbench.records import CostTrial, LearningTrial, Result, Suite, trial_id
from rnnbench.store import Store, claims_after


def print_plan(
    suite: Suite, catalogue: Catalogue, store: Store, place: ExecutorChoice, *, fresh: bool
) -> None:
    """Print every trial whose turn has come as done or to run, the model that each budget gives,
    and an estimate.

    Models are sized in processes of their own, under the limits of their trials; nothing is fetched
    for it.
    """
    suite = msgspec.structs.replace(
        suite, claims=claims_after(store.folder, suite.claims, suite.seeds)
    )
    index = (
        {}
        if fresh
        else {trial_id(result.trial): known(result) for result in store.read() if result.final}
    )
    due = due_trials(suite, index)
    to_run = []
    for trial in due:
        identity = trial_id(trial)
        if identity in index:
            word = "done"
        elif isinstance(trial, CostTrial) and not place.takes_cost:
            word = "refused on a shared executor"
        else:
            word = "run "
            to_run.append(trial)
        print_line(f"{word}  {identity}")
    later = count_trials(suite) - len(due) - len(unclimbed(suite, index))
    if later > 0:
        print_line(f"then  up to {later} trials whose turn comes by what these find")
    if suite.until_decided:
        print_line(
            "then  more seeds, until each claim is decided, at"
            f" {text.listed(suite.until_decided.looks())} at most"
        )
    for line in (*few_seeds(suite), *untested(suite), *_sizes(suite, catalogue)):
        print_line(line)
    jobs = place.jobs or environment.machine().cores
    console().print(estimate(to_run, later, store, jobs), markup=False, soft_wrap=True)


def few_seeds(suite: Suite) -> Iterator[str]:
    """A line for each claim, or for the suite, that these seeds cannot give a verdict on, earlier
    looks counted."""
    for claim in suite.claims:
        seeds, needed = max(claim.by_rule, default=len(suite.seeds)), verdict_seeds(claim)
        if claim.sides and seeds < needed:
            yield f"few   {claim.name}: {_seeds(seeds)} no verdict, {needed} can"
    pairs = max(
        (len(cells) * (len(cells) - 1) // 2 for cells in map(suite.cells_on, suite.tasks)),
        default=0,
    )
    if not suite.claims and pairs and len(suite.seeds) < (needed := fewest_seeds(pairs)):
        yield f"few   {_seeds(len(suite.seeds))} no verdict, {needed} can"


def _seeds(count: int) -> str:
    return "1 seed carries" if count == 1 else f"{count} seeds carry"


def _sizes(suite: Suite, catalogue: Catalogue) -> Iterator[str]:
    """A line for each model that is built: one of each cell on each task, upper rungs included;
    parts of the training data make no other model."""
    waiting = []
    for use in suite.tasks:
        missing = [
            archive.name
            for archive in catalogue.tasks[use.name].item.archives
            if not is_here(archive)
        ]
        if missing:
            yield f"size  {use.name}: not known before {', '.join(missing)} is fetched"
            continue
        whole = msgspec.structs.replace(
            use, recipe=msgspec.structs.replace(use.recipe, training_share=1.0)
        )
        waiting += [
            learning_trial(suite, whole, cell, 0, use.recipe.learning_rate)
            for cell in suite.cells_on(use)
        ]
    yield from _sized(waiting)


def _sized(trials: Iterable[LearningTrial]) -> Iterator[str]:
    different = {msgspec.json.encode(trial, order="deterministic"): trial for trial in trials}
    waiting = list(different.values())
    if not waiting:
        return
    with LocalPool(environment.machine().cores, only_size=True) as pool:
        while waiting or pool.in_flight:
            while waiting and pool.free > 0:
                pool.start(waiting.pop(0))
            yield from map(_size, pool.wait(1.0))


def _size(result: Result) -> str:
    trial = result.trial
    assert isinstance(trial, LearningTrial)
    horizon = f", horizon {trial.dials['horizon']}" if "horizon" in trial.dials else ""
    what = f"size  {trial.cell.row} on {trial.task}{horizon} ({trial.recipe.model})"
    size = result.size
    if size is None:
        return f"{what}: {result.status}: {result.reason}"
    off = f", {size.off_budget:+.1%} from the budget" if size.off_budget else ""
    floats = f"{size.state_floats:,} numbers in its state"
    return f"{what}: hidden size {size.hidden_size}, {size.parameters:,} parameters, {floats}{off}"
