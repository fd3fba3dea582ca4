"""The base of tasks that read a string and write another one made of its symbols."""

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

import rnnbench
from rnnbench_tasks.lengths import TIMES, Array, VariableLength

Extra = Mapping[str, Array]


def pooled_chance(extra: Extra) -> float:
    """Return the mean of `extra["chance"]`, (B, 1), over all answers.

    `extra["answers"]`, (B, 1), counts the answers of each sequence.
    """
    return float(np.average(extra["chance"], weights=extra["answers"]))


def _scaled_accuracy(outputs: Array, targets: Array, extra: Extra) -> float:
    chance = pooled_chance(extra)
    accuracy = float(np.mean(np.argmax(outputs, axis=-1) == targets))
    return (accuracy - chance) / (1 - chance)


SCALED_ACCURACY = replace(rnnbench.SCALED_ACCURACY, compute=_scaled_accuracy)
"""Over all answers: a long string counts more than a short one, as it does in the accuracy."""


@dataclass(frozen=True)
class StringTask(VariableLength):
    """A task that asks for a string after another one, a symbol at each marker behind it.

    A sequence has n symbols, each of the S kinds alike, and then a marker for each symbol that is
    to be written. Lengths n are drawn evenly from 1 to the largest n whose string can be written by
    a reader of the last `horizon` steps. The tests 1x, 2x, 4x and 10x have strings of exactly that
    multiple of the largest n. The target is our choice: 99 % of symbols right at training lengths.

    source: Delétang et al. 2022, arXiv:2207.02098, who also read the whole string before writing,
    give empty tokens while the network writes, and count single symbols; training lengths 1 to 40.
    """

    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY, SCALED_ACCURACY)
    target: ClassVar[float] = 0.99
    trivial_forecast: ClassVar[str] = "the likeliest symbol at that place"
    symbols: ClassVar[int] = 2
    """S, the number of different symbols."""
    copies: ClassVar[int] = 1
    """How many symbols are written for each one that is read."""

    @staticmethod
    @abstractmethod
    def steps_to_see(length: int) -> int:
        """Return the least number of last steps that is always enough for strings of a length."""

    @abstractmethod
    def written(self, strings: Array) -> Array:
        """Return what is to be written, (B, M), after these strings of one length, (B, n)."""

    def chance(self, length: int) -> float:  # noqa: ARG002
        """Return the accuracy of a reader who sees nothing of a string of this length."""
        return 1 / self.symbols

    @property
    def vocabulary(self) -> int:
        """The number of tokens: the symbols and the marker."""
        return self.symbols + 1

    @property
    def output_size(self) -> int:
        """One class for each symbol."""
        return self.symbols

    @property
    def possible_lengths(self) -> Array:
        """The lengths of strings that may be drawn, (N,), which are equally likely."""
        count = bisect_right(range(1, self.horizon + 1), self.horizon, key=self.steps_to_see)
        if self.lengths == "longest":
            return np.array([count])
        return np.arange(self.beyond + 1, count + 1)

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs and targets (B, T), which are asked for at the markers.

        `extra["chance"]` and `extra["answers"]`, (B, 1), are the accuracy of the trivial forecast
        and the number of symbols to write for each string.
        """
        drawn = self.draw_lengths(rng, count)
        answers = self.copies * drawn
        lengths = drawn + answers
        tokens = np.zeros((count, int(lengths.max())), dtype=np.int64)
        targets = np.zeros_like(tokens)
        mask = np.zeros(tokens.shape, dtype=bool)
        for length in np.unique(drawn):
            rows = np.flatnonzero(drawn == length)
            strings = rng.integers(0, self.symbols, (len(rows), length))
            markers = slice(length, length + self.copies * length)
            tokens[rows, :length] = strings
            tokens[rows, markers] = self.symbols
            targets[rows, markers] = self.written(strings)
            mask[rows, markers] = True
        chance = np.array([self.chance(int(n)) for n in drawn])
        extra = {"chance": chance[:, None], "answers": answers[:, None]}
        return rnnbench.Batch(tokens, targets, extra, lengths=lengths, mask=mask)

    def elsewhere(self) -> Mapping[str, rnnbench.GeneratedTask]:
        """Return settings with strings of 1, 2, 4 and 10 times the largest length."""
        found: dict[str, rnnbench.GeneratedTask] = {}
        for times in TIMES:
            horizon = self.steps_to_see(times * self.longest)
            found[f"{times}x"] = replace(self, horizon=horizon, lengths="longest")
        return found

    def example(self, one: rnnbench.Batch, outputs: Array) -> rnnbench.Example:
        """Return the symbols by number, with ? for the marker."""
        names = (*map(str, range(self.symbols)), "?")
        read = [names[token] for token in one.inputs[0]]
        return rnnbench.example_of(one, outputs, read=read)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the scores of the likeliest symbol at each place of the test data, by formula."""
        return {"accuracy": pooled_chance(test.extra), "scaled accuracy": 0.0}


@dataclass(frozen=True)
class Rearrangement(StringTask):
    """A string task whose answer is made of the symbols at given places of the string."""

    @staticmethod
    @abstractmethod
    def places(length: int) -> Array:
        """Return which symbol of a string, counted from 0, is written at each marker, (M,)."""

    def written(self, strings: Array) -> Array:
        """Return the symbols at the places, (B, M)."""
        rearranged: Array = strings[:, self.places(strings.shape[1])]
        return rearranged

    def blind_score(self, steps: int) -> float:
        """Return the accuracy of the best reader of the last `steps` steps, by formula.

        It knows at which step it is. At marker m of a string of n symbols, both counted from 0, the
        symbol at place p is n + m + 1 - p steps back, itself and the marker included. It is right
        where it sees that symbol, and elsewhere with probability 1/S.
        """
        seen = 0
        asked = 0
        for length in self.possible_lengths:
            places = self.places(int(length))
            back = length + np.arange(len(places)) + 1 - places
            seen += int((back <= steps).sum())
            asked += len(places)
        share = seen / asked
        return share + (1 - share) / self.symbols
