"""The words on two cells over all seeds, where these disagree with the typical seed."""

from rnnbench import text
from rnnbench.findings.learning.overall_records import Overall
from rnnbench.findings.learning.records import Answered
from rnnbench.records import MetricNote


def disagreement(
    rows: tuple[str, str], answer: Answered, overall: Overall, metric: MetricNote | None
) -> str:
    """Return how two cells over all seeds disagree with the answer on the typical one.

    For example: `, but it misses the target in 2 of 10 seeds and lstm in none, so that its mean up
    to the budget is larger (31 against 24 epochs)`.

    rows:   the cells; the answer is that of the first against the second.
    metric: whose test scores decide; None where epochs to target do.
    """
    behind = _behind(answer, overall, metric)
    row = rows[behind] if answer == "equivalent" else ""
    if "solve rate" not in overall.against or overall.solved is None:
        return f", but {_mean(overall, behind, metric, row)}"
    missed = overall.seeds - overall.solved[behind]
    missed_by_other = overall.seeds - overall.solved[1 - behind]
    seeds = text.counted(overall.seeds, "seed")
    misses = (
        f", but {row or 'it'} misses the target in {missed} of {seeds}"
        f" and {rows[1 - behind]} in {missed_by_other or 'none'}"
    )
    if "mean" not in overall.against:
        return misses
    follows = overall.mean[behind] > overall.mean[1 - behind]
    return f"{misses}{', so that' if follows else '; yet'} {_mean(overall, behind, metric)}"


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


def _mean(overall: Overall, place: int, metric: MetricNote | None, row: str = "") -> str:
    """Return `its mean up to the budget is larger (31 against 24 epochs)`.

    It is the mean of the cell in this place, which is named by its row, where that is given.
    """
    its = "the" if row else "its"
    of_row = f" of {row}" if row else ""
    own = overall.mean[place]
    other = overall.mean[1 - place]
    figures = f"{text.rounded(own)} against {text.rounded(other)}"
    if metric is None:
        size = "larger" if own > other else "smaller"
        return f"{its} mean up to the budget{of_row} is {size} ({figures} epochs)"
    height = "higher" if own > other else "lower"
    return f"{its} mean test {metric.name}{of_row} is {height} ({figures})"
