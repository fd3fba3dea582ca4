"""From replicates of times to ratios that hold."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Sized
from typing import NamedTuple, TypeVar

import numpy as np

from rnnbench.findings.cost_records import CostPair, Pace, StepKind
from rnnbench.findings.estimates import INTERVAL_REPLICATES, half_width, ratio, ratio_over_days, spread
from rnnbench.findings.ranges import Range
from rnnbench.records import CellUse, CostTrial, TimeRow, trial_id

FAR = 1.5
Replicates = TypeVar("Replicates", bound=Sized)
KINDS: dict[str, StepKind] = {
    "train-step-time": "train",
    "inference-time": "inference",
    "streaming-time": "streaming",
}


class Seen(NamedTuple):
    """A row of times with the trial that it comes from."""

    trial: CostTrial
    cell: CellUse
    row: TimeRow

    @property
    def seconds(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Of each step by the clock that is primary there: thread CPU time sees one thread alone."""
        return np.asarray(self.row.cpu_seconds if self.trial.threads == 1 else self.row.wall_seconds)


def pace(seen: Sequence[Seen]) -> Pace:
    """What the replicates of one cell say."""
    by_occasion: dict[str, list[float]] = defaultdict(list)
    for replicate in seen:
        by_occasion[replicate.trial.occasion].append(replicate.row.log_ratio_to_ruler)
    medians = tuple(float(np.median(replicate.seconds)) for replicate in seen)
    walls = [np.asarray(replicate.row.wall_seconds) for replicate in seen]
    return Pace(
        seconds=spread(medians),
        ratio=over_occasions(by_occasion),
        occasions=_each(by_occasion),
        precision=_precision(by_occasion),
        replicates=medians,
        cut_short=len(seen) - sum(map(len, that_count(by_occasion).values())),
        steps=sum(len(replicate.seconds) for replicate in seen),
        far=sum(int(np.sum(wall > FAR * np.median(wall))) for wall in walls),
        p50=spread([float(np.quantile(wall, 0.5)) for wall in walls]),
        p99=spread([float(np.quantile(wall, 0.99)) for wall in walls]),
    )


def over_occasions(by_occasion: Mapping[str, Sequence[float]]) -> Range:
    """A ratio from log-ratios by occasion, of those that count."""
    return ratio_over_days(list(that_count(by_occasion).values()))


def that_count(by_occasion: Mapping[str, Replicates]) -> dict[str, Replicates]:
    """The occasions that have replicates enough for an interval: beside them, one that was cut short tells nothing of
    how days differ. Where none has, all."""
    enough = {day: logs for day, logs in by_occasion.items() if len(logs) >= INTERVAL_REPLICATES}
    return enough or dict(by_occasion)


def pairs(kind: StepKind, seen: Mapping[str, Sequence[Seen]]) -> tuple[CostPair, ...]:
    """Each cell over the fastest one, the fastest first, and then versions of one cell over each other."""
    order = sorted(seen, key=lambda row: float(np.median([np.median(s.seconds) for s in seen[row]])))
    wanted = [(row, order[0]) for row in order[1:]]
    wanted += [
        (slow, fast) for place, slow in enumerate(order) for fast in order[1:place] if same_kind(seen[slow], seen[fast])
    ]
    found = [_pair(kind, slow, fast, seen) for slow, fast in wanted]
    return tuple(pair for pair in found if pair is not None)


def _pair(kind: StepKind, slow: str, fast: str, seen: Mapping[str, Sequence[Seen]]) -> CostPair | None:
    by_occasion: dict[str, list[float]] = defaultdict(list)
    others = {trial_id(s.trial): s for s in seen[fast]}
    for replicate in seen[slow]:
        if (key := trial_id(replicate.trial)) in others:  # in one process
            in_turns = np.log(replicate.seconds) - np.log(others[key].seconds)
            by_occasion[replicate.trial.occasion].append(float(np.median(in_turns)))
    if not by_occasion:
        return None
    return CostPair(
        kind=kind,
        slow=slow,
        fast=fast,
        same_kind=same_kind(seen[slow], seen[fast]),
        ratio=over_occasions(by_occasion),
        occasions=_each(by_occasion),
    )


def same_kind(ours: Sequence[Seen], theirs: Sequence[Seen]) -> bool:
    """Whether two rows are versions of one cell on one kernel, by one implementation."""
    kinds = [(s.cell.name, s.cell.implementation, s.row.kernel) for s in (ours[0], theirs[0])]
    return kinds[0] == kinds[1]


def _each(by_occasion: Mapping[str, Sequence[float]]) -> dict[str, Range]:
    counted = that_count(by_occasion)
    return {day: ratio(logs) for day, logs in sorted(counted.items())} if len(counted) > 1 else {}


def _precision(by_occasion: Mapping[str, Sequence[float]]) -> float | None:
    widths = [half_width(logs) for logs in by_occasion.values() if len(logs) >= INTERVAL_REPLICATES]
    return max(widths, default=None)
