"""Training: epochs over a task's data, evaluations between them, and the resulting figures."""

from rnnbench.training.checkpoint import Checkpoint
from rnnbench.training.contract import check_batch
from rnnbench.training.feed import Feed
from rnnbench.training.loop import Outcome, train
from rnnbench.training.opening import open_feed
from rnnbench.training.predictions import keep_predictions
from rnnbench.training.weights import keep_weights, note_of

__all__ = [
    "Checkpoint",
    "Feed",
    "Outcome",
    "check_batch",
    "keep_predictions",
    "keep_weights",
    "note_of",
    "open_feed",
    "train",
]
