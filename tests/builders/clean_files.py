"""Files of data in which nothing is odd, as lines of text."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

ROWS = 300
VISITS = 40
STEPS = 6
START = datetime(2023, 1, 2, tzinfo=UTC)
WORDS = (
    "the",
    "film",
    "was",
    "long",
    "slow",
    "fine",
    "good",
    "bad",
    "plot",
    "cast",
    "sound",
    "end",
)


def prices(rows: int = ROWS, seed: int = 0) -> list[list[str]]:
    """date, volume, close: one row a day."""
    rng = np.random.default_rng(seed)
    close = 100 + rng.normal(size=rows).cumsum()
    volume = rng.uniform(10, 20, size=rows)
    lines = [["date", "volume", "close"]]
    for day in range(rows):
        date = (START + timedelta(days=day)).date().isoformat()
        lines.append([date, f"{volume[day]:.3f}", f"{close[day]:.2f}"])
    return lines


def hours(rows: int = 24 * 20, start: str = "2023-05-01T00:00") -> list[list[str]]:
    """time, load: one row an hour."""
    rng = np.random.default_rng(1)
    first = datetime.fromisoformat(start)
    lines = [["time", "load"]]
    for hour in range(rows):
        time = (first + timedelta(hours=hour)).isoformat(sep=" ", timespec="minutes")
        lines.append([time, f"{50 + rng.normal():.3f}"])
    return lines


def panel() -> list[list[str]]:
    """date, symbol, close: three series behind each other."""
    lines = [["date", "symbol", "close"]]
    for seed, symbol in enumerate(("aa", "bb", "cc")):
        for date, _, close in prices(120, seed)[1:]:
            lines.append([date, symbol, close])
    return lines


def visits() -> list[list[str]]:
    """visit, pulse, outcome: forty sequences of six rows, of two classes in turns."""
    rng = np.random.default_rng(2)
    lines = [["visit", "pulse", "outcome"]]
    for visit in range(VISITS):
        for _ in range(STEPS):
            lines.append([str(visit), f"{rng.normal():.3f}", ("ill", "well")[visit % 2]])
    return lines


def reviews(rows: int = 60) -> list[list[str]]:
    """text, label: texts of eight words, of two classes in turns."""
    rng = np.random.default_rng(3)
    lines = [["text", "label"]]
    for row in range(rows):
        text = " ".join(rng.choice(WORDS, 8)) + f" {row}"
        lines.append([text, ("good", "bad")[row % 2]])
    return lines


def prose(lines: int = 200) -> str:
    """A text of lines that differ."""
    rng = np.random.default_rng(4)
    sentences = [" ".join(rng.choice(WORDS, rng.integers(8, 14))) for _ in range(lines)]
    return "\n".join(f"Take {number}, {sentence}." for number, sentence in enumerate(sentences))


def sequences(dimensions: int = 2) -> list[str]:
    """Lines of a `.ts` file: twenty sequences of two classes."""
    rng = np.random.default_rng(5)
    lines = ["@problemName Made", "@timestamps false", "@classLabel true a b", "@data"]
    for number in range(20):
        values = [",".join(f"{one:.3f}" for one in rng.normal(size=8)) for _ in range(dimensions)]
        lines.append(":".join([*values, "ab"[number % 2]]))
    return lines


def attributes() -> list[str]:
    """Lines of an `.arff` file: twenty sequences of eight steps, of two classes."""
    heads = ["@relation made", *(f"@attribute t{step} numeric" for step in range(8))]
    heads += ["@attribute target {a,b}", "@data"]
    return heads + [line.replace(":", ",") for line in sequences(1)[4:]]


def write(path: Path, rows: list[list[str]], separator: str = ",") -> Path:
    """Write rows as a table, cells quoted where they need it."""
    quoted = []
    for row in rows:
        cells = [f'"{cell}"' if separator in cell or "\n" in cell else cell for cell in row]
        quoted.append(separator.join(cells))
    path.write_text("\n".join(quoted) + "\n", encoding="utf-8")
    return path


def column(rows: list[list[str]], name: str, values: list[str]) -> list[list[str]]:
    """Rows with one more column before the others."""
    return [[first, *row] for first, row in zip([name, *values], rows, strict=True)]
