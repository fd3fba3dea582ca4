"""Summaries of series: their newest point and their steps, kept until their values change."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

import msgspec
from msgspec import Struct

from rnnbench.errors import RnnbenchError
from rnnbench.history.database import History, Values, series_of
from rnnbench.history.differences import differences
from rnnbench.history.environments import why_no_steps
from rnnbench.history.level_steps import between_levels, sensitivity_of, share_of_noise
from rnnbench.history.points import point
from rnnbench.history.records import Point, Series, Step, Summary
from rnnbench.history.seed_steps import of_seeds, too_few_seeds

METHOD = 2
"""The version of what is done here: summaries by another one are made again."""
TOO_FEW = "{} commits, and steps of such figures are looked for from {} on"
STALE = """
SELECT series.id, series.content, series.revision FROM series
LEFT JOIN summaries ON summaries.series = series.id
    AND summaries.revision = series.revision AND summaries.method = ?
WHERE summaries.series IS NULL
"""
UP_TO_DATE = """
SELECT series.content, summaries.content FROM series
JOIN summaries ON summaries.series = series.id
WHERE summaries.revision = series.revision AND summaries.method = ?
"""
KEEP = """
INSERT OR REPLACE INTO summaries (series, revision, method, content)
SELECT id, revision, ?, ? FROM series WHERE id = ? AND revision = ?
"""


class Summarised(Struct, frozen=True):
    """A series with its summary."""

    series: Series
    summary: Summary


def summaries(history: History) -> list[Summarised]:
    """Return the summary of each series, in the order of suites, titles and figures.

    Those that are missing or out of date are made, and kept where the file can be written.
    """
    with history.reading():
        kept, made = _read(history)
    if made:
        with suppress(RnnbenchError), history.writing() as connection:
            connection.executemany(KEEP, made)
    return sorted(kept, key=_order)


def _order(summarised: Summarised) -> tuple[str, int, str, str, str]:
    series = summarised.series
    return series.suite, series.suite_version, series.title, series.figure, series.identity


def _read(history: History) -> tuple[list[Summarised], list[tuple[int, str, int, int]]]:
    """Return all summaries, and the rows of those that were made anew."""
    connection = history.connection
    commits = history.commits()
    rows = []
    found = []
    for key, content, revision in connection.execute(STALE, (METHOD,)).fetchall():
        series = series_of(content)
        values = history.values(key, commits)
        if not values:
            continue
        summary = summarise(series, values)
        found.append(Summarised(series, summary))
        rows.append((METHOD, msgspec.json.encode(summary).decode(), key, revision))
    decoder = msgspec.json.Decoder(Summary)
    up_to_date = connection.execute(UP_TO_DATE, (METHOD,))
    found += [Summarised(series_of(one), decoder.decode(other)) for one, other in up_to_date]
    return found, rows


def summarise(series: Series, values: Values) -> Summary:
    """Return what is read of a series: its newest point and its steps.

    values: by commit, in their order; one at least.
    """
    points = [point(series, commit, found.values()) for commit, found in values.items()]
    reason = why_no_steps(series)
    deviation = None
    sensitivity = sensitivity_of(series)
    if sensitivity:
        if len(points) >= sensitivity.fewest:
            deviation = share_of_noise(points)
        else:
            reason = reason or TOO_FEW.format(len(points), sensitivity.fewest)
    elif series.kind == "learning":
        reason = reason or too_few_seeds(values)
    return Summary(
        commits=len(points),
        newest=points[-1],
        steps=() if reason else tuple(_steps(series, points, values)),
        noise=deviation,
        reason=reason,
    )


def _steps(series: Series, points: Sequence[Point], values: Values) -> Iterator[Step]:
    sensitivity = sensitivity_of(series)
    if sensitivity:
        yield from between_levels(series, points, sensitivity)
    elif series.kind == "learning":
        yield from of_seeds(series, points, values)
    else:
        yield from differences(series, points)
