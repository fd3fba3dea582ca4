"""Prints what a run says: tables first, then at most a line a condition, sentences on request."""

from collections import Counter

from rnnbench import text
from rnnbench.cli.claims import print_claim_lines, print_claims
from rnnbench.cli.output import console, cut, print_columns_plainly, say
from rnnbench.cli.summary.cost import cost_grid
from rnnbench.cli.summary.fitting import lay_out
from rnnbench.cli.summary.grid import MARKS, Grid, marks_of
from rnnbench.cli.summary.layout import Layout
from rnnbench.cli.summary.learning import learning_grid
from rnnbench.cli.summary.lines import budget_line, condition_lines, law_lines
from rnnbench.cli.summary.names import GAP
from rnnbench.cli.summary.prose import print_prose
from rnnbench.cli.verbosity import Verbosity
from rnnbench.findings import Findings

MOST_LINES = 52
"""Lines of a summary, without those that name its reports."""
MOST_ROWS = 24
FEWEST_ROWS = 8
"""Rows of a table of costs below one of learning, at most."""
FEWEST_LINES = 4
AROUND = 6
"""Lines that a table has besides its rows, at most: its heading and its notes."""
MOST_LAWS = 3
UNBOUNDED = 10**6


def print_answers(findings: Findings, shown: Verbosity = Verbosity.USUAL) -> None:
    """Print the tables of a run and at most a line a condition; verbosely, then the sentences."""
    if shown == Verbosity.QUIET:
        return
    width = console().width if console().is_terminal else UNBOUNDED
    if findings.claims and shown == Verbosity.VERBOSE:
        print_claims(findings.claims)
    elif findings.claims:
        print_claim_lines(findings.claims, width)
    else:
        _print_summary(findings, width)
    if shown == Verbosity.VERBOSE:
        print_prose(findings)
    else:
        _print_laws(findings, width)
        _print_rest(findings, width)


def _print_summary(findings: Findings, width: int) -> None:
    """Print the tables, then the lines for which there is room."""
    lines = list(condition_lines(findings.conditions, width))
    grids = [grid for grid in (learning_grid(findings), cost_grid(findings)) if grid.cells]
    printed = 0
    for number, grid in enumerate(grids):
        of_others = (FEWEST_ROWS + AROUND) * (len(grids) - number - 1)
        room = MOST_LINES - printed - of_others - len(lines) - AROUND
        printed += _print_grid(grid, width, max(room, MOST_ROWS if number == 0 else FEWEST_ROWS))
    room = max(FEWEST_LINES, MOST_LINES - printed)
    for line in lines[:room]:
        say(line)
    if len(lines) > room:
        say(f"{text.counted(len(lines) - room, 'more condition')}: the report has all.")


def _print_grid(grid: Grid, width: int, most_rows: int) -> int:
    """Print a grid, what it leaves out, and what its marks mean; return how many lines."""
    if not console().is_terminal:
        return _print_plainly(grid)
    layout = lay_out(grid, width, most_rows)
    lines = list(layout.lines())
    for line in lines:
        console().print(line, soft_wrap=True)
    notes = [*_left_out(grid, layout), _legend(grid, layout.level)]
    for note in filter(None, notes):
        say(note, style="dim")
    console().print()
    return len(lines) + len(notes) + 1


def _left_out(grid: Grid, layout: Layout) -> list[str]:
    """Sentences on what does not fit; none where everything does."""
    conditions = len(grid.rows) - layout.shown[0]
    cells = len(grid.cells) - layout.shown[1]
    missing = []
    if cells:
        missing.append(f"{cells} of {len(grid.cells)} cells")
    if conditions:
        missing.append(f"{conditions} of {len(grid.rows)} conditions")
    notes = []
    if layout.longest:
        notes.append(f"Names are shortened by “{GAP}”; the report has them in full.")
    if missing:
        notes.append(f"Left out for want of room: {' and '.join(missing)}; the report has all.")
    return notes


def _legend(grid: Grid, level: int) -> str:
    marks = [f"{mark} {MARKS[mark]}" for mark in marks_of(grid)]
    return "; ".join([*marks, *grid.levels[level].notes])


def _print_plainly(grid: Grid) -> int:
    """Print tab-separated lines: a heading, then a line for each condition with all cells."""
    level = grid.levels[0]
    names = [name for name in level.headings if name]
    by = [level.by] if level.by else []
    print_columns_plainly([grid.heading, *by, *grid.cells])
    for row in grid.rows:
        columns = [row.title, *((row.by[0],) if by else ())]
        for cell in grid.cells:
            entry = row.entries.get(cell)
            parts = [part for part in entry.parts[0] if part] if entry else []
            columns.append(" ".join(filter(None, (entry.mark if entry else "", *parts))))
        print_columns_plainly(columns)
    legend = "; ".join(
        filter(None, (f"figures: {', '.join(names)}" if names else "", _legend(grid, 0)))
    )
    say(legend)
    return len(grid.rows) + 2


def _print_laws(findings: Findings, width: int) -> None:
    """Print a line for each law that a cell fails, of the first ones."""
    laws = law_lines(findings, width)
    for line in laws[:MOST_LAWS]:
        say(line)
    if len(laws) > MOST_LAWS:
        say(f"{text.counted(len(laws) - MOST_LAWS, 'more failed law')}: the report has all.")


def _print_rest(findings: Findings, width: int) -> None:
    """Say who misses a budget, how many trials gave no figures, and what is behind -v."""
    missed = budget_line(findings, width)
    if missed and not findings.claims:
        say(missed)
    if findings.failures:
        kinds = Counter(failure.status for failure in findings.failures)
        counts = ", ".join(f"{count} {status}" for status, count in sorted(kinds.items()))
        trials = text.counted(len(findings.failures), "trial")
        say(f"{trials} without figures: {counts}; the report says why.")
    caveats = text.counted(len(findings.caveats), "caveat")
    what = "intervals and verdicts in sentences"
    if findings.claims:
        what = "what each verdict rests on"
    say(cut(f"-v adds {what}, and {caveats}.", width), style="dim")
