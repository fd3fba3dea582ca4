"""The claims of the packaged suite test what their sentences say."""

from itertools import chain

from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.records import Claim, CostSide, LearningSide
from rnnbench.suite import read_suite

CLAIMS = {claim.name: claim for claim in read_suite("claims", Catalogue.present()).claims}


def learning_sides(claim: Claim) -> list[tuple[LearningSide, ...]]:
    """What learns under each condition of a claim."""
    questions = chain.from_iterable(reading.questions for reading in claim.readings)
    return [
        tuple(side for side in one.sides if isinstance(side, LearningSide)) for one in questions
    ]


def test_every_claim_can_be_tested_with_what_is_installed() -> None:
    """None needs a cell or a task that is yet to come."""
    assert {name: claim.missing for name, claim in CLAIMS.items() if claim.missing} == {}


def test_the_state_alone_differs_where_recall_is_said_to_be_limited_by_it() -> None:
    """One cell, one recipe, one budget of parameters, and four times as many columns in the
    state."""
    pairs = learning_sides(CLAIMS["state-size-recall"])
    assert pairs
    for small, large in pairs:
        assert small.recipe == large.recipe
        assert small.recipe.match == "parameters"
        assert small.cell.name == large.cell.name
        columns = small.cell.options["key_size"], large.cell.options["key_size"]
        assert columns == (2, 8)
        assert {**small.cell.options, "key_size": columns[1]} == large.cell.options


def test_larger_data_are_larger_and_nothing_else() -> None:
    """On two tasks: at least four sizes over a factor of 16, with one recipe but for the share that
    is trained on."""
    growing = [r for r in CLAIMS["lstm-larger-data"].readings if r.growing]
    questions = list(chain.from_iterable(reading.questions for reading in growing))
    assert len({question.facets["task"] for question in questions}) == 2
    for question in questions:
        sides = [side for side in question.sides if isinstance(side, LearningSide)]
        sizes = sorted({side.recipe.training_share for side in sides})
        assert len(sizes) >= 4
        assert sizes[-1] / sizes[0] >= 16
        assert len({repr(replace(side.recipe, training_share=1.0)) for side in sides}) == 1


def test_scores_that_are_held_against_each_other_are_those_of_the_whole_budget() -> None:
    """A training that stops at the target ends where both cells are alike."""
    for name in ("gru-matches-average-length", "lstm-larger-data", "state-size-recall"):
        for sides in learning_sides(CLAIMS[name]):
            assert not any(side.recipe.stop_when_solved for side in sides), name


def test_speed_is_read_by_kernel() -> None:
    """Each reading has one implementation of both cells, at equal width."""
    seen = set()
    for reading in CLAIMS["gru-faster"].readings:
        for question in reading.questions:
            sides = [side for side in question.sides if isinstance(side, CostSide)]
            assert len({(side.cell.implementation, side.shape) for side in sides}) == 1
            assert question.facets["equal"] == "hidden"
            seen.add((reading.title, question.facets["kernel"]))
    assert seen == {
        ("fused kernels, training", "native"),
        ("fused kernels, inference", "native"),
        ("step by step, training", "eager"),
        ("step by step, inference", "eager"),
    }
