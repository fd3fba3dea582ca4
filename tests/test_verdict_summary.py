"""Sentences of verdicts: what is better, and what over all seeds says otherwise."""

from collections.abc import Mapping, Sequence

import pytest

from rnnbench.findings import Condition
from rnnbench.records import Recipe, Result
from tests.builders.findings import BUDGET, epochs_by_seed, learned, only, scores_by_seed


def by_epochs(cells: Mapping[str, Sequence[int | None]]) -> Condition:
    """Cells with these epochs to target, seed by seed; None where the target was missed."""
    return only(epochs_by_seed(cells, test=0.001))


def by_score(cells: Mapping[str, Sequence[float]], direction: str = "lower") -> Condition:
    """Cells with these test scores, seed by seed, none of which reaches the target."""
    trivial, target = (2.5, 0.5) if direction == "lower" else (0.0, 2.2)
    ends = {"direction": direction, "trivial": trivial, "target": target}
    return only(scores_by_seed(cells, **ends))


LONG = Recipe(epochs=3000)
STEADY: list[int | None] = [10, 11, 12, 10, 11, 12, 10, 11, 12, 10]
"""Ten seeds that all reach the target; the mean is 10.9."""


def quicker(missed: int, of: Sequence[int | None] = STEADY) -> list[int | None]:
    """A third of these epochs, but for the last seeds, which miss the target."""
    return [
        None if seed >= len(of) - missed else round((epochs or 0) / 3)
        for seed, epochs in enumerate(of)
    ]


def test_a_verdict_says_by_how_much_and_in_what() -> None:
    """And nothing else, where solve rate and mean agree."""
    condition = by_epochs({"a": quicker(0), "b": STEADY})
    assert (
        condition.sure
        == "a is better than b in the typical seed: it takes 0.33 of the epochs [0.3 to 0.35 at"
        " 95 %] "
        "(p = 0.002, ahead in 10 of 10 seeds)."
    )
    (comparison,) = condition.comparisons
    assert comparison.overall is not None
    assert comparison.overall.against == ()
    assert comparison.overall.solved == (10, 10)


def test_a_better_cell_that_misses_the_target_more_often_is_told() -> None:
    """One seed is enough where the other cell misses none; the mean agrees with the verdict
    here."""
    condition = by_epochs({"a": quicker(1), "b": STEADY})
    assert condition.leader == "a"
    assert condition.sure.endswith(
        "(p = 0.0039, ahead in 9 of 10 seeds). Yet a misses the target in 1 of 10 seeds, and b in"
        " none."
    )


@pytest.mark.parametrize(("more", "told"), [(1, False), (2, True)])
def test_where_both_miss_the_target_one_seed_more_is_luck(more: int, told: bool) -> None:
    """Two are told."""
    steady = [*STEADY * 2, None, None]
    quick = [*quicker(more, STEADY * 2), None, None]
    condition = by_epochs({"a": quick, "b": steady})
    (comparison,) = condition.comparisons
    assert comparison.answer == "better"
    assert (
        f"Yet a misses the target in {2 + more} of 22 seeds, and b in 2." in condition.sure
    ) == told


def test_a_typical_seed_that_is_better_against_the_mean_is_told_with_both_means() -> None:
    """The cell that is quicker in the typical seed misses the target so often that its mean is
    larger."""
    quick: list[int | None] = [*[8] * 18, None, None]
    condition = by_epochs({"quick": quick, "steady": [9] * 20})
    assert condition.leader is None
    assert condition.answer.startswith("steady comes first by the mean alone. ")
    assert (
        condition.sure
        == "quick is better than steady in the typical seed: it takes 0.89 of the epochs (p ="
        " 0.0084, ahead in 18 of 20 seeds). Yet quick misses the target in 2 of 20 seeds, and"
        " steady in none. The mean up to the budget of quick is therefore larger than that of steady"
        f" ({(18 * 8 + 2 * BUDGET) / 20:.3g} against 9 epochs)."
    )


def test_the_mean_alone_may_say_otherwise() -> None:
    """Where both cells always reach the target, one of them sometimes late."""
    quick: list[int | None] = [*[8] * 18, BUDGET, BUDGET]
    sure = by_epochs({"quick": quick, "steady": [9] * 20}).sure
    assert sure.endswith(
        "(p = 0.0084, ahead in 18 of 20 seeds). Yet the mean up to the budget of quick is larger"
        " than that of steady (9.2 against 9 epochs)."
    )


def test_means_that_are_printed_alike_do_not_disagree() -> None:
    """The first of these means is 1.2005, the second 1.2."""
    condition = by_score({"a": [*[1.0] * 18, 3.005, 3.005], "b": [1.2] * 20})
    (comparison,) = condition.comparisons
    assert comparison.answer == "better"
    assert comparison.overall is not None
    assert comparison.overall.mean[0] > comparison.overall.mean[1]
    assert comparison.overall.against == ()


@pytest.mark.parametrize(
    ("direction", "sign", "word"), [("lower", 1.0, "higher"), ("higher", -1.0, "lower")]
)
def test_scores_are_compared_by_their_mean_too(direction: str, sign: float, word: str) -> None:
    """In the direction of the metric; the median leads, and the mean says otherwise."""
    for gain, says_otherwise in ((0.8, False), (0.2, True)):
        often = [2.0 - sign * gain] * 18 + [2.0 + sign * 2.0] * 2
        condition = by_score({"often": often, "always": [2.0] * 20}, direction)
        (comparison,) = condition.comparisons
        assert condition.leader == "often"
        assert comparison.answer == "better"
        assert comparison.overall is not None
        assert comparison.overall.solved is None
        verdict = (
            f"often is better than always in the typical seed: its test mse is {direction} by"
            f" {gain:g} (p = 0.0084"
        )
        assert condition.sure.startswith(verdict)
        mean = 2.0 - sign * (gain * 18 - 2.0 * 2) / 20
        remark = (
            f" Yet the mean test mse of often is {word} than that of always ({mean:.3g} against 2)."
        )
        assert condition.sure.endswith(remark) == says_otherwise


def test_equivalent_cells_of_unlike_solve_rates_are_told() -> None:
    """The cell that misses the target is named, whichever of them it is."""
    alike = [100, 101, 102, 103, 104] * 8
    for missing in ("a", "b"):
        cells: dict[str, list[int | None]] = {"a": [*alike], "b": [*alike]}
        cells[missing][-2:] = [None, None]
        other = "b" if missing == "a" else "a"
        results = epochs_by_seed(cells, test=0.001, recipe=LONG)
        assert only(results).sure.endswith(
            f" Yet {missing} misses the target in 2 of 40 seeds, and {other} in none. The mean up to"
            f" the budget of {missing} is therefore larger than that of {other} (247 against 102"
            " epochs)."
        )


def test_equivalent_cells_of_unlike_mean_scores_are_told() -> None:
    """By more than the margin."""
    alike = [1.0, 1.01, 1.02, 1.03, 1.04] * 8
    for far, remark in (
        (1.5, ""),
        (9.0, " Yet the mean test mse of b is higher than that of a (1.42 against 1.02)."),
    ):
        condition = by_score({"a": alike, "b": [*alike[:-2], far, far]})
        (comparison,) = condition.comparisons
        assert comparison.answer == "equivalent"
        assert ("Yet" in condition.sure) == bool(remark)
        assert condition.sure.endswith(remark)


def test_below_a_verdict_nothing_is_added() -> None:
    """However unlike the solve rates are."""
    condition = by_epochs({"a": [3, 3, 3, 3, 3, None, None, None], "b": [10] * 8})
    (comparison,) = condition.comparisons
    assert (comparison.other, comparison.answer) == ("b", "undecided")
    assert comparison.overall is not None
    assert comparison.overall.against == ()
    assert "misses" not in condition.sure


def test_each_of_several_cells_has_its_own_remark() -> None:
    """Behind the sentence on its verdict; cells that are beaten without one come first."""
    cells = {
        "a": quicker(1),
        "b": STEADY,
        "c": [None] * 10,
        "d": [(epochs or 0) + 1 for epochs in STEADY],
    }
    sure = by_epochs(cells).sure
    assert "a is better than c in the typical seed: it takes" in sure
    assert sure.count("Yet a misses the target in 1 of 10 seeds, and b in none.") == 1
    assert sure.count("Yet a misses the target in 1 of 10 seeds, and d in none.") == 1
    assert ", and c in" not in sure


def test_a_target_that_test_data_do_not_confirm_is_missed() -> None:
    """It was reached on validation data alone."""
    found: list[Result] = [learned("a", seed, 5, 0.001) for seed in range(9)] + [
        learned("a", 9, None, 0.001)
    ]
    condition = only(found + [learned("b", seed, 4, 1.5) for seed in range(10)])
    (comparison,) = condition.comparisons
    assert comparison.overall is not None
    assert comparison.overall.solved == (9, 0)
    assert comparison.overall.against == ()


@pytest.mark.parametrize(
    ("missed", "words"), [(0, "it takes 0.33 of"), (1, "it takes at most 0.33 of")]
)
def test_epochs_that_another_cell_did_not_get_there_in_are_a_bound(missed: int, words: str) -> None:
    """The budget was counted for them."""
    assert words in by_epochs({"a": quicker(0), "b": [*STEADY[missed:], *[None] * missed]}).sure
