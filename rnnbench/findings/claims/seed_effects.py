"""The effect in each seed: its value, and the interval in which a censored one may lie."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from rnnbench.findings.claims.evidence_records import BySeed, Ends
from rnnbench.findings.claims.seeds import Seeds
from rnnbench.findings.stats.censoring import ANYTHING, between
from rnnbench.findings.stats.westfall_young import Column


class EffectScale(NamedTuple):
    """How the figures of one seed become an effect.

    ratio:   whether the effect is the logarithm of a ratio; otherwise it is a difference.
    budgets: by cell, the epochs at which it is censored; empty for figures without a budget.
    """

    ratio: bool
    budgets: Sequence[float]

    def value(self, figures: Sequence[float]) -> float:
        """Return the effect of two cells, or the figure itself of a single cell."""
        if len(figures) == 1:
            return figures[0]
        if self.ratio:
            return float(np.log(figures[0] / figures[1]))
        return figures[0] - figures[1]

    def values(self, seeds: Seeds) -> dict[int, float]:
        """Return the effect by seed, without the seeds in which both cells are censored."""
        return {
            seed: self.value(figures)
            for seed, figures in seeds.figures.items()
            if not self._is_censored(figures)
        }

    def ends(self, seeds: Seeds, conceded: float = 0.0) -> BySeed:
        """Return from where to where the effect of each seed may lie.

        A censored cell may have needed any number of epochs. A training that ended without the
        figure may have any effect. A seed that a cell conceded lies at `conceded`.
        """
        known = {seed: self._ends_of(figures) for seed, figures in seeds.figures.items()}
        unknown = dict.fromkeys(seeds.unknown, (-ANYTHING, ANYTHING))
        return {**known, **unknown, **dict.fromkeys(seeds.conceded, (conceded, conceded))}

    def _is_censored(self, figures: Sequence[float]) -> bool:
        if len(self.budgets) < 2:
            return False
        return not (figures[0] < self.budgets[0] or figures[1] < self.budgets[1])

    def _ends_of(self, figures: Sequence[float]) -> Ends:
        if len(self.budgets) == 2:
            return between(figures[0], figures[1], (self.budgets[0], self.budgets[1]))
        value = self.value(figures)
        is_censored = bool(self.budgets) and value >= self.budgets[0]
        return value, ANYTHING if is_censored else value


def values_at(choices: Sequence[Seeds], scale: EffectScale, conceded: float) -> list[Column]:
    """Return the effects by choice of rates and seed; a conceded seed has the value given."""
    return [{**scale.values(seeds), **dict.fromkeys(seeds.conceded, conceded)} for seeds in choices]


def ends_at(choices: Sequence[Seeds], scale: EffectScale, conceded: float) -> list[BySeed]:
    """Return the ends by choice of rates and seed; a conceded seed has the value given."""
    return [scale.ends(seeds, conceded) for seeds in choices]


def one_end(columns: Sequence[BySeed], end: Literal["lower", "upper"]) -> list[Column]:
    """Return the lower ends, or the upper ones, by choice of rates and seed."""
    place = 0 if end == "lower" else 1
    one_sided: list[Column] = []
    for column in columns:
        one_sided.append({seed: ends[place] for seed, ends in column.items()})
    return one_sided
