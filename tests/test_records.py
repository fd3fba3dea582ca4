"""Trials as pure data, and the random streams that come of them."""

import pickle
import re

import msgspec
import numpy as np
import pytest
from hypothesis import given, strategies as st

from rnnbench import seeds
from rnnbench.executors.running import without_run
from rnnbench.records import CellUse, Recipe, Trial, trial_id
from rnnbench.records.trial import _KNOWN_IDS
from tests.builders.records import COST, learning_trial


@pytest.mark.parametrize(
    "changes",
    [
        {"suite_version": 2},
        {"cell": CellUse(name="gru", options={"a": 1})},
        {"cell": CellUse(name="gru", implementation="compiled")},
        {"dials": {"horizon": 11}},
        {"seed": 1},
        {"recipe": Recipe(epochs=3)},
        {"learning_rate": 0.002},
        {"phase": "tuning"},
        {"threads": 2},
        {"device": "cuda"},
        {"label": "A"},
    ],
)
def test_any_change_of_content_changes_the_id(changes: dict[str, object]) -> None:
    """Trials that are not the same never share a result."""
    assert trial_id(learning_trial(**changes)) != trial_id(learning_trial())


def test_equal_trials_have_equal_ids_however_they_came_to_be() -> None:
    """From code, from JSON, from a pickle, with defaults left out or written down."""
    trial = learning_trial()
    written = msgspec.json.decode(msgspec.json.encode(trial), type=Trial)
    recipe = msgspec.convert(
        {"clip_norm": 1.0, "parameters": 10_000, "optimiser": "".join(["ad", "am"])}, Recipe
    )
    for other in (written, pickle.loads(pickle.dumps(trial)), learning_trial(recipe=recipe)):
        assert other == trial
        assert trial_id(other) == trial_id(trial)


def test_an_id_is_forgotten_with_its_trial() -> None:
    """Trials that take each other's place in memory have ids of their own, and none is kept."""
    known_before = len(_KNOWN_IDS)
    ids = {trial_id(learning_trial(seed=seed)) for seed in range(200)}
    assert len(ids) == 200
    assert len(_KNOWN_IDS) == known_before


def test_the_order_of_dials_does_not_change_the_id() -> None:
    """A dial is a name, not a position."""
    one = learning_trial(dials={"horizon": 10, "symbols": 8})
    other = learning_trial(dials={"symbols": 8, "horizon": 10})
    assert trial_id(one) == trial_id(other)


def test_ids_are_readable_and_safe_as_file_names() -> None:
    """Whatever a label holds."""
    assert trial_id(learning_trial()).startswith("adding.h10.gru.s0.")
    wild = learning_trial(cell=CellUse(name="gru", label="a/b c\0d" * 40))
    assert re.fullmatch(r"[A-Za-z0-9_.+=-]{1,120}", trial_id(wild))


@pytest.mark.parametrize("trial", [learning_trial(), COST])
def test_a_trial_survives_the_journey_through_json(trial: Trial) -> None:
    """What arrives in another process is what was sent."""
    assert msgspec.json.decode(msgspec.json.encode(trial), type=Trial) == trial


@given(st.integers(0, 2**32), st.text(max_size=8), st.text(max_size=8))
def test_streams_repeat_and_differ_by_purpose(seed: int, one: str, other: str) -> None:
    """The same seed and purpose give the same numbers; another purpose gives others."""
    numbers = seeds.generator(seed, "data", one).integers(0, 2**62, 4)
    assert np.array_equal(numbers, seeds.generator(seed, "data", one).integers(0, 2**62, 4))
    same = np.array_equal(numbers, seeds.generator(seed, "data", other).integers(0, 2**62, 4))
    assert same == (one == other)


def test_purposes_are_words_and_not_their_concatenation() -> None:
    """("ab", "c") and ("a", "bc") are different purposes."""
    assert seeds.integer(0, "ab", "c") != seeds.integer(0, "a", "bc")


def test_what_is_final_is_not_run_again() -> None:
    """A skipped trial, a rung not tried, and a cost trial that a shared machine refused are not;
    all else is."""

    def final(trial: Trial, status: str, *, shared: bool = False) -> bool:
        result = without_run(trial, status, "")  # type: ignore[arg-type]
        provenance = msgspec.structs.replace(result.provenance, shared=shared)
        return msgspec.structs.replace(result, provenance=provenance).final

    assert not final(learning_trial(), "skipped")
    assert not final(learning_trial(), "stopped")
    assert not final(COST, "refused", shared=True)
    assert final(COST, "refused")
    assert final(learning_trial(), "refused", shared=True)
    assert all(
        final(learning_trial(), status)
        for status in ("ok", "diverged", "timeout", "killed", "error")
    )
