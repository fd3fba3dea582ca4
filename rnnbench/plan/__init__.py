"""What to run next: pure functions of the suite and of what is known, tested without running a
trial."""

from rnnbench.plan.known import Index, Known, known
from rnnbench.plan.plan import due_trials, learning_trials, plan
from rnnbench.plan.replicates import TIMES, cost_trials, precision, wants_more
from rnnbench.plan.search import best_rate
from rnnbench.plan.search_state import SearchState, unclimbed
from rnnbench.plan.trials import count_trials, learning_trial, tuning_trials

__all__ = [
    "TIMES",
    "Index",
    "Known",
    "SearchState",
    "best_rate",
    "cost_trials",
    "count_trials",
    "due_trials",
    "known",
    "learning_trial",
    "learning_trials",
    "plan",
    "precision",
    "tuning_trials",
    "unclimbed",
    "wants_more",
]
