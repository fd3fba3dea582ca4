"""Two environments that train a suite under the same seeds: what is run, ruled, said and kept."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from rnnbench.ab import Environment, Training, train_both
from rnnbench.ab.sides import Sides
from rnnbench.compare import compare, read_run
from rnnbench.errors import RnnbenchError
from rnnbench.records import (
    CostTrial,
    LearningTrial,
    PairedReplicate,
    PairedTimes,
    PartOfTrial,
    Recipe,
    Result,
)
from tests.builders.claims import BUDGET, learned
from tests.builders.compare import HERE
from tests.builders.gate import written
from tests.builders.inside import rnnbench_here
from tests.builders.paired import part
from tests.builders.records import learning_trial

SEEDS = 8
SUITE = """
version = 1
summary = "made for a test"
cells = ["gru"]
seeds = 2

[recipe]
tune = false
match = "hidden"
hidden_size = 2
batch_size = 2
steps_per_epoch = 2
epochs = 1
validation_examples = 4
test_examples = 4

[[tasks]]
name = "adding"
horizons = [3]

[cost]
measure = ["train-step-time"]
shapes = [{ steps = 2, batch = 1, hidden = 2, inputs = 2 }]
"""
TRAINS = """#!/bin/sh
# In place of a Python: notes how it is called and what is there, and puts results there.
echo "$*" >> {folder}/calls
while [ "$1" != -o ]; do shift; done
mkdir -p "$2/trials"
ls "$2/trials" | wc -l >> {folder}/found
cp {folder}/results/trials/* "$2/trials"
if [ -e {folder}/interrupted ]; then
    rm {folder}/interrupted
    echo "it was interrupted" >&2
    exit 130
fi
"""
Epochs = Callable[[int], int]
"""Of a seed, until the target is reached."""


def of_seeds(number: int, epochs: Epochs) -> list[Result]:
    """Trials of a GRU with so many seeds."""
    results = []
    for seed in range(number):
        trial = learning_trial(suite="made", seed=seed, recipe=Recipe(epochs=BUDGET))
        results.append(replace(learned(trial, epochs(seed)), provenance=HERE))
    return results


def environment(tmp_path: Path, name: str, results: list[Result]) -> Environment:
    """An environment that has these results when it is asked to train."""
    folder = tmp_path / name
    written(folder / "results", results)
    python = folder / "python"
    python.write_text(TRAINS.format(folder=folder))
    python.chmod(0o755)
    return Environment(name, python)


def calls(tmp_path: Path, name: str) -> list[str]:
    return (tmp_path / name / "calls").read_text().splitlines()


def found(tmp_path: Path, name: str) -> list[int]:
    """How many results there were at each call."""
    return list(map(int, (tmp_path / name / "found").read_text().split()))


@pytest.fixture
def equally_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both environments have all cells, and their times are the same."""

    def describe(_self: Environment, trials: tuple[CostTrial, ...]) -> tuple[PartOfTrial, ...]:
        return tuple(part(trial) for trial in trials)

    def measure(trial: CostTrial, _sides: Sides) -> PairedReplicate:
        times = {cell.row: PairedTimes(base=(1.0,), head=(1.0,)) for cell in trial.cells}
        return PairedReplicate(trial=trial, started="", seconds=1.0, times=times)

    monkeypatch.setattr(Environment, "describe", describe)
    monkeypatch.setattr("rnnbench.ab.measuring.measure", measure)


def slow_learner(seed: int) -> int:
    return 12 + seed


def quick_learner(seed: int) -> int:
    return 4 + seed


def ab(
    tmp_path: Path, base: list[Result], head: list[Result], *options: str
) -> subprocess.CompletedProcess[str]:
    """Type the command for environments that have these results."""
    (tmp_path / "made.toml").write_text(SUITE)
    sides = []
    for name, results in (("base", base), ("head", head)):
        sides += [f"--{name}", str(environment(tmp_path, name.upper(), results).interpreter)]
    return rnnbench_here("ab", "made.toml", *sides, *options, cwd=tmp_path)


# What is run


def test_both_environments_train_the_same(tmp_path: Path) -> None:
    """The same file, settings and cells, hence the same seeds; what is timed is left to turns."""
    results = of_seeds(1, quick_learner)
    sides = (environment(tmp_path, "BASE", results), environment(tmp_path, "HEAD", results))
    training = Training("/some/made.toml", SUITE, ("recipe.epochs=3",), ("gru", "lstm"))
    base, head = train_both(training, sides, tmp_path, lambda _: None)
    (in_base,) = calls(tmp_path, "BASE")
    (in_head,) = calls(tmp_path, "HEAD")
    assert in_base.replace(str(base), "") == in_head.replace(str(head), "")
    assert "rnnbench run suite /some/made.toml" in in_base
    assert "--cell gru --cell lstm --set recipe.epochs=3 --set cost.measure=[" in in_base
    assert "time" not in in_base


@pytest.mark.slow
def test_two_equal_environments_train_to_the_same_bits(tmp_path: Path) -> None:
    """Trials of both have the same seeds, and nothing is worse or changed."""
    file = tmp_path / "made.toml"
    file.write_text(SUITE)
    sides = (Environment("BASE", Path(sys.executable)), Environment("HEAD", Path(sys.executable)))
    runs = train_both(Training(str(file), SUITE, (), ()), sides, tmp_path, lambda _: None)
    base, head = map(read_run, runs)
    for run in (base, head):
        trials = [r.trial for r in run.results if isinstance(r.trial, LearningTrial)]
        assert sorted(trial.seed for trial in trials) == [0, 1]
    of_training = [c for c in compare(base, head).changes if c.kind == "deterministic"]
    assert {change.verdict for change in of_training} == {"same"}


# What is ruled, and said


@pytest.mark.usefixtures("equally_fast")
def test_a_cell_that_learns_worse_is_a_regression(tmp_path: Path) -> None:
    """Though it is as fast as before; the line has both values and the command that repeats it."""
    ran = ab(tmp_path, of_seeds(SEEDS, quick_learner), of_seeds(SEEDS, slow_learner), "--learning")
    assert ran.returncode == 3, ran.stdout
    lines = [line.split("\t") for line in ran.stdout.splitlines()]
    (worse,) = [line for line in lines if line[0] == "worse"]
    assert worse[1:4] == ["learning", "gru on adding", "epochs to target, over seeds"]
    assert (float(worse[4]), float(worse[5])) == (7.5, 15.5)
    assert worse[-1].startswith("rnnbench ab made.toml --base ")
    assert worse[-1].endswith(" --learning -c gru -o AGAIN")
    assert lines[-1][0].startswith("ab: regression. ")
    assert "training in BASE" in ran.stderr
    assert "training in HEAD" in ran.stderr


@pytest.mark.usefixtures("equally_fast")
def test_a_cell_that_learns_as_before_passes(tmp_path: Path) -> None:
    """Figures of learning are counted beside the times."""
    results = of_seeds(SEEDS, quick_learner)
    ran = ab(tmp_path, results, results, "--learning", "--json")
    ruling = json.loads(ran.stdout)
    assert (ran.returncode, ruling["standing"]) == (0, "passed"), ran.stdout
    assert ruling["compared"]["learning"] > 0
    assert ruling["compared"]["time"] == 1


@pytest.mark.usefixtures("equally_fast")
def test_too_few_seeds_are_not_green_for_who_asked_for_learning(tmp_path: Path) -> None:
    """The ruling is undecided and says why; without `--learning` nobody trains."""
    results = of_seeds(3, quick_learner)
    ran = ab(tmp_path, results, results, "--learning")
    assert ran.returncode == 4, ran.stdout
    (line,) = [line for line in ran.stdout.splitlines() if "\tlearning\t" in line]
    assert line.startswith("too few seeds\tlearning\tgru on adding\t")
    assert "3 seeds in common, too few for a verdict" in line
    untrained = ab(tmp_path, results, results)
    assert untrained.returncode == 0
    assert len(calls(tmp_path, "HEAD")) == 1


@pytest.mark.usefixtures("equally_fast")
def test_an_environment_that_cannot_train_leaves_it_undecided(tmp_path: Path) -> None:
    """Its last line is the reason."""
    results = of_seeds(SEEDS, quick_learner)
    environment(tmp_path, "HEAD", [])
    (tmp_path / "HEAD" / "interrupted").touch()
    ran = ab(tmp_path, results, results, "--learning")
    assert ran.returncode == 4
    assert "undecided\tHEAD cannot train the suite: it was interrupted" in ran.stdout


def test_a_suite_without_tasks_is_one_sentence(tmp_path: Path) -> None:
    """Before anything is measured."""
    ran = rnnbench_here("ab", "cost", "--base", sys.executable, "--learning", cwd=tmp_path)
    assert ran.returncode == 2
    assert "cost: the suite trains nothing; give one with tasks" in ran.stderr


# What is kept


def trained_twice(tmp_path: Path, again: Training, *, fresh: bool = False) -> None:
    """Train until HEAD is interrupted, and again."""
    results = of_seeds(2, quick_learner)
    sides = (environment(tmp_path, "BASE", results), environment(tmp_path, "HEAD", results))
    (tmp_path / "HEAD" / "interrupted").touch()
    with pytest.raises(RnnbenchError, match="HEAD cannot train the suite: it was interrupted"):
        train_both(TRAINING, sides, tmp_path, lambda _: None)
    train_both(again, sides, tmp_path, lambda _: None, fresh=fresh)


TRAINING = Training("made.toml", SUITE, (), ())


def test_an_interrupted_training_goes_on(tmp_path: Path) -> None:
    """Both environments keep the trials that they have; once it has ended, the next one is new."""
    trained_twice(tmp_path, TRAINING)
    assert found(tmp_path, "BASE") == found(tmp_path, "HEAD") == [0, 2]
    sides = (
        Environment("BASE", tmp_path / "BASE/python"),
        Environment("HEAD", tmp_path / "HEAD/python"),
    )
    train_both(TRAINING, sides, tmp_path, lambda _: None)
    assert found(tmp_path, "BASE") == found(tmp_path, "HEAD") == [0, 2, 0]


@pytest.mark.parametrize(
    "other",
    [
        Training("made.toml", SUITE, ("seeds=1",), ()),
        Training("made.toml", SUITE, (), ("gru",)),
        Training("made.toml", SUITE + "# edited", (), ()),
    ],
)
def test_another_training_begins_anew(tmp_path: Path, other: Training) -> None:
    """Trials of other settings, cells or suites are never compared with its own."""
    trained_twice(tmp_path, other)
    assert found(tmp_path, "BASE") == found(tmp_path, "HEAD") == [0, 0]


def test_a_fresh_training_begins_anew(tmp_path: Path) -> None:
    """Also where an earlier one was interrupted."""
    trained_twice(tmp_path, TRAINING, fresh=True)
    assert found(tmp_path, "BASE") == found(tmp_path, "HEAD") == [0, 0]
