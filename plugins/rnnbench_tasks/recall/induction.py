"""Induction: what came after this token the last time?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import rnnbench


@dataclass(frozen=True)
class Induction(rnnbench.GeneratedTask):
    """Name the token that followed the last one where it stood before.

    tokens:  5 0 2 7 3 3 0 5 2
    answer at the last step: 7 (2 stood before 7)

    The last token, a, stands in the sequence once before; the others are drawn from the V - 1 that
    are not a, so that which token will be asked for is not known before the end. A sequence has
    horizon + 1 steps: where the first token is a, its successor, at the second, is still known to
    be the answer by a reader who finds a nowhere else. The best constant answer has 1/V; who sees
    the last token alone has 1/(V - 1), since the answer is never a itself. source: Olsson et al.
    2022, arXiv:2209.11895. In Gu & Dao 2023, arXiv:2312.00752, section 4.1.2, a is one special
    token; their length of 256 with V = 16 is horizon 255 here.
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
        """V."""
        return self.symbols

    @property
    def output_size(self) -> int:
        """One class a token."""
        return self.symbols

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Inputs (B, horizon + 1) tokens; targets (B,)."""
        rows, asked = np.arange(count), rng.integers(0, self.symbols, count)
        tokens = rng.integers(0, self.symbols - 1, (count, self.horizon + 1))
        tokens += tokens >= asked[:, None]
        place = rng.integers(0, self.horizon - 1, count)
        tokens[rows, place] = tokens[:, -1] = asked
        return rnnbench.Batch(tokens, tokens[rows, place + 1])

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """By formula: one in V."""
        return {"accuracy": 1 / self.symbols}

    def blind_score(self, steps: int) -> float:
        """Right where the earlier a is seen. Otherwise the best guess is the first token that is
        seen: it is the answer if a stood right before it, one of `unseen` places, and one in V - 1
        of the others by luck.
        """
        if steps < 2:
            return 1 / (self.symbols - steps)
        unseen, places = self.horizon + 1 - steps, self.horizon - 1
        right_before = 1 / unseen
        guess = right_before + (1 - right_before) / (self.symbols - 1)
        return 1 - unseen / places * (1 - guess)
