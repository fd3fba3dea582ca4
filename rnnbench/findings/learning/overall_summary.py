"""The sentences on two cells over all seeds, where these disagree with the typical seed."""

from collections.abc import Iterator

from rnnbench import text
from rnnbench.findings.learning.overall_records import Overall
from rnnbench.findings.learning.records import Answered
from rnnbench.records import MetricNote


def disagreement(
    rows: tuple[str, str], answer: Answered, overall: Overall, metric: MetricNote | None
) -> Iterator[str]:
    """Yield how two cells over all seeds disagree with the answer on the typical one.

    For example: `Yet gru misses the target in 2 of 10 seeds, and lstm in none.` and `The mean up to
    the budget of gru is therefore larger than that of lstm (31 against 24 epochs).`

    rows:   the cells; the answer is that of the first against the second.
    metric: whose test scores decide; None where epochs to target do.
    """
    behind = _behind(answer, overall, metric)
    row = rows[behind]
    other = rows[1 - behind]
    if "solve rate" not in overall.against or overall.solved is None:
        yield f"Yet {_mean(overall, behind, metric, rows)}."
        return
    missed = overall.seeds - overall.solved[behind]
    missed_by_other = overall.seeds - overall.solved[1 - behind]
    seeds = text.counted(overall.seeds, "seed")
    yield (
        f"Yet {row} misses the target in {missed} of {seeds}, and {other} in"
        f" {missed_by_other or 'none'}."
    )
    if "mean" in overall.against:
        follows = overall.mean[behind] > overall.mean[1 - behind]
        therefore = "therefore " if follows else ""
        mean = _mean(overall, behind, metric, rows, therefore)
        yield f"{mean[:1].upper()}{mean[1:]}."


def _behind(answer: Answered, overall: Overall, metric: MetricNote | None) -> int:
    """Return the place, 0 or 1, of the cell that does less well over all seeds.

    It is the cell that is better in the typical seed. Of two that are equivalent there, it is the
    one that reached the target less often, or has the worse mean.
    """
    if answer != "equivalent":
        return 0 if answer == "better" else 1
    if "solve rate" in overall.against and overall.solved:
        return 0 if overall.solved[0] < overall.solved[1] else 1
    losses = [metric.loss(mean) if metric else mean for mean in overall.mean]
    return 0 if losses[0] > losses[1] else 1


def _mean(
    overall: Overall,
    place: int,
    metric: MetricNote | None,
    rows: tuple[str, str],
    therefore: str = "",
) -> str:
    """Return `the mean up to the budget of gru is larger than that of lstm (31 against 24 epochs)`.

    It is the mean of the cell in this place against that of the other one.
    """
    own = overall.mean[place]
    other = overall.mean[1 - place]
    figures = f"{text.rounded(own)} against {text.rounded(other)}"
    of_cell = f"of {rows[place]} is {therefore}"
    than = f"than that of {rows[1 - place]}"
    if metric is None:
        size = "larger" if own > other else "smaller"
        return f"the mean up to the budget {of_cell}{size} {than} ({figures} epochs)"
    height = "higher" if own > other else "lower"
    return f"the mean test {metric.name} {of_cell}{height} {than} ({figures})"
