"""The look of each cell: a hue by its family, a dash and a marker by its variant, for ever.

A table gives the first-party cells their looks; others get one by a stable hash of their names, so
that no look depends on which cells a run has. Only where two cells of one report would look alike
does the later one by name get another dash.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

import rnnbench


@dataclass(frozen=True)
class Hue:
    """A hue on light paper and on a dark screen."""

    name: str
    light: str
    dark: str


@dataclass(frozen=True)
class Look:
    """The colour, the dash and the marker of a cell.

    dash: lengths of marks and gaps in widths of the line; empty for a line without gaps.
    """

    hue: Hue
    dash: tuple[float, ...]
    marker: str

    @property
    def colour(self) -> str:
        """The colour on light paper."""
        return self.hue.light


# The hues differ by 12 or more (CIELAB, 1976) for normal and colour-blind readers alike, on light
# and on dark ground; grey is left for cells that are not featured.
BLUE = Hue("blue", "#0b5fae", "#4a90ff")
RED = Hue("red", "#c43c00", "#ff6a2b")
GREEN = Hue("green", "#0b9467", "#1fc08a")
PURPLE = Hue("purple", "#c04f9f", "#e892d6")
GOLD = Hue("gold", "#b58900", "#ffd65c")
SKY = Hue("sky", "#3b97d3", "#a3e0ff")
WINE = Hue("wine", "#5c1a33", "#b0516e")
HUES = (BLUE, RED, GREEN, PURPLE, GOLD, SKY, WINE)

DASHES: tuple[tuple[float, ...], ...] = (
    (),
    (5, 1.8),
    (1.2, 1.4),
    (7, 1.6, 1.2, 1.6),
    (3, 1.2),
    (6, 1.4, 1.2, 1.4, 1.2, 1.4),
    (11, 2),
    (3, 1.2, 1, 1.2),
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")

FAMILIES: Mapping[Hue, tuple[str, ...]] = {
    BLUE: (
        *("lstm", "peephole-lstm", "layernorm-lstm", "cifg", "no-forget-gate", "no-input-gate"),
        *("no-output-gate", "no-input-activation", "no-output-activation", "full-gate-recurrence"),
        *("convlstm2d", "janet", "slstm"),
    ),
    RED: ("gru", "gru-v3", "mgu", "ligru", "nbrc", "fastgrnn", "ugrnn"),
    GREEN: ("rnn", "irnn", "indrnn", "scrn", "ur-lstm", "esn"),
    PURPLE: ("mingru", "minlstm", "qrnn", "sru", "hgrn", "rglru"),
    GOLD: ("lru", "s4d", "s5", "mamba", "mamba2", "mamba3", "pd-ssm"),
    SKY: (
        *("deltanet", "linear-attention", "retnet", "gla", "hgrn2", "gated-deltanet"),
        *("deltaproduct", "kda", "mlstm", "rwkv7", "ttt-linear", "titans", "gdn-2", "m2rnn"),
    ),
    WINE: ("exprnn", "cornn", "lem", "antisymmetric", "lmu", "cfc", "unicornn"),
}
"""Cells by family; the place in a family gives the dash and the marker."""
BASELINES = ("rnn", "gru", "lstm")
MOST_FEATURED = 8
"""With more cells than this, figures show the others in grey."""


def looks(findings: rnnbench.Findings) -> dict[str, Look]:
    """Return a look for each cell of the findings, in the order of their names."""
    return looks_of(sorted(set(_rows(findings))))


def looks_of(rows: Iterable[str]) -> dict[str, Look]:
    """Return a look for each row; of two that would look alike, the later one gets another dash."""
    given: dict[str, Look] = {}
    for row in rows:
        look = _own_look(row)
        for _ in DASHES:
            if all((look.hue, look.dash) != (other.hue, other.dash) for other in given.values()):
                break
            look = _next_dash(look)
        given[row] = look
    return given


def featured(findings: rnnbench.Findings) -> frozenset[str]:
    """Return the cells that figures show in their colours.

    Those are all of them up to eight; of more, the leaders of conditions, the fastest cells and the
    baselines.
    """
    rows = set(_rows(findings))
    if len(rows) <= MOST_FEATURED:
        return frozenset(rows)
    ahead = [condition.leader for condition in findings.conditions if condition.leader]
    for cost in findings.costs:
        ahead += [cost.fastest] if cost.fastest else []
    ranked = sorted(set(ahead), key=lambda row: (-ahead.count(row), row))
    baselines = [row for row in BASELINES if row in rows]
    chosen = [*baselines, *(row for row in ranked if row not in baselines)]
    return frozenset(chosen[:MOST_FEATURED])


def _rows(findings: rnnbench.Findings) -> Iterator[str]:
    for condition in findings.conditions:
        yield from (arm.row for arm in condition.arms)
    for finding in findings.spans:
        yield from (span.row for span in finding.spans)
    for cost in findings.costs:
        yield from (row.row for row in cost.rows)
    for scaling in findings.scalings:
        yield from (curve.row for curve in scaling.curves)
        yield from (longest.row for longest in scaling.longest)


def _own_look(row: str) -> Look:
    """Return the look that a row has wherever it is not taken: by its cell, or by a hash."""
    cell = re.split(r"[ :(@]", row, maxsplit=1)[0].removeprefix("torchrecurrent-")
    for hue, family in FAMILIES.items():
        if cell in family:
            variant = 0 if cell == row else 1 + _hashed(row) % (len(DASHES) - 1)
            return _look(hue, family.index(cell) + variant)
    number = _hashed(row)
    return _look(HUES[number % len(HUES)], number // len(HUES))


def _look(hue: Hue, place: int) -> Look:
    return Look(hue, DASHES[place % len(DASHES)], MARKERS[place % len(MARKERS)])


def _next_dash(look: Look) -> Look:
    place = DASHES.index(look.dash) + 1
    return Look(look.hue, DASHES[place % len(DASHES)], MARKERS[place % len(MARKERS)])


def _hashed(row: str) -> int:
    return int.from_bytes(sha256(row.encode()).digest()[:6], "big")
