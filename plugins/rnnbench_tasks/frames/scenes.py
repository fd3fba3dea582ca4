"""Scenes: two coloured shapes on black, one above, below or beside the other."""

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
"""Direction from the shape that is named first to the other one: (down, right)."""
WIDTH = 9
"""Width of a shape in pixels."""
LARGEST_SHIFT = 1
"""Largest random shift of a shape from its place, in pixels on each axis."""
POSITIONS_SEED = 20261125
Thing = tuple[str, str]
"""A colour and a shape."""
Array = NDArray[Any]


class Scene(NamedTuple):
    """Two things and their relation; the upper or, where they are level, the left one is first."""

    first: Thing
    relation: str
    second: Thing

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the caption, such as red circle above blue square."""
        return (*self.first, self.relation, *self.second)


def scenes() -> Iterator[Scene]:
    """Yield all 36 x 4 x 36 = 5,184 scenes, in the order of their captions."""
    for first, relation, second in product(THINGS, RELATIONS, THINGS):
        yield Scene(first, relation, second)


def render() -> Array:
    """Return pictures of all scenes, (5184, 24, 24, 3) uint8.

    Each shape is shifted at random by up to one pixel on each axis.
    """
    rng = np.random.default_rng(POSITIONS_SEED)
    outlines = {shape: _outline(shape) for shape in SHAPES}
    everything = list(scenes())
    pictures = np.zeros((len(everything), SIDE, SIDE, CHANNELS), dtype=np.uint8)
    shifts = rng.integers(-LARGEST_SHIFT, LARGEST_SHIFT + 1, (len(everything), 2, 2))
    for picture, scene, shift in zip(pictures, everything, shifts, strict=True):
        away = np.array(RELATIONS[scene.relation])
        things = (scene.first, scene.second)
        for (colour, shape), side, moved in zip(things, (-1, 1), shift, strict=True):
            down, right = (SIDE - WIDTH) // 2 + side * away * (SIDE // 4) + moved
            picture[down : down + WIDTH, right : right + WIDTH][outlines[shape]] = COLOURS[colour]
    return pictures


def _outline(shape: str) -> Array:
    """Return where a shape is, (9, 9) bool."""
    from PIL import Image, ImageDraw  # a large library that listing tasks does not need

    last = WIDTH - 1
    middle = WIDTH // 2
    third = WIDTH // 3
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
