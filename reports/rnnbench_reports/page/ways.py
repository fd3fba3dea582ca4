"""The ways through the page: from an answer to its figure, table and row, and the contents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import rnnbench
from rnnbench_reports.page.page_records import CaveatGroup, FailedTrial, HeatMap, Tile
from rnnbench_reports.page.records import Fold, Section
from rnnbench_reports.page.tables import slug

MOST_TILES = 12
"""Of more tiles, those of conditions without a verdict are folded."""


def linked(section: Section) -> Section:
    """Return a section whose answers lead only to what it holds."""
    there = set(_ids(section))
    answers = []
    for answer in section.answers:
        ways = [(word, identity) for word, identity in answer.ways if identity in there]
        answers.append(replace(answer, ways=ways))
    return replace(section, answers=answers)


def _ids(section: Section) -> Iterator[str]:
    """Yield the ids of the figures of a section, of its tables and of their rows."""
    parts: list[Section | Fold] = [section, *section.folds]
    for part in parts:
        for plot in part.plots:
            yield plot.id
        for table in part.tables:
            yield table.id
            for row in table.rows:
                yield row.id


def contents(
    heat: Sequence[HeatMap],
    caveats: Sequence[CaveatGroup],
    sections: Sequence[Section],
    failed: Sequence[FailedTrial],
) -> Mapping[str, str]:
    """Return the titles of the parts of the page by their ids."""
    parts = {"answer": "Answer"}
    parts |= {one.id: one.title for one in heat}
    if caveats:
        parts["caveats"] = "What to hold against it"
    parts |= {section.id: section.title for section in sections}
    if failed:
        parts["failures"] = "Trials without figures"
    return {**parts, "words": "Words", "origins": "Where this comes from"}


def folded(
    tiles: Sequence[Tile], findings: rnnbench.Findings
) -> tuple[Sequence[Tile], Mapping[str, Sequence[Tile]]]:
    """Return the tiles that stand open, and the others by their title: of many tiles, those of
    conditions without a verdict."""
    undecided = set()
    for condition in findings.conditions:
        if not any(comparison.answer == "better" for comparison in condition.comparisons):
            undecided.add(f"#condition-{slug(condition.title)}")
    others = [tile for tile in tiles if tile.href in undecided]
    if len(tiles) <= MOST_TILES or not others:
        return tiles, {}
    title = f"{rnnbench.text.counted(len(others), 'condition')} without a verdict"
    return [tile for tile in tiles if tile not in others], {title: others}
