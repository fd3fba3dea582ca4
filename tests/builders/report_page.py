"""Findings of many cells, and the page that is made of findings."""

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

from rnnbench.catalogue import Catalogue
from rnnbench.findings import Findings, find
from tests.builders.claims import claim, noisy, run, suite
from tests.builders.findings import learned

SEEDS = range(7)
SENTENCE = "A training step of a GRU layer is shorter than one of an LSTM layer."


def many_cells(number: int, tasks: tuple[str, ...] = ("adding",)) -> Findings:
    """The findings of so many cells with the baselines among them, of which the last is ahead."""
    cells = ["gru", "lstm", "rnn", *(f"cell-{place}" for place in range(number - 3))]
    results = []
    for task in tasks:
        for place, cell in enumerate(cells):
            for seed in SEEDS:
                epochs = 2 if place == number - 1 else 4 + (place + seed) % 5
                results.append(learned(cell, seed, epochs, 0.3 + 0.02 * place, task=task))
    return find(results)


def with_claims() -> Findings:
    """The findings of two claims, one on epochs and one on the time of a step, which two kinds of
    layer leave open near its boundary."""
    on_epochs = claim()
    on_times = claim(figure="train-time", at_most=0.95, shapes=[{"steps": 5}])
    whole = suite(on_epochs, {**on_times, "name": "of-times", "sentence": SENTENCE})
    results = run(whole, noisy(gru=6.0, lstm=12.0), costs={"gru": 0.9, "lstm": 1.0})
    return find(results, whole.claims)


def page_of(findings: Findings, folder: Path) -> str:
    """The page of these findings."""
    folder.mkdir(parents=True, exist_ok=True)
    written = Catalogue.present().reports["html"].item.load()(findings, folder)
    return written[0].read_text()


class Elements(HTMLParser):
    """The elements of a page: their tags and attributes, and the text below each."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def values(self, attribute: str, tag: str = "") -> list[str]:
        """The values of an attribute, of the elements of a tag or of all."""
        return [
            str(attributes[attribute])
            for name, attributes in self.found
            if attribute in attributes and (not tag or name == tag)
        ]

    @property
    def targets(self) -> set[str]:
        """The ids to which links lead, and those that looks of figures name."""
        found = {href[1:] for href in self.values("href") if href.startswith("#")}
        for _, attributes in self.found:
            for value in attributes.values():
                found.update(re.findall(r"url\(#([^)]+)\)", value or ""))
        return found


def text_of(page: str) -> str:
    """What a reader reads: without tags, with single spaces."""
    shown = re.sub(r"<(style|script)>.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", "", shown)).split())
