"""`rnnbench run suite --dry-run`: shows which trials would run, the size of the models, and an
estimate of the time."""

from collections.abc import Iterable, Iterator

import msgspec

from rnnbench import environment, text
from rnnbench.archives import is_here
from rnnbench.campaign import ExecutorChoice, settle, untested
from rnnbench.catalogue import Catalogue
from rnnbench.cli.estimate import estimate
from rnnbench.cli.output import print_line, say
from rnnbench.executors.local import LocalPool
from rnnbench.findings import fewest_seeds, verdict_seeds
from rnnbench.plan import Index, Known, count_trials, due_trials, known, learning_trial, unclimbed
from rnnbench.records import CostTrial, LearningTrial, Result, Suite, Trial, trial_id
from rnnbench.store import Store


def print_plan(
    suite: Suite, catalogue: Catalogue, store: Store, place: ExecutorChoice, *, fresh: bool
) -> None:
    """Print every trial whose turn has come as done or to run, the size of each model, and an
    estimate of the time.

    Models are sized in processes of their own, under the limits of their trials. No data are
    fetched.
    """
    suite = settle(suite, catalogue, store, fresh=fresh)
    index: dict[str, Known] = {}
    if not fresh:
        index = {trial_id(result.trial): known(result) for result in store.read() if result.final}
    due = due_trials(suite, index)
    to_run = _print_trials(due, index, place)
    later = count_trials(suite) - len(due) - len(unclimbed(suite, index))
    if later > 0:
        trials = text.counted(later, "trial")
        say(f"then  up to {trials} whose turn comes by what these find", hang=6)
    if suite.until_decided:
        looks = text.listed(suite.until_decided.looks())
        say(f"then  more seeds, until each claim is decided, at {looks} at most", hang=6)
    for line in (*few_seeds(suite), *untested(suite), *_sizes(suite, catalogue)):
        say(line, hang=6)
    jobs = place.jobs or environment.machine().cores
    say(estimate(to_run, later, store, jobs), hang=6)


def _print_trials(due: Iterable[Trial], index: Index, place: ExecutorChoice) -> list[Trial]:
    """Print the state of each trial, and return those that would run."""
    to_run = []
    for trial in due:
        identity = trial_id(trial)
        if identity in index:
            state = "done"
        elif isinstance(trial, CostTrial) and not place.takes_cost:
            state = "refused on a shared executor"
        else:
            state = "run "
            to_run.append(trial)
        print_line(f"{state}  {identity}")
    return to_run


def few_seeds(suite: Suite) -> Iterator[str]:
    """Yield a line for each claim, or for the suite, for whose verdict there are too few seeds.

    Earlier looks at a claim are included.
    """
    for claim in suite.claims:
        seeds = max(claim.by_rule, default=len(suite.seeds))
        needed = verdict_seeds(claim)
        if claim.sides and seeds < needed:
            yield f"few   {claim.name}: {_seeds(seeds)} no verdict, {needed} can"
    pairs = _most_pairs(suite)
    if suite.claims or not pairs:
        return
    needed = fewest_seeds(pairs)
    if len(suite.seeds) < needed:
        yield f"few   {_seeds(len(suite.seeds))} no verdict, {needed} can"


def _most_pairs(suite: Suite) -> int:
    """The most pairs of cells that are compared on one task."""
    numbers = [len(suite.cells_on(use)) for use in suite.tasks]
    return max((number * (number - 1) // 2 for number in numbers), default=0)


def _seeds(count: int) -> str:
    return "1 seed carries" if count == 1 else f"{count} seeds carry"


def _sizes(suite: Suite, catalogue: Catalogue) -> Iterator[str]:
    """Yield a line for each model: each cell on each task, upper rungs included.

    Shares of the training data do not change the model.
    """
    trials: list[LearningTrial] = []
    for use in suite.tasks:
        archives = catalogue.tasks[use.name].item.archives
        missing = [archive.name for archive in archives if not is_here(archive)]
        if missing:
            yield f"size  {use.name}: not known before {', '.join(missing)} is fetched"
            continue
        recipe = msgspec.structs.replace(use.recipe, training_share=1.0)
        on_all_data = msgspec.structs.replace(use, recipe=recipe)
        for cell in suite.cells_on(use):
            trials.append(learning_trial(suite, on_all_data, cell, 0, use.recipe.learning_rate))
    yield from _sized(trials)


def _sized(trials: Iterable[LearningTrial]) -> Iterator[str]:
    """Yield a line for each different trial, whose model is built in a process of its own."""
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
    model = f"size  {trial.cell.row} on {trial.task}{horizon} ({trial.recipe.model})"
    size = result.size
    if size is None:
        return f"{model}: {result.status}: {result.reason}"
    parts = [
        f"hidden size {size.hidden_size}",
        f"{size.parameters:,} parameters",
        f"{size.state_floats:,} numbers in its state",
    ]
    if size.off_budget:
        parts.append(f"{size.off_budget:+.1%} from the budget")
    return f"{model}: {', '.join(parts)}"
