"""Conditions of a claim about growing data: both cells are trained on several parts of one training
split."""

from collections.abc import Sequence

from msgspec.structs import replace

from rnnbench.records import LearningSide, Question


def on_growing_data(question: Question, shares: Sequence[float]) -> Question:
    """The question about two cells, asked on these shares of the training data. The pair on the
    largest share becomes `first` and `second`; the other pairs become `smaller`, the smallest share
    first."""
    pair = [side for side in (question.first, question.second) if isinstance(side, LearningSide)]
    rising = sorted(set(shares))
    on_parts = []
    for share in rising:
        ours, theirs = (
            replace(side, recipe=replace(side.recipe, training_share=share)) for side in pair
        )
        on_parts.append((ours, theirs))
    first, second = on_parts[-1]
    facets = {**question.facets, "training data": f"{rising[0]:.3g} to {rising[-1]:.3g} of it"}
    return replace(
        question, facets=facets, first=first, second=second, smaller=tuple(on_parts[:-1])
    )
