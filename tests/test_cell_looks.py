"""The looks of cells: one for ever, told apart by colour-blind readers too, on light and dark."""

from itertools import chain, combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from rnnbench.catalogue import Catalogue
from rnnbench_reports.looks import (
    BLUE,
    DASHES,
    FAMILIES,
    GREEN,
    HUES,
    RED,
    featured,
    looks_of,
)
from tests.builders.report_page import many_cells

Rgb = NDArray[np.float64]
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
"""Linear sRGB to XYZ, D65 (IEC 61966-2-1)."""
WHITE = np.array([0.95047, 1.0, 1.08883])
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
"""Machado, Oliveira & Fernandes (2009), severity 1, on linear RGB."""
LEAST_DIFFERENCE = 12.0
LEAST_CONTRAST = 3.0
"""Of graphics, by WCAG 2.2, 1.4.11."""
PAPER = {"light": "#ffffff", "dark": "#1e2229"}


def linear(colour: str) -> Rgb:
    """A colour as linear RGB."""
    values = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(rgb: Rgb) -> Rgb:
    """CIELAB of a colour in linear RGB."""
    ratios = np.clip(rgb, 0, 1) @ XYZ.T / WHITE
    roots = np.where(ratios > 216 / 24389, np.cbrt(ratios), (24389 / 27 * ratios + 16) / 116)
    x, y, z = roots
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(one: str, other: str, vision: str) -> float:
    """The distance of two colours in CIELAB (1976), as somebody sees them."""
    seen = [lab(VISION[vision] @ linear(colour)) for colour in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("ground", PAPER)
def test_hues_are_told_apart_by_everybody(ground: str, vision: str) -> None:
    """On paper and on a dark screen; red and green as most palettes have them would not be."""
    colours = [getattr(hue, ground) for hue in HUES]
    nearest = min(difference(*pair, vision) for pair in combinations(colours, 2))
    assert nearest >= LEAST_DIFFERENCE
    assert difference("#c03000", "#7a6000", "deuteranopia") < LEAST_DIFFERENCE


@pytest.mark.parametrize("ground", PAPER)
def test_hues_stand_out_from_the_ground(ground: str) -> None:
    """By the contrast that graphics need."""
    for hue in HUES:
        lights = sorted(linear(colour) @ XYZ[1] for colour in (getattr(hue, ground), PAPER[ground]))
        assert (lights[1] + 0.05) / (lights[0] + 0.05) >= LEAST_CONTRAST, hue.name


def test_a_look_depends_on_no_other_cell() -> None:
    """A cell keeps its look whichever cells are drawn beside it."""
    alone = looks_of(["gru"])["gru"]
    beside = looks_of(sorted(["a-stranger", "gru", "lstm", "mingru", "rnn"]))
    assert beside["gru"] == alone
    assert beside["a-stranger"] == looks_of(["a-stranger"])["a-stranger"]


def test_looks_are_for_ever() -> None:
    """Those of the classics, and the hash of a stranger: reports of different years agree."""
    given = looks_of(["gru", "gru-v3", "lstm", "rnn"])
    assert [given[row].hue for row in given] == [RED, RED, BLUE, GREEN]
    assert [DASHES.index(given[row].dash) for row in given] == [0, 1, 0, 0]
    stranger = looks_of(["my-own-cell"])["my-own-cell"]
    assert (stranger.hue.name, DASHES.index(stranger.dash)) == ("blue", 0)


def test_every_cell_of_ours_has_a_place_in_the_table() -> None:
    """None of them is left to the hash."""
    ours = {
        name
        for name, contribution in Catalogue.present().cells.items()
        if contribution.plugin.name == "cells"
    }
    assert ours <= set(chain.from_iterable(FAMILIES.values()))
    assert len(ours) > 20


def test_no_two_cells_of_a_report_look_alike() -> None:
    """As long as there are hues and dashes: 56 of them."""
    rows = [f"cell-{number}" for number in range(8)]
    for family in FAMILIES.values():
        rows += family[:5]
    given = looks_of(sorted(rows))
    assert len({(look.hue, look.dash) for look in given.values()}) == len(rows)


def test_many_cells_leave_the_leader_and_the_baselines() -> None:
    """Up to eight are featured, all of them where there are no more."""
    shown = featured(many_cells(12))
    assert {"rnn", "gru", "lstm", "cell-8"} <= shown
    assert len(shown) <= 8
    assert len(featured(many_cells(8))) == 8
