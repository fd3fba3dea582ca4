"""What is held against epochs to target and memory spans, each said where it is so and nowhere
else."""

from collections.abc import Sequence

import msgspec
import pytest

from rnnbench.executors.running import without_run
from rnnbench.findings import find
from rnnbench.records import CellUse, Result
from tests.builders.findings import RECIPE, learned
from tests.builders.records import learning_trial
from tests.builders.targets import learning

SPRINTER = [0.2, 0.2, 0.2, 0.2, 0.2, 0.0, 0.0]
"""Quick to three quarters of the way, slow to the target."""
STEADY = [0.5, 0.5, 0.5, 0.0, 0.0, 0.0, 0.0]


def trained(name: str, seed: int, scores: list[float]) -> Result:
    """A result with this validation curve."""
    recipe = msgspec.structs.replace(RECIPE, epochs=len(scores))
    trial = learning_trial(cell=CellUse(name=name), seed=seed, recipe=recipe)
    return msgspec.structs.replace(without_run(trial, "ok", ""), learning=learning(scores))


def climbed(name: str, horizon: int, solved: int, seeds: int = 8) -> list[Result]:
    """Results at one horizon of which so many are solved."""
    return [
        learned(name, s, 3 if s < solved else None, dials={"horizon": horizon})
        for s in range(seeds)
    ]


def said(results: Sequence[Result], words: str) -> list[str]:
    return [caveat for caveat in find(results).caveats if words in caveat]


def test_that_the_quicker_cell_depends_on_the_threshold_is_a_doubt() -> None:
    """With the ratio at each threshold; none where one cell is quicker at all of them."""
    steady = [trained("b", seed, STEADY) for seed in range(3)]
    runs = [*steady, *(trained("a", seed, SPRINTER) for seed in range(3))]
    (caveat,) = said(runs, "depends on what counts as acceptable")
    assert "whether b or a is quicker" in caveat
    told = "1.5 (target), 1.5 (90% of the way) and 0.25 (75% of the way) times the epochs of "
    assert told in caveat
    slower = [0.5, *STEADY[:-1]]
    alike = [*steady, *(trained("a", seed, slower) for seed in range(3))]
    assert not said(alike, "depends on what counts as acceptable")


def test_a_ratio_to_what_was_not_reached_is_over_so_much() -> None:
    """The epochs of a cell that never gets there are those of the budget."""
    never = [0.5, 0.2, 0.2, 0.2, 0.05, 0.05, 0.05]
    runs = [trained("a", seed, never) for seed in range(3)]
    runs += [trained("b", seed, STEADY) for seed in range(3)]
    (caveat,) = said(runs, "depends on what counts as acceptable")
    assert "over 1.8 (target)" in caveat
    assert "0.5 (75% of the way)" in caveat
    assert "over 0.5" not in caveat


@pytest.mark.parametrize(("ties", "doubted"), [(4, True), (2, True), (1, False), (0, False)])
def test_ties_in_half_of_the_seeds_are_a_doubt(ties: int, doubted: bool) -> None:
    """Of four seeds."""
    runs = [learned("a", s, 5) for s in range(4)] + [
        learned("b", s, 5 if s < ties else 6 + s) for s in range(4)
    ]
    assert [f"in {ties} of 4 seeds" in caveat for caveat in said(runs, "in the same epoch")] == [
        True
    ] * doubted


def test_seeds_in_which_neither_cell_gets_there_are_no_ties() -> None:
    """They were not reached in the same epoch: they were not reached."""
    runs = [learned("a", s, 5 if s == 0 else None) for s in range(4)]
    runs += [learned("b", s, 6 if s == 0 else None) for s in range(4)]
    assert not said(runs, "in the same epoch")


def test_a_target_reached_in_the_first_epoch_by_every_seed_is_a_doubt() -> None:
    """How much sooner is not known. One seed that takes longer shows that it does not begin
    there."""
    first = [learned("a", s, 1) for s in range(3)]
    assert said(first, "a is at the target after the first epoch, or within it, in every seed")
    assert not said([*first[:2], learned("a", 2, 2)], "after the first epoch")
    assert not said([*first[:2], learned("a", 2)], "after the first epoch")


@pytest.mark.parametrize(
    ("direction", "scores", "doubted"),
    [
        ("higher", {"a": [1.0, 1.0, 0.9], "b": [1.0, 1.0, 1.0]}, True),
        ("higher", {"a": [1.0, 0.9, 0.9], "b": [1.0, 1.0, 1.0]}, False),
        ("higher", {"a": [0.8, 0.8, 0.7], "b": [0.9, 0.9, 0.9]}, False),
        ("higher", {"a": [1.0, 1.0, 0.9], "b": [1.0, 1.0, 0.8]}, True),
        ("lower", {"a": [0.0, 0.0, 0.1], "b": [0.0, 0.0, 0.2]}, True),
        ("lower", {"a": [0.0, 0.0, 0.1], "b": [0.1, 0.1, 0.1]}, False),
        ("lower", {"a": [0.1, 0.1, 0.2], "b": [0.1, 0.1, 0.1]}, False),
    ],
)
def test_scores_that_cannot_get_better_are_a_doubt(
    direction: str, scores: dict[str, list[float]], doubted: bool
) -> None:
    """Where the medians of two cells are the best that any seed has; an error above 0 has no known
    end."""
    target = 0.95 if direction == "higher" else 0.05
    ends = {"direction": direction, "target": target, "trivial": 0.5}
    runs = []
    for name, by_seed in scores.items():
        runs += [learned(name, s, 3 + s, score, **ends) for s, score in enumerate(by_seed)]  # type: ignore[arg-type]
    assert bool(said(runs, "at its ceiling")) == doubted


def test_too_few_seeds_for_a_span_s_interval_are_a_doubt() -> None:
    """Five that all solve it leave a solve rate of .48; six do not."""
    five = [*climbed("a", 10, 5, seeds=5), *climbed("a", 20, 5, seeds=5)]
    six = [*climbed("a", 10, 6, seeds=6), *climbed("a", 20, 6, seeds=6)]
    assert said(five, "a has no interval, as fewer than 6 seeds")
    assert find(five).spans[0].spans[0].interval is None
    assert not said(six, "no interval")
    assert find(six).spans[0].spans[0].interval is not None


def test_a_span_that_reaches_the_longest_horizon_tried_is_a_doubt() -> None:
    """It may be longer."""
    far = [*climbed("a", 10, 8), *climbed("a", 20, 8)]
    near = [*climbed("a", 10, 8), *climbed("a", 20, 0)]
    assert said(far, "most seeds of a solve the longest horizon tried")
    assert not said(near, "the longest horizon tried")


def test_a_horizon_solved_above_one_that_is_not_is_a_doubt() -> None:
    """The span ends at the gap."""
    gap = [*climbed("a", 10, 8), *climbed("a", 20, 2), *climbed("a", 40, 8)]
    assert said(gap, "most seeds of a solve 40, but not all horizons below")
    assert find(gap).spans[0].spans[0].longest == 10
    assert not said([*climbed("a", 10, 8), *climbed("a", 20, 2)], "not all horizons below")


def test_trials_without_figures_are_told_beside_a_span() -> None:
    """One that a limit cut short counts as not solved, and is no censoring: the epochs that it ran
    enter nothing."""
    lost = msgspec.structs.replace(
        learned("a", 7, dials={"horizon": 20}), status="timeout", reason="limit"
    )
    runs = [*climbed("a", 10, 8), *climbed("a", 20, 7, seeds=7), lost]
    assert said(runs, "1 trial of a gave no figures and counts as not solved")
    condition = find(runs).conditions[-1]
    assert [(arm.epochs.n, arm.epochs.centre) for arm in condition.arms if arm.epochs] == [(7, 3.0)]


def missed(scores: dict[float, int | None], target: float) -> list[str]:
    """Doubts that a target is missed on test data, of seeds with these test scores and epochs."""
    ends = {"direction": "higher", "target": target, "trivial": 0.1}
    runs = [
        learned("a", seed, epochs, score, **ends)  # type: ignore[arg-type]
        for seed, (score, epochs) in enumerate(scores.items())
    ]
    return said(runs, "misses the target")


def test_a_target_missed_on_test_data_is_doubted_by_the_seeds_that_reached_it() -> None:
    """Others, which never reached it on validation data either, say nothing against these."""
    assert not missed({0.999: 3, 0.255: None, 0.25: None}, 0.97)
    (caveat,) = missed({0.999: None, 0.255: 3, 0.25: None}, 0.97)
    assert caveat == (
        "adding: a reached the target (mse ≥ 0.97) on validation data in 1 of 3 seeds. On test data,"
        " a misses the target, with mse 0.255 in the one seed."
    )
    (caveat,) = missed({0.9: 3, 0.8: 4, 0.99: None}, 0.97)
    assert "in 2 of 3 seeds. On test data, a misses the target, with median mse 0.85 over" in caveat


def test_a_score_that_misses_a_target_is_written_so_that_it_differs_from_it() -> None:
    """Three digits of 0.96977 would read as the target of 0.97."""
    (caveat,) = missed({0.96977: 3}, 0.97)
    assert caveat.endswith("a misses the target, with mse 0.9698 in the one seed.")


def test_a_score_beside_the_trivial_forecast_reads_otherwise_than_it() -> None:
    """Whether it beats it by a hair or misses it by one."""
    for score, verb in ((0.99996, "is the only cell. a has test mse 0.99996"), (1.0004, "No cell")):
        answer = find([learned("a", 0, None, score)]).conditions[0].answer
        assert verb in answer
        assert f"mse {score}" in answer
