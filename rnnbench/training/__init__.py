"""Training: epochs over a task's data, evaluations between them, and the figures that come of
it."""

from rnnbench.training.checkpoint import Checkpoint
from rnnbench.training.contract import check_batch
from rnnbench.training.feed import Feed, open_feed
from rnnbench.training.loop import Outcome, train

__all__ = ["Checkpoint", "Feed", "Outcome", "check_batch", "open_feed", "train"]
