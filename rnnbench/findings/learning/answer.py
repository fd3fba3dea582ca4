"""Which cell leads, and how sure that is: one sentence each, from the arms of a condition.

One figure decides. Where some cell reaches the target, it is the restricted mean of epochs to
target, with the whole budget for seeds that never get there. Otherwise it is the median test score.
The target is watched on validation data, so that reaching it counts only for a cell that beats the
trivial forecast on test data too (prices are forecast well on some year by luck). Only such cells
may lead, and before them those that lost no seed (to a limit, a crash, a divergence), so that
survivors do not win. Candidates are ranked on the seeds that all of them have.

Comparisons are paired by seed (`comparing`). Signed-rank tests with Holm's adjustment over all
pairs hold their level at any number of seeds, also where seeds are added and looked at again
(`looks`). No verdict is given where the seeds are too few to reach the level of a look.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypedDict

from rnnbench.findings.learning import summary, verdict_summary
from rnnbench.findings.learning.comparing import compare
from rnnbench.findings.learning.contest import Contest, candidates, contest_of, rank
from rnnbench.findings.learning.look_summary import with_look
from rnnbench.findings.learning.looks import Looks
from rnnbench.findings.learning.losses import Figures, scale_of, solved_seeds
from rnnbench.findings.learning.overall import Deciding, with_overall
from rnnbench.findings.learning.records import Arm, Comparison

EPOCHS = "epochs to target"


class Answer(TypedDict):
    """The fields of a condition that answer which cell leads."""

    figure: str
    leader: str | None
    answer: str
    sure: str
    comparisons: tuple[Comparison, ...]


class _Lead(NamedTuple):
    """The cell that is ranked first, cells with exactly its figure, and how it compares."""

    leader: str
    tied: Sequence[str]
    comparisons: tuple[Comparison, ...]

    @property
    def contradicted(self) -> bool:
        return any(comparison.answer == "worse" for comparison in self.comparisons)

    @property
    def certain(self) -> bool:
        return bool(self.comparisons) and all(
            comparison.answer == "better" for comparison in self.comparisons
        )


def answer(
    arms: Sequence[Arm], figures: Figures, budget: int, looks: Looks | None = None
) -> Answer:
    """Return the answer of these arms at this look; some trial must have a learning record."""
    contest = contest_of(arms, figures, budget)
    figure = EPOCHS if contest.confirmed else contest.goal.metric.name
    ranked = rank(candidates(contest, figures), contest)
    if not ranked:
        return Answer(
            figure=figure,
            leader=None,
            answer="No seed has figures to compare.",
            sure="",
            comparisons=(),
        )
    best = min(ranked.values())
    leader, *tied = [row for row, value in ranked.items() if value == best]
    lead = _Lead(leader, tied, _comparisons(leader, contest, figures, looks))
    may_lead = contest.fair and not tied and not lead.contradicted
    return Answer(
        figure=figure,
        leader=leader if may_lead else None,
        answer=_sentence(contest, lead),
        sure=_certainty(contest, lead),
        comparisons=lead.comparisons,
    )


def _comparisons(
    leader: str, contest: Contest, figures: Figures, looks: Looks | None
) -> tuple[Comparison, ...]:
    goal = contest.goal
    deciding = Deciding(
        losses=contest.losses,
        solved=solved_seeds(figures, goal) if contest.confirmed else None,
        metric=goal.metric,
        scale=scale_of(goal, contest.confirmed, contest.losses, contest.budget),
    )
    comparisons = compare(leader, contest.losses, deciding.scale, looks)
    return with_overall(leader, comparisons, deciding)


def _sentence(contest: Contest, lead: _Lead) -> str:
    """Return sentences on which cell leads, what each cell reaches, and cells level with it."""
    (leader,) = [arm for arm in contest.arms if arm.row == lead.leader]
    others = [arm for arm in contest.arms if arm.row != lead.leader]
    leads = _leads(contest, lead)
    goal = contest.goal
    if contest.confirmed:
        sentence = summary.solved(
            leader, others, goal, contest.budget, contest.confirmed, lead=leads
        )
    else:
        sentence = summary.unsolved(leader, others, goal, beaten=bool(contest.fair), lead=leads)
    return f"{sentence} {summary.level(lead.leader, lead.tied)}".strip()


def _leads(contest: Contest, lead: _Lead) -> str:
    """Return the sentence on the leader, without its figures."""
    if lead.tied:
        return f"{lead.leader} shares the lead."
    if lead.contradicted:
        figure = "mean" if contest.confirmed else "median"
        return f"{lead.leader} comes first by the {figure} alone."
    if lead.certain:
        return f"{lead.leader} leads."
    return summary.ahead(lead.leader, lead.comparisons)


def _certainty(contest: Contest, lead: _Lead) -> str:
    """Return the sentences on how sure the lead is, at this look.

    Below a verdict, the answer has the number of seeds in which the leader is ahead already, unless
    it only reports that no cell beats the trivial forecast.
    """
    goal = contest.goal
    below_a_verdict = not lead.tied and not lead.contradicted and not lead.certain
    nobody_beats_trivial = not contest.fair and goal.trivial is not None
    sure = verdict_summary.how_sure(
        lead.leader,
        lead.comparisons,
        metric=None if contest.confirmed else goal.metric,
        wins_shown=below_a_verdict and not nobody_beats_trivial,
    )
    return with_look(sure, lead.comparisons)
