"""What a practitioner would hold against a recurrent cell, on the same windows of a user's file.

scikit-learn is imported when a baseline is fitted, and not before.
"""

from rnnbench.baselines.fit import fit_baselines
from rnnbench.baselines.ngrams import log_probabilities
from rnnbench.baselines.records import BaselineScore

__all__ = ["BaselineScore", "fit_baselines", "log_probabilities"]
