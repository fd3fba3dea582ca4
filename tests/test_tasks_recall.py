"""The recall tasks: definitions against plain loops, chance, horizons, and readers who see less."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from rnnbench import Batch, GeneratedTask, score
from rnnbench.testing import check_task
from rnnbench.training.contract import check_batch
from rnnbench_tasks.recall import TASKS
from rnnbench_tasks.recall.induction import Induction
from rnnbench_tasks.recall.mqar import POWER, Mqar
from rnnbench_tasks.recall.needle import Needle
from rnnbench_tasks.recall.selective_copy import SelectiveCopy
from rnnbench_tasks.recall.selective_copy_gaps import SelectiveCopyGaps
from tests.builders.tasks_long_range import (
    Array,
    Reader,
    asked_at,
    blind,
    one_hot,
    splits_of,
    windows,
)


def items_of_seen(task: GeneratedTask, seen: Array) -> Array:
    """The items that are seen are the last ones; the question that is asked is told by the
    markers."""
    assert isinstance(task, SelectiveCopy)
    answers = []
    for row in seen.tolist():
        items = [token for token in row if token < task.symbols]
        markers = row.count(task.symbols + 1)
        place = markers - 1 - (task.items - len(items))
        answers.append(items[place] if items and place >= 0 else 0)
    return one_hot(answers, task.output_size)


def successor_of_seen(task: GeneratedTask, seen: Array) -> Array:
    """What follows the earlier one, or else the first token that is seen."""
    answers = []
    for *before, asked in seen.tolist():
        if before:
            answers.append(before[before.index(asked) + 1] if asked in before else before[0])
        else:
            answers.append((asked + 1) % task.output_size)
    return one_hot(answers, task.output_size)


def behind_the_mark(task: GeneratedTask, seen: Array) -> Array:
    """What follows the mark, or else the first token that is seen."""
    mark = task.output_size
    answers = []
    for *before, _ in seen.tolist():
        if mark in before:
            answers.append(before[before.index(mark) + 1])
        else:
            answers.append(before[0] if before else 0)
    return one_hot(answers, task.output_size)


CASES: list[tuple[GeneratedTask, Reader]] = [
    (SelectiveCopy(12), items_of_seen),
    (SelectiveCopy(9, items=8, symbols=3), items_of_seen),
    (SelectiveCopy(20, items=2), items_of_seen),
    (Induction(9), successor_of_seen),
    (Induction(12, symbols=3), successor_of_seen),
    (Needle(9), behind_the_mark),
    (Needle(12, symbols=3), behind_the_mark),
    (SelectiveCopyGaps(12), items_of_seen),
    (SelectiveCopyGaps(14, items=3, symbols=3), items_of_seen),
    (SelectiveCopyGaps(15, items=3, gaps="even"), items_of_seen),
]
named = pytest.mark.parametrize(
    ("task", "reader"), CASES, ids=lambda case: str(getattr(case, "name", ""))
)


@named
def test_the_best_reader_of_fewer_steps_scores_what_the_formula_says(
    task: GeneratedTask, reader: Reader
) -> None:
    """A reader written by hand who is shown the last k steps and nothing else, for every k up to
    one too few."""
    batch = task.generate(np.random.default_rng(1), 6000 // getattr(task, "items", 1))
    for steps in range(1, task.horizon):
        assert blind(task, reader, batch, steps) == pytest.approx(
            task.blind_score(steps), abs=0.025
        )


@named
def test_the_horizon_is_the_least_number_of_steps_that_is_always_enough(
    task: GeneratedTask, reader: Reader
) -> None:
    """The same reader makes no mistake at the horizon, and some with one step less."""
    batch = task.generate(np.random.default_rng(2), 2000)
    assert blind(task, reader, batch, task.horizon) == 1
    assert blind(task, reader, batch, task.horizon - 1) < 0.995


@named
def test_the_checks_pass_and_an_oracle_reaches_the_target(
    task: GeneratedTask, reader: Reader
) -> None:
    """The same reader, who is shown the whole horizon; of the other checks none fails."""

    def oracle(batch: Batch) -> Array:
        outputs = np.zeros((*batch.targets.shape, task.output_size))
        at = asked_at(task, batch) if task.readout == "every-step" else ()
        outputs[at] = reader(task, windows(task, batch, task.horizon))
        return outputs

    outcomes = {one.check: one for one in check_task(task, oracle)}
    assert outcomes["oracle"].status == "passed"
    assert not [one.sentence for one in outcomes.values() if one.status == "failed"]


@named
def test_the_formula_begins_at_the_trivial_forecast(task: GeneratedTask, reader: Reader) -> None:
    """A reader of nothing is the trivial forecast, and every step more is no loss."""
    del reader
    batch = task.generate(np.random.default_rng(0), 2)
    scores = [task.blind_score(steps) for steps in range(task.horizon)]
    assert scores[0] == pytest.approx(task.trivial(batch, batch)["accuracy"])
    assert all(after > before - 1e-9 for before, after in pairwise(scores))  # type: ignore[operator]


def pair_reader(task: Mqar, batch: Batch, steps: int) -> float:
    """Accuracy of a reader of the last steps who knows at which step it is: the value behind the
    key; where the key stands behind none of the values that are seen, the value whose key is out of
    sight; else the first."""
    right = []
    for row, step in zip(*asked_at(task, batch), strict=True):
        seen = [
            t if place > step - steps else None
            for place, t in enumerate(batch.inputs[row, : step + 1].tolist())
        ]
        values = dict(zip(seen[: 2 * task.pairs : 2], seen[1 : 2 * task.pairs : 2], strict=True))
        value = values.get(seen[-1], values.get(None)) or task.output_size
        right.append(value - task.output_size == batch.targets[row, step])
    return float(np.mean(right))


@pytest.mark.parametrize(
    "task", [Mqar(14), Mqar(14, pairs=2, symbols=8), Mqar(15, pairs=2, symbols=8)]
)
def test_the_horizon_of_mqar_is_the_least_number_of_steps_that_is_always_enough(task: Mqar) -> None:
    """A reader written by hand; chance with the query alone, better with more steps, perfect at the
    horizon."""
    batch = task.generate(np.random.default_rng(0), 1500)
    accuracies = [pair_reader(task, batch, steps) for steps in range(1, task.horizon + 1)]
    assert accuracies[0] == pytest.approx(2 / task.symbols, abs=0.02)
    assert all(after > before - 0.02 for before, after in pairwise(accuracies))
    assert accuracies[-1] == 1
    assert accuracies[-2] < 0.995


@pytest.mark.parametrize(
    "task",
    [
        SelectiveCopy(20),
        SelectiveCopy(9, items=8, symbols=3),
        SelectiveCopyGaps(20),
        SelectiveCopyGaps(20, gaps="even"),
        Induction(20),
        Induction(9, symbols=3),
        Needle(20),
        Mqar(30),
    ],
    ids=lambda task: task.name,
)
def test_chance_by_formula_equals_chance_by_simulation(task: GeneratedTask) -> None:
    """Any one answer, always the same, or any that was shown; the tolerance is over four standard
    errors."""
    batch = task.generate(np.random.default_rng(1), 20_000)
    answers = np.full(batch.targets.shape, 2)
    if isinstance(task, Mqar):  # any value that was shown: the first one
        answers[:] = batch.inputs[:, 1:2] - task.symbols // 2
    constant = one_hot(answers, task.output_size)
    assert score(task.metrics, constant, batch) == pytest.approx(
        dict(task.trivial(batch, batch)), abs=0.015
    )


@given(
    items=st.integers(1, 8),
    noise=st.integers(0, 20),
    symbols=st.integers(2, 9),
    seed=st.integers(0, 99),
)
@settings(max_examples=20)
def test_selective_copy_is_what_a_plain_reading_says(
    items: int, noise: int, symbols: int, seed: int
) -> None:
    """Items among noise, a marker for each of them, and their order: whatever is no noise, read
    from the left."""
    task = SelectiveCopy(max(items + noise + 1, 5), items, symbols)
    batch = task.generate(np.random.default_rng(seed), 10)
    check_batch(task, batch)
    assert batch.mask is not None
    for tokens, answers, asked in zip(
        batch.inputs.tolist(), batch.targets, batch.mask, strict=True
    ):
        context = tokens[: task.horizon - 1]
        assert max(context) <= symbols
        assert tokens[task.horizon - 1 :] == [symbols + 1] * items
        assert answers[asked].tolist() == [token for token in context if token != symbols]
        assert asked.tolist() == [token == symbols + 1 for token in tokens]


def test_the_places_of_items_are_any() -> None:
    """All choices of two of five places, each in a tenth of the examples."""
    tokens = SelectiveCopy(6, items=2).generate(np.random.default_rng(0), 20_000).inputs[:, :5]
    _, counts = np.unique(tokens < 8, axis=0, return_counts=True)
    assert counts / 20_000 == pytest.approx(np.full(10, 0.1), abs=0.01)


@given(horizon=st.integers(2, 30), symbols=st.integers(3, 9), seed=st.integers(0, 99))
@settings(max_examples=20)
def test_induction_is_what_a_plain_reading_says(horizon: int, symbols: int, seed: int) -> None:
    """The last token stands in the sequence once before; the answer is what follows it there."""
    task = Induction(horizon, symbols)
    batch = task.generate(np.random.default_rng(seed), 20)
    check_batch(task, batch)
    for *before, asked in batch.inputs.tolist():
        assert len(before) == horizon
        assert before[:-1].count(asked) == before.count(asked) == 1
    follows = [row[row.index(row[-1]) + 1] for row in batch.inputs.tolist()]
    assert follows == batch.targets.tolist()


def test_every_token_and_every_place_is_asked_alike() -> None:
    """Place of the pair, asked token and answer: uniform, the answer over the tokens that are not
    asked."""
    batch = Induction(6, symbols=4).generate(np.random.default_rng(0), 24_000)
    pairs = Counter(zip(batch.inputs[:, -1].tolist(), batch.targets.tolist(), strict=True))
    assert set(pairs) == set(permutations(range(4), 2))
    assert np.array(list(pairs.values())) / 24_000 == pytest.approx(1 / 12, abs=0.008)
    places = np.bincount([row.index(row[-1]) for row in batch.inputs.tolist()])
    assert places / 24_000 == pytest.approx(np.full(5, 1 / 5), abs=0.012)


@given(horizon=st.integers(2, 30), symbols=st.integers(2, 9), seed=st.integers(0, 99))
@settings(max_examples=20)
def test_a_needle_is_what_a_plain_reading_says(horizon: int, symbols: int, seed: int) -> None:
    """One mark, one question at the end, and the answer behind the mark; at every tested length."""
    task = Needle(horizon, symbols)
    for setting in (task, *task.elsewhere().values()):
        batch = setting.generate(np.random.default_rng(seed), 5)
        check_batch(setting, batch)
        for row, target in zip(batch.inputs.tolist(), batch.targets.tolist(), strict=True):
            assert row[-1] == symbols + 1
            assert row.count(symbols) == row.count(symbols + 1) == 1
            assert row[row.index(symbols) + 1] == target < symbols


def test_needles_are_looked_for_in_texts_of_up_to_64_times_the_length() -> None:
    """Exact multiples of the steps of training; the mark is anywhere in the longest one."""
    task = Needle(19)
    lengths = {name: setting.horizon + 1 for name, setting in task.elsewhere().items()}
    assert lengths == {f"{n}x": 20 * n for n in (2, 4, 8, 16, 32, 64)}
    longest = task.elsewhere()["64x"].generate(np.random.default_rng(0), 2000)
    places = (longest.inputs == task.symbols).argmax(axis=1)
    assert np.quantile(places / 1278, [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.05)


def gaps_of(task: SelectiveCopyGaps, count: int = 4000) -> Array:
    """The places of the items, (B, M)."""
    tokens = task.generate(np.random.default_rng(0), count).inputs[:, : task.context]
    return np.nonzero(tokens < task.symbols)[1].reshape(count, task.items)


def test_the_gaps_of_a_test_are_unlike_those_of_training() -> None:
    """Short gaps are within 2 M steps that begin anywhere, even ones in each of M parts; a model is
    tested on the kinds on which it was not trained."""
    short = gaps_of(SelectiveCopyGaps(65))
    even = gaps_of(SelectiveCopyGaps(65, gaps="even"))
    assert (short[:, -1] - short[:, 0]).max() == 7
    assert (np.bincount(short[:, 0], minlength=61)[1:53] > 0).all()
    assert np.array_equal(even // 16, np.broadcast_to(np.arange(4), even.shape))
    assert (np.bincount(even.ravel(), minlength=64) > 0).all()
    for gaps in ("short", "even", "any"):
        task = SelectiveCopyGaps(20, gaps=gaps)  # type: ignore[arg-type]
        assert set(task.elsewhere()) == {"short", "even", "any"} - {gaps}
        for other, setting in task.elsewhere().items():
            assert isinstance(setting, SelectiveCopyGaps)
            assert (setting.gaps, setting.horizon) == (other, 20)


@pytest.mark.parametrize("gaps", ["short", "even", "any"])
def test_items_with_any_gaps_are_asked_in_their_order(gaps: str) -> None:
    """Whatever is no noise, read from the left; "any" is the task `selective-copy` to the bit."""
    task = SelectiveCopyGaps(20, gaps=gaps)  # type: ignore[arg-type]
    batch = task.generate(np.random.default_rng(3), 200)
    check_batch(task, batch)
    for tokens, answers in zip(batch.inputs.tolist(), batch.targets.tolist(), strict=True):
        assert [token for token in tokens[:19] if token != 8] == answers[19:]
        assert tokens[19:] == [9] * 4
    if gaps == "any":
        plain = SelectiveCopy(20).generate(np.random.default_rng(3), 200)
        assert np.array_equal(batch.inputs, plain.inputs)


@given(pairs=st.integers(1, 6), longer=st.integers(0, 20), seed=st.integers(0, 99))
@settings(max_examples=20)
def test_mqar_is_what_a_plain_reading_says(pairs: int, longer: int, seed: int) -> None:
    """Pairs of a key and a value, none twice; then every key once at a slot, and its value asked
    there."""
    task = Mqar(max(14, 4 * pairs - 2) + longer, pairs, symbols=16)
    batch = task.generate(np.random.default_rng(seed), 10)
    check_batch(task, batch)
    assert batch.mask is not None
    for tokens, answers, asked in zip(
        batch.inputs.tolist(), batch.targets, batch.mask, strict=True
    ):
        shown = dict(zip(tokens[: 2 * pairs : 2], tokens[1 : 2 * pairs : 2], strict=True))
        assert len(tokens) == task.horizon + 1
        assert len(shown) == len(set(shown.values())) == pairs
        assert max(shown) < 8 <= min(shown.values())
        steps = np.flatnonzero(asked).tolist()
        assert sorted(tokens[step] for step in steps) == sorted(shown)
        assert all(shown[tokens[step]] - 8 == answers[step] for step in steps)
        assert all(
            2 * pairs <= step <= task.horizon and (task.horizon - step) % 2 == 0 for step in steps
        )


def test_the_slots_of_queries_are_drawn_as_in_zoology() -> None:
    """Against `choice` without replacement, one example after the other: where each key's query
    stands, key by key."""
    task = Mqar(20, pairs=3)
    rng = np.random.default_rng(0)
    slots = (20 + 2 - 6) // 2
    law = POWER * np.arange(1, slots + 1) ** (POWER - 1)
    theirs = np.array([rng.choice(slots, 3, replace=False, p=law / law.sum()) for _ in range(6000)])
    batch = task.generate(rng, 6000)
    rows, steps = asked_at(task, batch)
    order = (batch.inputs[rows, :6:2] == batch.inputs[rows, steps][:, None]).argmax(axis=1)
    ours = np.zeros((6000, 3), dtype=int)
    ours[rows, order] = (steps - 6) // 2
    for key in range(3):
        frequencies = (
            np.bincount(drawn[:, key], minlength=slots) / 6000 for drawn in (ours, theirs)
        )
        assert next(frequencies) == pytest.approx(next(frequencies), abs=0.035)


@pytest.mark.parametrize("pairs", [2, 4, 8])
def test_some_value_that_was_shown_is_right_once_in_d(pairs: int) -> None:
    """The documented figure: 1/D, against 1/(V/2) for any value."""
    task = Mqar(40, pairs)
    batch = task.generate(np.random.default_rng(0), 4000)
    rows, steps = asked_at(task, batch)
    some = batch.inputs[rows, 1 + 2 * (rows % pairs)] - 16
    assert np.mean(some == batch.targets[rows, steps]) == pytest.approx(1 / pairs, abs=0.02)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: SelectiveCopy(8, items=8), "horizon must be above the 8 items, got 8"),
        (
            lambda: SelectiveCopy(8, symbols=1),
            "items must be at least 1 and symbols 2, got 4 and 1",
        ),
        (lambda: Induction(8, symbols=2), "symbols must be at least 3, got 2"),
        (lambda: Needle(8, symbols=1), "symbols must be at least 2, got 1"),
        (lambda: SelectiveCopyGaps(12, items=6), "horizon must be above 12 for 6 items, got 12"),
        (lambda: Mqar(29, pairs=8), "horizon must be at least 30 for 8 pairs, got 29"),
        (lambda: Mqar(40, symbols=9), "symbols must be even, pairs 1 to half of them, got 9 and 4"),
        (
            lambda: Mqar(40, pairs=9, symbols=16),
            "symbols must be even, pairs 1 to half of them, got 16 and 9",
        ),
    ],
)
def test_dials_that_cannot_be_are_refused(make: Callable[[], GeneratedTask], said: str) -> None:
    """With the value and the bound."""
    with pytest.raises(ValueError, match=said):
        make()


@pytest.mark.parametrize("task", [kind() for kind in TASKS], ids=lambda task: task.name)  # type: ignore[call-arg]
def test_splits_share_no_sequence(task: GeneratedTask) -> None:
    """By content, and none occurs twice in one of them."""
    train, validation, test = splits_of(task)
    assert (len(train), len(validation), len(test)) == (640, 200, 200)
    assert not train & validation
    assert not train & test
    assert not validation & test
