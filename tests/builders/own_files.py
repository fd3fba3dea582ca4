"""Files of a user: a series, sequences with classes, texts with classes; and runs on them."""

from pathlib import Path

import numpy as np

from rnnbench.store import Store
from rnnbench.suite import Choices
from tests.builders.campaign import run

SUITE = """
version = 1
summary = "made for a test"
cells = [{cell}]
seeds = 1
keep_weights = true
[recipe]
tune = false
parameters = 400
batch_size = 16
epochs = 2
learning_rate = 0.02
{recipe}
[[tasks]]
name = "{task}"
dials = {{ path = "{path}"{dials} }}
"""


def series(folder: Path, *, growth: float = 0.0, level: float = 30.0) -> Path:
    """Two columns of numbers by day; with growth, the logarithm wanders."""
    rng = np.random.default_rng(0)
    rows = 220
    days = np.datetime64("2021-01-01") + np.arange(rows)
    warm = np.cos(np.arange(rows) / 6) + rng.normal(0, 0.1, rows)
    sales = level + 3 * np.sin(np.arange(rows) / 6) + rng.normal(0, 0.3, rows)
    if growth:
        sales = level * np.exp(np.cumsum(rng.normal(growth, 0.05, rows)))
    path = folder / "series.csv"
    lines = [f"{day},{w:.5f},{s:.5f}" for day, w, s in zip(days, warm, sales, strict=True)]
    path.write_text("\n".join(["day,warm,sales", *lines]) + "\n")
    return path


def sequences(folder: Path) -> Path:
    """Visits of several lengths, each with one of three outcomes."""
    rng = np.random.default_rng(1)
    lines = ["visit,pulse,temperature,outcome"]
    for visit in range(60):
        kind = visit % 3
        for step in range(int(rng.integers(4, 9))):
            pulse = 60 + 5 * kind + rng.normal()
            lines.append(
                f"v{visit},{pulse:.4f},{np.sin(step * kind):.4f},{['ill', 'well', 'old'][kind]}"
            )
    path = folder / "visits.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def texts(folder: Path) -> Path:
    """Reviews with one of two labels."""
    rng = np.random.default_rng(2)
    words = ["good", "fine", "bad", "awful", "film", "the", "was", "very", "story", "plot"]
    lines = ["number,review,label"]
    for number in range(80):
        kind = number % 2
        own = words[2 * kind : 2 * kind + 2]
        said = " ".join([*rng.choice(words[4:], 6), *rng.choice(own, 2), f"no{number}"])
        lines.append(f'{number},"{said}",{["pos", "neg"][kind]}')
    path = folder / "reviews.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def trained(
    folder: Path, task: str, path: Path, dials: str, *, cell: str = '"gru"', recipe: str = ""
) -> Store:
    """A run of one trial on a file, with its weights."""
    suite = folder / "own.toml"
    suite.write_text(SUITE.format(task=task, path=path, dials=dials, cell=cell, recipe=recipe))
    progress, _ = run(suite, folder / "run", choices=Choices())
    assert progress.new == {"ok": 1}, [result.reason for result in Store(folder / "run").read()]
    return Store(folder / "run")
