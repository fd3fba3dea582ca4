"""Strings that are written again in another order: definitions, chance, readers, lengths, leaks."""

from collections import Counter
from collections.abc import Callable
from itertools import chain, pairwise, product

import numpy as np
import pytest

from rnnbench import Batch, score
from rnnbench.contracts import Array
from rnnbench.records import Recipe
from rnnbench.testing import check_task
from rnnbench.training import open_feed
from rnnbench.training.contract import check_batch
from rnnbench_tasks.transduction.rewriting import TASKS, BucketSort, Duplicate, OddsFirst, Reverse
from rnnbench_tasks.transduction.strings import Rearrangement, StringTask
from tests.builders.records import learning_trial
from tests.builders.tasks_long_range import asked_at, one_hot

Rewrite = Callable[[str], str]
HIDDEN = "?"
PLAIN: dict[type[StringTask], Rewrite] = {
    Reverse: lambda text: "".join(reversed(text)),
    Duplicate: lambda text: text + text,
    OddsFirst: lambda text: text[0::2] + text[1::2],
    BucketSort: lambda text: "".join(sorted(text)),
}
SETTINGS = [Reverse(8), Duplicate(9), OddsFirst(9), BucketSort(10)]
by_task = pytest.mark.parametrize("task", SETTINGS, ids=lambda task: task.name)


def made(task: StringTask, count: int = 300, seed: int = 0) -> Batch:
    return task.generate(np.random.default_rng(seed), count)


def reader(task: StringTask, batch: Batch, steps: int | None = None) -> Array:
    """Outputs of a reader of the last steps who knows at which step it is: what it does not see is
    put down as the middle symbol."""
    answers = np.zeros(batch.targets.shape, dtype=int)
    for row, step in zip(*asked_at(task, batch), strict=True):
        tokens = batch.inputs[row].tolist()
        length = tokens.index(task.symbols)
        first = 0 if steps is None else max(0, step + 1 - steps)
        text = "".join(
            str(token) if place >= first else HIDDEN for place, token in enumerate(tokens[:length])
        )
        if task.name == "bucket-sort":
            text = text.replace(HIDDEN, "2")
        written = PLAIN[type(task)](text)[step - length]
        answers[row, step] = 1 if written == HIDDEN else int(written)
    return one_hot(answers, task.output_size)


def accuracy(task: StringTask, batch: Batch, steps: int | None = None) -> float:
    return score(task.metrics, reader(task, batch, steps), batch)["accuracy"]


@by_task
def test_strings_are_written_as_by_hand(task: StringTask) -> None:
    """All but that of odds-first are examples in the authors' code."""
    text, wanted = {
        "reverse": ("011010", "010110"),
        "duplicate": ("101", "101101"),
        "odds-first": ("011010", "011100"),
        "bucket-sort": ("10204112", "00111224"),
    }[task.name]
    written = task.written(np.array([[int(symbol) for symbol in text]]))
    assert "".join(map(str, written[0])) == wanted


@by_task
@pytest.mark.parametrize("lengths", ["mixed", "longest"])
def test_the_answer_is_that_of_a_plain_reading(task: StringTask, lengths: str) -> None:
    """Symbols, as many markers as there are symbols to write, and padding that says nothing."""
    task = type(task)(task.horizon, lengths)  # type: ignore[arg-type]
    batch = made(task)
    check_batch(task, batch)
    assert batch.lengths is not None
    assert batch.mask is not None
    for tokens, targets, length, asked in zip(
        batch.inputs.tolist(), batch.targets, batch.lengths, batch.mask, strict=True
    ):
        string = tokens[: tokens.index(task.symbols)]
        wanted = PLAIN[type(task)]("".join(map(str, string)))
        assert tokens[len(string) : length] == [task.symbols] * len(wanted)
        assert "".join(map(str, targets[asked])) == wanted
        assert np.flatnonzero(asked).tolist() == [*range(len(string), length)]
        assert not any(tokens[length:])


@by_task
def test_lengths_are_drawn_evenly_and_tests_have_exact_ones(task: StringTask) -> None:
    """All from 1 to the largest whose horizon fits; strings of 1, 2, 4 and 10 times that one."""
    batch = made(task, 9000)
    drawn = Counter((batch.inputs == task.symbols).argmax(axis=1).tolist())
    longest = {"reverse": 4, "duplicate": 4, "odds-first": 6, "bucket-sort": 5}[task.name]
    assert sorted(drawn) == [*range(1, longest + 1)]
    assert all(count / 9000 == pytest.approx(1 / longest, abs=0.02) for count in drawn.values())
    assert list(task.elsewhere()) == ["1x", "2x", "4x", "10x"]
    for times, other in zip((1, 2, 4, 10), task.elsewhere().values(), strict=True):
        assert isinstance(other, StringTask)
        found = (made(other, 50).inputs == task.symbols).argmax(axis=1)
        assert set(found) == {times * longest}
        assert other.horizon == task.steps_to_see(times * longest)


@by_task
def test_an_oracle_reaches_the_target_and_the_checks_pass(task: StringTask) -> None:
    """What is to be written can be read off the inputs, at ten times the length too."""
    outcomes = {one.check: one for one in check_task(task, lambda batch: reader(task, batch))}
    assert outcomes["oracle"].status == "passed"
    assert not [one.sentence for one in outcomes.values() if one.status == "failed"]
    longest = task.elsewhere()["10x"]
    assert isinstance(longest, StringTask)
    batch = made(longest, 5)
    assert score(task.metrics, reader(longest, batch), batch) == {
        "accuracy": 1,
        "scaled accuracy": 1,
    }


@pytest.mark.parametrize("task", SETTINGS[:3], ids=lambda task: task.name)
@pytest.mark.parametrize("lengths", ["mixed", "longest"])
def test_the_best_reader_of_fewer_steps_scores_what_the_formula_says(
    task: StringTask, lengths: str
) -> None:
    """A reader written by hand, for every k; it begins at the trivial forecast and never falls."""
    task = type(task)(task.horizon, lengths)  # type: ignore[arg-type]
    batch = made(task, 1000)
    stated = [task.blind_score(steps) or 0.0 for steps in range(task.horizon + 1)]
    measured = [accuracy(task, batch, steps) for steps in range(task.horizon + 1)]
    assert measured == pytest.approx(stated, abs=0.04)
    assert stated[0] == task.trivial(batch, batch)["accuracy"] == 0.5
    assert all(after >= before for before, after in pairwise(stated))


@by_task
def test_the_horizon_is_the_least_number_of_steps_that_is_always_enough(task: StringTask) -> None:
    """Perfect at the horizon of the longest strings, not with one step less; at every length."""
    for length in range(1, task.longest + 1):
        exact = type(task)(task.steps_to_see(length), "longest")
        batch = made(exact, 300)
        assert exact.longest == length
        assert accuracy(exact, batch, exact.horizon) == 1
        assert accuracy(exact, batch, exact.horizon - 1) < 1


def test_sorted_strings_are_guessed_from_the_place_alone() -> None:
    """By enumeration of all strings: the likeliest symbol at each place of each length."""
    task = BucketSort()
    for length in range(1, 7):
        places = np.array([sorted(string) for string in product(range(5), repeat=length)]).T
        best = [max(Counter(place.tolist()).values()) / len(place) for place in places]
        assert task.chance(length) == pytest.approx(np.mean(best), abs=1e-12)
    assert [round(task.chance(n), 3) for n in (40, 400)] == [0.778, 0.929]


@pytest.mark.parametrize("task", [Reverse(8), BucketSort(16)], ids=lambda task: task.name)
def test_chance_by_formula_equals_chance_by_simulation(task: StringTask) -> None:
    """The likeliest symbol at each place of each length, found in half of the data and tried on the
    other half. Scaled accuracy is then 0, although long strings have more answers."""
    half = 6000
    batch = made(task, 2 * half)
    rows, steps = asked_at(task, batch)
    lengths = (batch.inputs == task.symbols).argmax(axis=1)
    table = np.zeros((task.longest + 1, batch.steps, task.symbols))
    seen = rows < half
    targets = batch.targets[rows, steps]
    np.add.at(table, (lengths[rows[seen]], steps[seen], targets[seen]), 1)
    unseen = batch.take(np.arange(half, 2 * half))
    found = score(task.metrics, table[lengths[half:]], unseen)
    assert found == pytest.approx(dict(task.trivial(unseen, unseen)), abs=0.015)


def test_every_symbol_stands_everywhere_alike() -> None:
    """Each at each place of a string, in a fifth or half of the examples."""
    for task in (BucketSort(10, "longest"), Reverse(8, "longest")):
        strings = made(task, 8000).inputs[:, : task.longest]
        for place in strings.T:
            frequency = np.bincount(place, minlength=task.symbols) / 8000
            assert frequency == pytest.approx(1 / task.symbols, abs=0.025)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_training_validation_and_test_share_no_string_of_full_length(
    task: type[Rearrangement],
) -> None:
    """By content; strings of a few bits are shared, since there are no others."""
    recipe = Recipe(
        batch_size=64, steps_per_epoch=4, epochs=1, validation_examples=200, test_examples=200
    )
    dials = {"lengths": "longest"}
    feed = open_feed(task(**dials), learning_trial(task=task.name, dials=dials, recipe=recipe), {})  # type: ignore[arg-type]
    parts = [*feed.epoch(), feed.validation, feed.test, feed.test_sets()["@1x"][1]]
    seen = [tokens.tobytes() for tokens in chain.from_iterable(part.inputs for part in parts)]
    assert len(set(seen)) == len(seen)
