"""The induction task: what followed the earlier occurrence of the last token?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import rnnbench


@dataclass(frozen=True)
class Induction(rnnbench.GeneratedTask):
    """Name the token that followed the earlier occurrence of the last token.

    tokens:  5 0 2 7 3 3 0 5 2
    answer at the last step: 7 (which followed the earlier 2)

    The last token, a, occurs exactly once before; all other tokens are drawn from the V - 1 =
    `symbols` - 1 others. Which token is asked for is therefore unknown before the last step. A
    sequence has horizon + 1 steps, and the first can be inferred. A reader who finds no earlier a
    knows that it was there, and answers with the second token. The best constant answer has
    accuracy 1/V. A reader of the last token alone has 1/(V - 1), since the answer is never a.

    source: Olsson et al. 2022, arXiv:2209.11895. In Gu & Dao 2023, arXiv:2312.00752, section 4.1.2,
    a is one special token; their length of 256 with V = 16 corresponds to horizon 255.
    """

    horizon: int = 64
    symbols: int = 8
    name: ClassVar[str] = "induction"
    shortest_horizon: ClassVar[int] = 2
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY,)
    target: ClassVar[float] = 0.99
    trivial_forecast: ClassVar[str] = "any one token"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.symbols < 3:
            raise ValueError(f"symbols must be at least 3, got {self.symbols}")

    @property
    def vocabulary(self) -> int:
        """V, the number of different tokens."""
        return self.symbols

    @property
    def output_size(self) -> int:
        """One class for each token."""
        return self.symbols

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs (B, horizon + 1) of tokens and targets (B,)."""
        rows = np.arange(count)
        asked = rng.integers(0, self.symbols, count)
        tokens = rng.integers(0, self.symbols - 1, (count, self.horizon + 1))
        tokens += tokens >= asked[:, None]
        place = rng.integers(0, self.horizon - 1, count)
        tokens[rows, place] = asked
        tokens[:, -1] = asked
        return rnnbench.Batch(tokens, tokens[rows, place + 1])

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the accuracy of any one token by formula, 1/V."""
        return {"accuracy": 1 / self.symbols}

    def blind_score(self, steps: int) -> float:
        """Return the accuracy of the best reader of the last `steps` steps, by formula.

        It is right where it sees the earlier a. Elsewhere, its best guess is the first token that
        it sees, which is right if a came directly before. Of the `unseen` possible places of a,
        that is one; at the others, the guess is right with probability 1/(V - 1).
        """
        if steps < 2:
            return 1 / (self.symbols - steps)
        unseen = self.horizon + 1 - steps
        places = self.horizon - 1
        right_before = 1 / unseen
        guess = right_before + (1 - right_before) / (self.symbols - 1)
        return 1 - unseen / places * (1 - guess)
