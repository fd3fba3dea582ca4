"""Scenes: two coloured shapes on a black ground, one above, below or beside the other."""

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

SIDE = 24
CHANNELS = 3
COLOURS = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "cyan": (0, 255, 255),
    "white": (255, 255, 255),
}
SHAPES = ("circle", "square", "triangle", "diamond", "cross", "ring")
THINGS = tuple(product(COLOURS, SHAPES))
RELATIONS = {"left-of": (0, 1), "above": (1, 0), "above-left-of": (1, 1), "above-right-of": (1, -1)}
"""Where the other shape stands, seen from the one that is named first: (down, right)."""
WIDTH = 9
"""Of a shape, in pixels."""
LARGEST_SHIFT = 1
POSITIONS_SEED = 20261125
Thing = tuple[str, str]
"""A colour and a shape."""
Array = NDArray[Any]


class Scene(NamedTuple):
    """Two shapes and their relation. The upper one is named first, the left one where they are
    level."""

    first: Thing
    relation: str
    second: Thing

    @property
    def words(self) -> tuple[str, ...]:
        """The caption: red circle above blue square."""
        return (*self.first, self.relation, *self.second)


def scenes() -> Iterator[Scene]:
    """All 36 x 4 x 36 = 5,184 scenes, in the order of their captions."""
    for first, relation, second in product(THINGS, RELATIONS, THINGS):
        yield Scene(first, relation, second)


def render() -> Array:
    """Pictures of all scenes, (5184, 24, 24, 3) uint8: each shape up to a pixel away from its
    place, at random."""
    rng = np.random.default_rng(POSITIONS_SEED)
    outlines = {shape: _outline(shape) for shape in SHAPES}
    everything = list(scenes())
    pictures = np.zeros((len(everything), SIDE, SIDE, CHANNELS), dtype=np.uint8)
    shifts = rng.integers(-LARGEST_SHIFT, LARGEST_SHIFT + 1, (len(everything), 2, 2))
    for picture, scene, shift in zip(pictures, everything, shifts, strict=True):
        away = np.array(RELATIONS[scene.relation])
        for (colour, shape), side, moved in zip(
            (scene.first, scene.second), (-1, 1), shift, strict=True
        ):
            down, right = (SIDE - WIDTH) // 2 + side * away * (SIDE // 4) + moved
            picture[down : down + WIDTH, right : right + WIDTH][outlines[shape]] = COLOURS[colour]
    return pictures


def _outline(shape: str) -> Array:
    """(9, 9) bool: where a shape is, without half-tones."""
    from PIL import Image, ImageDraw  # a large library, for when scenes are drawn

    last, middle, third = WIDTH - 1, WIDTH // 2, WIDTH // 3
    canvas = Image.new("1", (WIDTH, WIDTH))
    draw = ImageDraw.Draw(canvas)
    if shape in ("circle", "ring"):
        draw.ellipse((0, 0, last, last), fill=1)
    if shape == "ring":
        draw.ellipse((third - 1, third - 1, last - third + 1, last - third + 1), fill=0)
    if shape == "square":
        draw.rectangle((0, 0, last, last), fill=1)
    if shape == "triangle":
        draw.polygon([(middle, 0), (last, last), (0, last)], fill=1)
    if shape == "diamond":
        draw.polygon([(middle, 0), (last, middle), (middle, last), (0, middle)], fill=1)
    if shape == "cross":
        draw.rectangle((third, 0, last - third, last), fill=1)
        draw.rectangle((0, third, last, last - third), fill=1)
    return np.array(canvas)
