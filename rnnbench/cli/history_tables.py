"""Prints the figures of a history, and their steps."""

from collections.abc import Mapping, Sequence

from rich.text import Text

from rnnbench import text
from rnnbench.cli.output import console, print_columns, print_line, say
from rnnbench.compare.records import Value
from rnnbench.history import RECENT, Feed, Shown, ShownStep, words
from rnnbench.history.rows import step_rows

OF_STEPS = ("commit", "date", "", "measured on", "figure", "before → now", "size [95 %]")
OF_FIGURES = (
    *("measured on", "figure", "newest", "of", "date", "n", "commits", "noise", "last step"),
)
STYLES = {"worse": "red", "better": "green", "changed": "yellow"}
HIDDEN = (
    "{} {} not shown: counts, last bits and seconds in which nothing moved, those of which the last"
    f" {RECENT} commits have no value, and with --since whatever has no step after it; --all lists"
    " them."
)


def print_feed(feed: Feed) -> None:
    """Print tables on a terminal, and tab-separated lines otherwise."""
    if console().is_terminal:
        _print(feed)
    else:
        _print_plainly(feed)


def _print(feed: Feed) -> None:
    commits = feed.commits
    span = f", {words.date(commits[0])} to {words.date(commits[-1])}" if commits else ""
    say(f"{feed.file}: {text.counted(len(commits), 'commit')}{span}")
    titles = words.titles(feed.series())
    since = f" since {feed.since}" if feed.since else ""
    if not feed.steps:
        say(f"\nNo figure that is shown has moved{since}.")
    else:
        say(f"\nSteps{since}, newest first", style="bold")
        print_columns(_steps(feed), OF_STEPS, indent=2, style="dim")
    say("\nFigures", style="bold")
    print_columns(_figures(feed, titles), OF_FIGURES, indent=2, style="dim")
    if feed.hidden:
        are = "is" if feed.hidden == 1 else "are"
        say(f"\n{HIDDEN.format(text.counted(feed.hidden, 'figure'), are)}")


def _steps(feed: Feed) -> list[list[Text]]:
    rows = []
    for row in step_rows(feed):
        columns = [
            Text(row.commit.hash),
            Text(words.date(row.commit)),
            Text(row.verdict, style=STYLES[row.verdict]),
            Text(row.titles),
            Text(row.figure),
            Text(f"{row.before} → {row.now}" if row.now else ""),
            Text(row.size),
        ]
        rows.append(columns)
    return rows


def _figures(feed: Feed, titles: dict[str, str]) -> list[list[Text]]:
    dates = {commit.hash: words.date(commit) for commit in feed.commits}
    rows = []
    for shown in feed.figures:
        columns = [
            Text(titles[shown.series.identity]),
            Text(shown.series.figure),
            Text(words.value(shown.series, shown.newest.value)),
            Text(shown.newest.commit),
            Text(dates[shown.newest.commit]),
            Text(str(shown.newest.n)),
            Text(str(shown.commits)),
            Text("" if shown.noise is None else f"{shown.noise:.2%}"),
            _last_step(shown),
        ]
        rows.append(columns)
    return rows


def _last_step(shown: Shown) -> Text:
    if not shown.steps:
        return Text(shown.reason and f"none: {shown.reason}", style="dim")
    last = shown.steps[-1]
    size = words.size(last).partition(" [")[0]
    return Text(f"{size} {last.verdict} at {last.commit}".strip(), style=STYLES[last.verdict])


def _print_plainly(feed: Feed) -> None:
    """Print a line for each step, and then one for each figure, for programs.

    step:   commit, date, verdict, suite, title, figure, kind, before, now, scale, size, its ends,
            p-value, the measured commit before, series.
    figure: suite, title, figure, kind, newest value, its ends, n, its commit, number of commits,
            noise, number of steps, commit of the last step, series, date of the newest value.
    """
    dates = {commit.hash: words.date(commit) for commit in feed.commits}
    for shown in feed.steps:
        _print_columns("step", _step_columns(shown))
    for figure in feed.figures:
        _print_columns("figure", _figure_columns(figure, dates))


def _print_columns(kind: str, columns: Sequence[str]) -> None:
    """Print a line; names with tabs or line ends stay within their column."""
    print_line("\t".join([kind, *(" ".join(column.split()) for column in columns)]))


def _step_columns(shown: ShownStep) -> list[str]:
    step = shown.step
    series = shown.series
    return [
        shown.commit.hash,
        words.date(shown.commit),
        step.verdict,
        f"{series.suite} {series.suite_version}",
        series.title,
        series.figure,
        series.kind,
        _plain(step.before),
        _plain(step.now),
        step.scale,
        *(_plain(number) for number in (step.change, step.low, step.high, step.p_value)),
        step.after,
        series.identity,
    ]


def _figure_columns(shown: Shown, dates: Mapping[str, str]) -> list[str]:
    series = shown.series
    newest = shown.newest
    return [
        f"{series.suite} {series.suite_version}",
        series.title,
        series.figure,
        series.kind,
        *(_plain(number) for number in (newest.value, newest.low, newest.high, newest.n)),
        newest.commit,
        str(shown.commits),
        _plain(shown.noise),
        str(len(shown.steps)),
        shown.steps[-1].commit if shown.steps else "",
        series.identity,
        dates[newest.commit],
    ]


def _plain(value: Value) -> str:
    return "" if value is None else str(value)
