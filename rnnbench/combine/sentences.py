"""The sentences on what is not pooled, one for each two folders and reason."""

from collections import defaultdict
from collections.abc import Sequence

from rnnbench import text
from rnnbench.combine.groups import Apart
from rnnbench.combine.parts import Part

MOST_SUBJECTS = 4


def not_pooled(apart: Sequence[Apart], parts: Sequence[Part], *, left_out: bool) -> list[str]:
    """Return a sentence for each two folders whose results are not pooled for one reason.

    left_out: whether the smaller groups of learning results are left out, rather than shown apart.
    """
    subjects: dict[tuple[int, int, str], list[str]] = defaultdict(list)
    for one in apart:
        subjects[one.first, one.second, one.reason].append(one.subject)
    sentences = []
    for (first, second, reason), found in subjects.items():
        names = list(dict.fromkeys(found))
        is_cost = names[0].startswith("cost at ")
        fate = "tables show them apart"
        if left_out and not is_cost:
            fate = "claims are judged by the larger group alone"
        sentences.append(
            f"Results of {parts[first].name} and {parts[second].name} are not pooled"
            f" ({text.listed(names, MOST_SUBJECTS)}), since {reason}; {fate}."
        )
    return sentences
