"""How often conditions that are thresholds of the same trainings are decided falsely, and how often
rightly.

Seeds of two cells go through `judge` as claims do: epochs to k thresholds of each training are
lognormal, share nine tenths of their luck, and are whole numbers up to the budget, at which a
training that fails, or is slower, ends. "fours" are groups of four thresholds, each group from
trainings of its own. Where rates are searched, each cell has two or three rates that are as good,
and the best of them is compared with each of the other's. The step-down of the findings is
compared with Holm's method, on the same draws.

Run: python benchmarks/families.py [levels|failing|half|searched|power|looks] [runs]

`levels`: each boundary is just met, so that every answer is false. `failing`: a fifth of all
          trainings fail besides.
`half`:   half of the conditions are far inside.
`looks`:  one, four and twelve conditions at 10, 15, 20, 25 and 30 seeds, by hand and by rule, up to
          the first answer.
"""

import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
from msgspec.structs import replace

from rnnbench.findings import Scored
from rnnbench.findings.claims import judging as claims
from rnnbench.findings.claims.evidence import evidence_for
from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.claims.records import ClaimFinding
from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.findings.stats.holm import holm
from rnnbench.findings.stats.westfall_young import Column
from rnnbench.records import (
    CellUse,
    Claim,
    LearningSide,
    LearningTrial,
    Question,
    Reading,
    Recipe,
    Region,
)

BUDGET = 60
BOUND = 0.8
SPREAD = 0.4
"""Of the logarithm of epochs over seeds; see benchmarks/search_luck.py."""
ALIKE = 0.9
"""Share of the variance of a training that all its thresholds have in common."""
FAILING = 0.2
SLOW = 15.0
"""Epochs of the second cell to the first threshold; the others are nearer by up to a half."""
FOUR = 4
RATES = (0.001, 0.003, 0.01)
LOOKS = (10, 15, 20, 25, 30)
FIXED = Recipe(tune=False, epochs=BUDGET)
SEARCHED = Recipe(tune=True, search="race", learning_rates=RATES, epochs=BUDGET)


class Setting(NamedTuple):
    """k conditions in groups of thresholds, at n seeds; of each condition the true ratio; the rates
    of each cell."""

    conditions: int
    group: int
    seeds: int
    ratios: tuple[float, ...]
    failing: float = 0.0
    rates: int = 1


class Counts(NamedTuple):
    """In how many runs some null condition was decided, and what the verdicts were."""

    false: int
    supported: int
    refuted: int
    right: float


def by_holm(_: Sequence[Column | None], p_values: Sequence[float], unknown: int = 0) -> list[float]:
    """Holm's method in place of the step-down."""
    return holm([*p_values, *[1.0] * unknown])[: len(p_values)]


def simulated(setting: Setting, run: int) -> tuple[Claim, Measurements]:
    """A claim that each ratio is at most `BOUND`, and the seeds."""
    measurements = Measurements()
    questions = []
    recipe = FIXED if setting.rates == 1 else SEARCHED
    for first in range(0, setting.conditions, setting.group):
        shares = [round(1 - 0.01 * at, 2) for at in range(first, first + setting.group)]
        sides = [
            LearningSide(cell=CellUse(name=name), task=f"t{first}", dials={}, recipe=recipe)
            for name in "ab"
        ]
        for place, side in enumerate(sides):
            ratios = np.ones(setting.group)
            if place == 0:
                ratios = np.array(setting.ratios[first : first + setting.group])
            _train(measurements, side, ratios, shares, setting, (run, first, place))
        questions += [
            Question(facets={}, first=sides[0], second=sides[1], share=share) for share in shares
        ]
    reading = Reading(
        title="",
        cells=("a", "b"),
        figure="epochs",
        region=Region(high=BOUND),
        questions=tuple(questions),
    )
    return Claim(name="some", sentence="", readings=(reading,)), measurements


def _train(
    measurements: Measurements,
    side: LearningSide,
    ratios: np.ndarray,
    shares: Sequence[float],
    setting: Setting,
    stream: tuple[int, int, int],
) -> None:
    """All seeds of one cell at each of its rates."""
    draw = np.random.default_rng((80, *stream))
    near = np.linspace(1, 0.5, len(shares))
    for seed in range(setting.seeds):
        for rate in RATES[: setting.rates]:
            luck = np.sqrt(ALIKE) * draw.normal() + np.sqrt(1 - ALIKE) * draw.normal(
                size=len(shares)
            )
            fails = draw.uniform() < setting.failing
            epochs = np.ceil(SLOW * near * ratios * np.exp(SPREAD * luck))
            epochs = np.full(len(shares), BUDGET) if fails else np.minimum(epochs, BUDGET)
            reached = None if epochs[0] >= BUDGET else int(epochs[0])
            trial = LearningTrial(
                suite="families",
                suite_version=1,
                cell=side.cell,
                task=side.task,
                dials={},
                seed=seed,
                recipe=side.recipe,
                learning_rate=rate,
            )
            figures = {
                f"epochs@{share:g}": float(found)
                for share, found in zip(shares, epochs, strict=True)
            }
            measurements.note(trial, figures, Scored(reached, 0.005 if reached else 0.1), {})


def count(setting: Setting, runs: int, first: int = 0) -> dict[str, Counts]:
    """By the step-down and by Holm's method, at the whole level."""
    null = [ratio == BOUND for ratio in setting.ratios]
    found: dict[str, list[ClaimFinding]] = {"step-down": [], "Holm": []}
    nothing_advised = (
        patch.object(claims, "share", lambda *_: LEVEL),
        patch.object(claims, "seeds_to_decide", lambda *_: None),
    )
    with patch.object(claims, "level_of", lambda *_: LEVEL), nothing_advised[0], nothing_advised[1]:
        for run in range(first, first + runs):
            claim, measurements = simulated(setting, run)
            evidence = {
                id(q): evidence_for(claim.readings[0], q, measurements)
                for q in claim.readings[0].questions
            }
            with patch.object(
                claims,
                "evidence_for",
                lambda _reading, question, _measurements, known=evidence: known[id(question)],
            ):
                found["step-down"].append(claims.judge(claim, measurements))
                with (
                    patch.object(claims, "step_down", by_holm),
                    patch.object(claims, "column", lambda *_: None),
                ):
                    found["Holm"].append(claims.judge(claim, measurements))
    return {name: _counts(each, null) for name, each in found.items()}


def _counts(found: Sequence[ClaimFinding], null: Sequence[bool]) -> Counts:
    false = 0
    right: list[bool] = []
    for one in found:
        of_null: list[bool] = []
        for judged, is_null in zip(one.readings[0].judged, null, strict=True):
            if is_null:
                of_null.append(judged.state != "open")
            else:
                right.append(judged.state == "holds")
        false += any(of_null)
    verdicts = [one.verdict for one in found]
    return Counts(
        false=false,
        supported=verdicts.count("supported"),
        refuted=verdicts.count("refuted"),
        right=sum(right) / max(len(right), 1),
    )


def groups(
    seeds: Sequence[int], *, half: bool = False, failing: float = 0.0
) -> Iterator[tuple[str, Setting]]:
    """One to twenty thresholds of the same trainings, and fours of them."""
    for n in seeds:
        for conditions in (1, 4, 12, 20):
            ratios = tuple(0.25 if half and at % 2 else BOUND for at in range(conditions))
            yield f"{conditions} alike", Setting(conditions, conditions, n, ratios, failing)
            if conditions > FOUR:
                yield f"{conditions} in fours", Setting(conditions, FOUR, n, ratios, failing)


def print_counts(settings: Iterator[tuple[str, Setting]], runs: int) -> None:
    """A row of a table for each setting."""
    print(
        "| conditions | seeds | runs | some false | by Holm | supported | by Holm | refuted | right"
        " | by Holm |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|", flush=True)
    for name, setting in settings:
        counted = count(setting, runs)
        new = counted["step-down"]
        old = counted["Holm"]
        numbers = [new.false, old.false, new.supported, old.supported, new.refuted]
        shares = [number / runs for number in numbers] + [new.right, old.right]
        row = " | ".join(f"{share:.1%}" for share in shares)
        print(f"| {name} | {setting.seeds} | {runs} | {row} |", flush=True)


def powers() -> Iterator[tuple[str, Setting]]:
    """Ten seeds of cells whose true ratio lies below the boundary."""
    for failing in (0.0, FAILING):
        for part in (0.5, 0.7):
            for conditions in (1, 4, 12):
                setting = Setting(conditions, conditions, 10, (part * BOUND,) * conditions, failing)
                yield (
                    f"{conditions} alike, ratio {part:g} of the boundary, {failing:.0%} fail",
                    setting,
                )


def searched() -> Iterator[tuple[str, Setting]]:
    """Two and three rates that are equally good."""
    for rates in (2, 3):
        for n in (10, 20):
            for failing in (0.0, FAILING):
                setting = Setting(FOUR, FOUR, n, (BOUND,) * FOUR, failing, rates)
                yield f"{FOUR} alike, {rates} rates, {failing:.0%} fail", setting


def _by_hand(claim: Claim, measurements: Measurements) -> Iterator[ClaimFinding]:
    for at, seeds in enumerate(LOOKS):
        looked = replace(claim, looked=LOOKS[: at + 1])
        yield claims.judge(looked, measurements.up_to(seeds))


def _by_rule(claim: Claim, measurements: Measurements) -> Iterator[ClaimFinding]:
    yield claims.judge(replace(claim, at_looks=LOOKS), measurements)


def _first_by_hand(claim: Claim, measurements: Measurements) -> Iterator[ClaimFinding]:
    looked = claim.after(None, LOOKS[0])
    yield claims.judge(looked, measurements.up_to(LOOKS[0]))
    yield claims.judge(replace(claim, at_looks=LOOKS).after(looked, LOOKS[0]), measurements)


def _in_equal_parts(claim: Claim, measurements: Measurements) -> Iterator[ClaimFinding]:
    with patch.object(claims, "level_of", lambda *_: LEVEL / len(LOOKS)):
        yield from _by_rule(claim, measurements)


def _once(claim: Claim, measurements: Measurements) -> Iterator[ClaimFinding]:
    yield claims.judge(replace(claim, looked=LOOKS[-1:]), measurements)


WAYS = {
    "at 10, 15, 20, 25, 30, by hand": _by_hand,
    "by rule": _by_rule,
    "at 10 by hand, then by rule": _first_by_hand,
    "by rule, in equal parts": _in_equal_parts,
    "at 30 alone": _once,
}


def print_looks(runs: int) -> None:
    """In how many runs some look decides some condition."""
    truths = (1.0, 0.7, 0.5)
    print(
        "| conditions | looks | "
        + " | ".join(f"true ratio {t:g} of the boundary" for t in truths)
        + " |"
    )
    print("|---" * (2 + len(truths)) + "|", flush=True)
    for conditions in (1, 4, 12):
        found: dict[str, list[str]] = {way: [] for way in WAYS}
        for truth in truths:
            setting = Setting(
                conditions, min(conditions, FOUR), LOOKS[-1], (truth * BOUND,) * conditions
            )
            for way, decided in _decided(setting, runs).items():
                found[way].append(f"{decided / runs:.1%}")
        for way, shares in found.items():
            print(f"| {conditions} | {way} | {' | '.join(shares)} |", flush=True)


def _decided(setting: Setting, runs: int) -> dict[str, int]:
    decided = dict.fromkeys(WAYS, 0)
    for run in range(runs):
        claim, measurements = simulated(setting, run)
        for way, looks in WAYS.items():
            decided[way] += any(_decides(found) for found in looks(claim, measurements))
    return decided


def _decides(found: ClaimFinding) -> bool:
    """Whether any condition of a claim is decided."""
    for reading in found.readings:
        if any(judged.state != "open" for judged in reading.judged):
            return True
    return False


if __name__ == "__main__":
    part = sys.argv[1] if len(sys.argv) > 1 else "power"
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    if part == "looks":
        print_looks(runs)
    else:
        settings = {
            "levels": groups((10, 20, 7, 30)),
            "failing": groups((10, 20, 7, 30), failing=FAILING),
            "half": groups((10, 20), half=True),
            "searched": searched(),
            "power": powers(),
        }
        print_counts(settings[part], runs)
