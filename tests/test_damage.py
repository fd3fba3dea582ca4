"""Results that were edited or damaged: every reader says so by name, and none ends with a
traceback."""

import json
import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from rnnbench.cli.changes import print_sides
from rnnbench.cli.summary import print_answers
from rnnbench.cli.verbosity import Verbosity
from rnnbench.compare import Run, compare, junit, markdown, read_run, rule
from rnnbench.errors import RnnbenchError
from rnnbench.findings import find
from rnnbench.records import (
    Diagnosed,
    Diagnosis,
    Epoch,
    Learning,
    Result,
    TimeRow,
    contradiction,
    trial_id,
)
from rnnbench.store import Store
from tests.builders.compare import LEARNING, learned, remembered, timed
from tests.builders.gate import BASELINE, KEPT, edited, first, is_learned

LEFT_OUT = ("recall-first*", "*gru.s1*", "*peak-memory.T5.rnn*", "*operations.T5.rnn*")
"""Six results are read as well as thirteen, and faster."""
ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2,
    1e300,
    -1.5,
    "",
    "odd",
    [],
    {},
    [1],
    {"a": 1},
    10**20,
    "1e9",
)
Change = Callable[[Learning], Learning]


def test_what_this_program_writes_contradicts_nothing() -> None:
    """The baseline, and results of every outcome that has figures."""
    assert [contradiction(result) for result in KEPT] == [""] * len(KEPT)


def mse(learning: Learning) -> str:
    return learning.metrics[0].name


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: replace(one, metrics=()), "it names no metric"),
        (
            lambda one: replace(one, metrics=(*one.metrics, one.metrics[0])),
            "two of its metrics have one name",
        ),
        (
            lambda one: replace(
                one, metrics=(replace(one.metrics[0], name="renamed"), *one.metrics[1:])
            ),
            "which is none of its metrics",
        ),
        (lambda one: replace(one, chosen_epoch=None), "it ran to its end, and no epoch was chosen"),
        (lambda one: replace(one, chosen_epoch=99), "the chosen epoch is 99"),
        (lambda one: replace(one, chosen_epoch=0), "the chosen epoch is 0"),
        (lambda one: replace(one, epochs_to_target=99), "the solved epoch is 99"),
        (lambda one: replace(one, epochs_run=1), "it ran 1 epochs, and its curve has 2"),
        (lambda one: replace(one, curve=one.curve[:1]), "and its curve has 1"),
        (lambda one: replace(one, curve=one.curve[::-1]), "do not count up from 1"),
        (
            lambda one: replace(one, curve=one.curve * 500, epochs_run=1000),
            "do not count up from 1",
        ),
        (
            lambda one: replace(
                one, curve=tuple(replace(epoch, validation={}) for epoch in one.curve)
            ),
            "epoch 1 has no validation score",
        ),
        (
            lambda one: replace(
                one,
                curve=tuple(
                    Epoch(e.epoch, e.step, 0.1, {**e.validation, "x": 1.0}) for e in one.curve
                ),
            ),
            "epoch 1 has a validation score of 'x'",
        ),
        (lambda one: replace(one, test={**one.test, "x": 1.0}), "it has a test score of 'x'"),
        (lambda one: replace(one, trivial={"x": 1.0}), "it has a trivial score of 'x'"),
        (lambda one: replace(one, test={}), "it has no test score of"),
        (lambda one: replace(one, test={mse(one): float("inf")}), "is not a finite number"),
        (
            lambda one: replace(
                one,
                diagnoses={
                    "lag": Diagnosed(fresh=Diagnosis(x_name="x", y_name="y", x=(1.0,), y=()))
                },
            ),
            "the curve of 'lag' has 1 places, and 0 values",
        ),
    ],
)
def test_figures_that_contradict_each_other_are_named(change: Change, said: str) -> None:
    """One rule each, on figures that keep all others."""
    (kept,) = [result for result in KEPT if is_learned(result)]
    assert kept.learning
    assert said in contradiction(replace(kept, learning=change(kept.learning)))


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (learned(None), "its status is ok, and it has no figures"),
        (replace(learned(), costs=remembered().costs), "a learning trial has rows of costs"),
        (replace(remembered(), learning=LEARNING), "a cost trial has figures of learning"),
        (replace(remembered(), costs=()), "its status is ok, and it has no figures"),
        (replace(remembered(), costs=remembered().costs * 2), "two of its rows have one name"),
        (replace(remembered(), costs=timed({"gru": 1.0}).costs), "is not one of peak-memory"),
        (
            replace(timed({"gru": 1.0}), costs=timed({"lstm": 1.0}).costs),
            "which is none of its cells: gru",
        ),
    ],
)
def test_a_result_and_its_trial_say_the_same(result: Result, said: str) -> None:
    """Figures of the kind that the trial asks for, of the cells that it names."""
    assert said in contradiction(result)


@pytest.mark.parametrize(
    "times", [{"cpu_seconds": ()}, {"wall_seconds": (1.0,)}, {"cpu_seconds": (-1.0, 1.0)}]
)
def test_times_of_a_row_belong_together(times: dict[str, Any]) -> None:
    """As many by one clock as by the other, and none below zero."""
    result = timed({"gru": 1.0})
    (row,) = result.costs
    assert isinstance(row, TimeRow)
    assert "the row of 'gru' has" in contradiction(replace(result, costs=(replace(row, **times),)))


def test_a_contradiction_in_a_file_is_damage_that_is_named(tmp_path: Path) -> None:
    """It counts as not there, and the next run puts it aside and runs the trial again."""
    store = Store(tmp_path / "run")
    store.prepare()
    bad = edited(
        first(lambda result: replace(result, learning=replace(result.learning, metrics=())))
    )
    for result in bad:
        store.write(result)
    assert len(list(store.read())) == len(KEPT) - 1
    ((path, problem),) = store.unreadable.items()
    assert problem == "it contradicts itself: it names no metric"
    (told,) = store.repair()
    assert told.startswith(
        f"{path.name} cannot be read (it contradicts itself: it names no metric)"
    )


def mutated(value: Any, rng: random.Random) -> Any:
    """The tree with one thing changed somewhere in it."""
    places = list(_places(value))
    container, key = rng.choice(places)
    kind = rng.choice(["drop", "change", "rename", "cut", "double"])
    if kind == "rename" and isinstance(container, dict):
        container[rng.choice(["renamed", "mse", "1"])] = container.pop(key)
    elif kind == "drop":
        del container[key]
    elif kind == "cut" and isinstance(container[key], list | str):
        container[key] = container[key][: len(container[key]) // 2]
    elif kind == "double" and isinstance(container[key], list | str):
        container[key] = container[key] * 2
    else:
        container[key] = rng.choice(ODD_VALUES)
    return value


def _places(value: Any) -> Any:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield value, key
            yield from _places(inner)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield value, position
            yield from _places(inner)


def put(folder: Path, content: bytes, name: str) -> Path:
    """Write a mutated result under the id of the trial that it holds, where it holds one; so that
    readers go on."""
    with suppress(Exception):  # where it is damaged beyond that
        name = trial_id(msgspec.json.decode(content, type=Result).trial)
    path = folder / "trials" / f"{name}.json"
    path.write_bytes(content)
    return path


def all_readers(run: Run) -> None:
    """What `report`, `compare` and `gate` make of a run, but for figures."""
    findings = find(run.results, ())
    print_answers(findings, Verbosity.VERBOSE)
    msgspec.json.encode(findings)
    base = Run(folder="BASE", results=KEPT)
    for comparison in (compare(base, run), compare(run, base)):
        ruling = rule(comparison)
        print_sides(comparison)
        junit(ruling, comparison)
        markdown(ruling, comparison)


@pytest.mark.parametrize("mutations", [50, pytest.param(500, marks=pytest.mark.slow)])
def test_no_reader_ends_with_a_traceback_whatever_was_edited(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mutations: int
) -> None:
    """With one, two or three things dropped, renamed, cut or replaced: each result is read, or
    named as damaged, or its folder is refused in a sentence."""
    rng = random.Random(16)
    head = tmp_path / "head"
    shutil.copytree(BASELINE, head)
    for pattern in LEFT_OUT:
        for path in (head / "trials").glob(pattern):
            path.unlink()
    files = sorted((head / "trials").iterdir())
    whole = {path: path.read_bytes() for path in files}
    damaged = 0
    for _ in range(mutations):
        path = rng.choice(files)
        tree = json.loads(whole[path])
        for _ in range(rng.choice([1, 1, 2, 3])):
            tree = mutated(tree, rng)
        content = json.dumps(tree).encode()
        path.unlink()
        placed = put(head, content, path.stem)
        try:
            run = read_run(head)
            damaged += bool(run.unreadable)
            all_readers(run)
        except RnnbenchError:
            pass
        except Exception as error:
            raise AssertionError(f"{placed.name}: {content.decode()}") from error
        placed.unlink()
        path.write_bytes(whole[path])
        capsys.readouterr()
    assert 0 < damaged < mutations
