"""Conditions of a claim about growing data: both cells train on several shares of the data."""

from collections.abc import Sequence

from msgspec.structs import replace

from rnnbench import text
from rnnbench.records import LearningSide, Question


def on_growing_data(question: Question, shares: Sequence[float]) -> Question:
    """Ask a question about two cells on each of these shares of the training data.

    The pair on the largest share becomes `first` and `second`; the other pairs become `smaller`,
    the smallest share first.
    """
    rising = sorted(set(shares))
    first, second = _pair_on(question, rising[-1])
    facets = {
        **question.facets,
        "training data": f"{text.rounded(rising[0])} to {text.rounded(rising[-1])} of it",
    }
    smaller = tuple(_pair_on(question, share) for share in rising[:-1])
    return replace(question, facets=facets, first=first, second=second, smaller=smaller)


def _pair_on(question: Question, share: float) -> tuple[LearningSide, LearningSide]:
    """Both sides of a question, trained on a share of the training data."""
    first, second = (
        replace(side, recipe=replace(side.recipe, training_share=share))
        for side in (question.first, question.second)
        if isinstance(side, LearningSide)
    )
    return first, second
