"""Recall of keys that are written again, and of keys of two parts: definitions, chance, readers."""

from collections.abc import Callable, Iterator
from itertools import chain, product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from rnnbench import Batch, GeneratedTask, score
from rnnbench.contracts import Array
from rnnbench.testing import check_task
from rnnbench.training.contract import check_batch
from rnnbench_tasks.recall.mqar import Mqar
from rnnbench_tasks.recall.mqar_compound import MqarCompound
from rnnbench_tasks.recall.mqar_overwrite import MqarOverwrite
from tests.builders.tasks_long_range import asked_at, one_hot

Keyed = MqarOverwrite | MqarCompound
Shown = list[int | None]
Reader = Callable[[Keyed, Shown, int], int]
"""From the task, the tokens up to the question (None: out of sight) and the step to a value."""


def made(task: GeneratedTask, count: int, seed: int = 0) -> Batch:
    return task.generate(np.random.default_rng(seed), count)


def writes_of(task: Keyed, tokens: Shown) -> Iterator[tuple[tuple[int | None, ...], int | None]]:
    """Keys and values in the order of writing; a key is one token, or two."""
    width = 3 if isinstance(task, MqarCompound) else 2
    count = task.pairs if isinstance(task, MqarCompound) else task.pairs * task.writes
    for begin in range(0, width * count, width):
        *key, value = tokens[begin : begin + width]
        yield tuple(key), value


def query_of(task: Keyed, tokens: Shown) -> tuple[int | None, ...]:
    return tuple(tokens[-2:] if isinstance(task, MqarCompound) else tokens[-1:])


def last_written(task: Keyed, tokens: Shown, step: int) -> int:
    """The value that was written last for the key, or else for a key that may be it, since it is
    out of sight in part; or else the first value of all."""
    del step
    query = query_of(task, tokens)
    certain = None
    possible = None
    for key, value in writes_of(task, tokens):
        if key == query:
            certain = value
        elif all(part in (None, asked) for part, asked in zip(key, query, strict=True)):
            possible = value or possible
    return (certain or possible or task.output_size) - task.output_size


def read(task: Keyed, batch: Batch, reader: Reader, steps: int | None = None) -> Array:
    """Outputs of a reader of the last steps, who knows at which step it is."""
    answers = np.zeros(batch.targets.shape, dtype=int)
    for row, step in zip(*asked_at(task, batch), strict=True):
        tokens = batch.inputs[row, : step + 1].tolist()
        hidden = 0 if steps is None else max(0, step + 1 - steps)
        answers[row, step] = reader(task, [None] * hidden + tokens[hidden:], step)
    return one_hot(answers, task.output_size)


def accuracy(task: Keyed, batch: Batch, reader: Reader, steps: int | None = None) -> float:
    return score(task.metrics, read(task, batch, reader, steps), batch)["accuracy"]


CASES = [
    MqarOverwrite(20),
    MqarOverwrite(21, pairs=2, writes=3, symbols=12),
    MqarCompound(21),
    MqarCompound(23, symbols=8),
]


@pytest.mark.parametrize("task", CASES, ids=lambda task: task.name)
def test_an_oracle_reaches_the_target_and_the_checks_pass(task: Keyed) -> None:
    """The value that was written last for the key, read off the inputs."""
    outcomes = list(check_task(task, lambda batch: read(task, batch, last_written)))
    assert {one.check: one.status for one in outcomes}["oracle"] == "passed"
    assert not [one.sentence for one in outcomes if one.status == "failed"]
    assert accuracy(task, made(task, 300), last_written) == 1


@pytest.mark.parametrize("task", CASES, ids=lambda task: task.name)
def test_the_horizon_is_the_least_number_of_steps_that_is_always_enough(task: Keyed) -> None:
    """The same reader with the last steps alone: perfect at the horizon, not with one step less,
    and near chance with the query alone."""
    batch = made(task, 1500)
    assert accuracy(task, batch, last_written, task.horizon) == 1
    assert accuracy(task, batch, last_written, task.horizon - 1) < 1
    assert accuracy(task, batch, last_written, 2) < 0.3


@given(pairs=st.integers(2, 5), writes=st.integers(2, 3), longer=st.integers(0, 9))
@settings(max_examples=20, deadline=None)
def test_overwriting_is_what_a_plain_reading_says(pairs: int, writes: int, longer: int) -> None:
    """Each key W times, with values that differ, then once more; the last value is asked, and the
    others are what counts as overwritten."""
    task = MqarOverwrite(48 + longer, pairs, writes)
    batch = made(task, 10, longer)
    check_batch(task, batch)
    assert batch.mask is not None
    for row, tokens in enumerate(batch.inputs.tolist()):
        written: dict[int, list[int]] = {}
        for key, value in zip(
            tokens[: 2 * pairs * writes : 2], tokens[1 : 2 * pairs * writes : 2], strict=True
        ):
            assert key < 16 <= value
            written.setdefault(key, []).append(value - 16)
        assert sorted(map(len, written.values())) == [writes] * pairs
        assert len(set(chain.from_iterable(written.values()))) == pairs * writes
        steps = np.flatnonzero(batch.mask[row])
        assert sorted(tokens[step] for step in steps) == sorted(written)
        assert steps.min() >= 2 * pairs * writes
        assert len(tokens) == task.horizon + 2 * writes - 1
        for place, step in enumerate(steps):
            *earlier, last = written[tokens[step]]
            assert batch.targets[row, step] == last
            assert sorted(batch.extra["overwritten"][row, place]) == sorted(earlier)


@given(parts=st.integers(2, 3), longer=st.integers(0, 9))
@settings(max_examples=20, deadline=None)
def test_compound_keys_are_what_a_plain_reading_says(parts: int, longer: int) -> None:
    """All combinations of R first with R second tokens, 2 R different ones; each is asked once, at
    its second token."""
    task = MqarCompound(51 + longer, parts)
    batch = made(task, 10, longer)
    check_batch(task, batch)
    assert batch.mask is not None
    for row, tokens in enumerate(batch.inputs.tolist()):
        shown = dict(writes_of(task, tokens))
        first, second = ({key[place] for key in shown} for place in (0, 1))
        assert set(shown) == set(product(first, second))
        assert (len(first), len(second), len(first & second)) == (parts, parts, 0)
        assert len(set(shown.values())) == task.pairs
        assert max(first | second) < 16 <= min(shown.values())  # type: ignore[type-var]
        steps = np.flatnonzero(batch.mask[row])
        assert sorted((tokens[step - 1], tokens[step]) for step in steps) == sorted(shown)  # type: ignore[type-var]
        assert (steps - 1).min() >= 3 * task.pairs
        assert set((task.horizon + 1 - steps) % 3) == {0}
        for step in steps:
            assert shown[tokens[step - 1], tokens[step]] == batch.targets[row, step] + 16


def test_the_last_pair_of_all_is_the_trivial_forecast() -> None:
    """Right for one query in D, and never an overwritten value."""
    task = MqarOverwrite(40)
    batch = made(task, 500)

    def last_of_all(task: Keyed, tokens: Shown, step: int) -> int:
        *_, (_, value) = writes_of(task, tokens)
        assert value is not None
        return value - task.output_size

    outputs = read(task, batch, last_of_all)
    assert score(task.metrics, outputs, batch) == dict(task.trivial(batch, batch))


@pytest.mark.parametrize("writes", [2, 3])
def test_some_value_of_the_key_is_right_once_in_w(writes: int) -> None:
    """By formula, and by a reader who adds what is written and picks any of it."""
    task = MqarOverwrite(60, writes=writes)
    batch = made(task, 1500)
    rng = np.random.default_rng(0)

    def any_of_the_key(task: Keyed, tokens: Shown, step: int) -> int:
        values = [value for key, value in writes_of(task, tokens) if key == query_of(task, tokens)]
        return int(rng.choice(values)) - task.output_size  # type: ignore[arg-type]

    found = score(task.metrics, read(task, batch, any_of_the_key), batch)
    assert found == pytest.approx(dict(task.without_order), abs=0.025)
    assert task.without_order["accuracy"] == 1 / writes


@pytest.mark.parametrize("parts", [2, 3])
@pytest.mark.parametrize("known", [0, 1])
def test_one_token_of_a_compound_key_is_right_once_in_r(parts: int, known: int) -> None:
    """By formula, and by a reader who knows the first or the second token alone; any value that was
    shown is right once in D."""
    task = MqarCompound(60, parts)
    batch = made(task, 600)
    rng = np.random.default_rng(0)

    def by_one_token(task: Keyed, tokens: Shown, step: int) -> int:
        asked = query_of(task, tokens)[known]
        values = [value for key, value in writes_of(task, tokens) if key[known] == asked]
        return int(rng.choice(values)) - task.output_size  # type: ignore[arg-type]

    def first_shown(task: Keyed, tokens: Shown, step: int) -> int:
        return int(tokens[2] or 0) - task.output_size

    assert accuracy(task, batch, by_one_token) == pytest.approx(task.with_one_part, abs=0.04)
    assert accuracy(task, batch, first_shown) == task.trivial(batch, batch)["accuracy"]


def test_queries_come_at_the_slots_of_mqar() -> None:
    """Most soon and some late: where `mqar` of as many slots and pairs has them."""
    compound, plain = MqarCompound(51), Mqar(34)
    assert compound.slots == plain.slots
    spread = []
    for task, period in ((compound, 3), (plain, 2)):
        batch = made(task, 6000)
        _, steps = asked_at(task, batch)
        spread.append(np.bincount((steps.max() - steps) // period) / len(steps))
    assert spread[0] == pytest.approx(spread[1], abs=0.015)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: MqarOverwrite(40, writes=1), "pairs and writes must be at least 2, got 4 and 1"),
        (lambda: MqarOverwrite(40, pairs=6, writes=3), "half of them at least pairs x writes = 18"),
        (lambda: MqarOverwrite(23, writes=3), "horizon must be at least 26 for 4 pairs written 3"),
        (lambda: MqarCompound(40, parts=1), "parts must be at least 2, got 1"),
        (lambda: MqarCompound(80, parts=5), r"half of them at least parts\^2 = 25, got 32"),
        (lambda: MqarCompound(50, parts=3), "horizon must be at least 51 for 9 pairs, got 50"),
    ],
)
def test_dials_that_cannot_be_are_refused(make: Callable[[], GeneratedTask], said: str) -> None:
    """With the value and the bound."""
    with pytest.raises(ValueError, match=said):
        make()
