"""Prints what a tryout will do, and what it found."""

from datetime import timedelta

from rich.text import Text

from rnnbench import text
from rnnbench.cli.output import console, print_columns, print_columns_plainly, say
from rnnbench.datafile import words_of_use
from rnnbench.findings import Tryout
from rnnbench.tryout import CHEAPEST, Session

NAME_WIDTH = 12
VERDICTS = {
    "better": "better",
    "worse": "worse",
    "equivalent": "equivalent",
    "undecided": "within chance",
    "too few seeds": "too few seeds",
}
"""How a cell compares with the best baseline, in words."""


def print_plan(session: Session, minutes: float, jobs: int) -> None:
    """Print which cells are trained, how often, and how long that takes."""
    plan = session.attempt.plan
    _line("cells", _cells(session))
    used = words_of_use(session.opened.dataset.inspection.split)
    if used:
        _line("examples", f"{used} of the training part are used; {_why_not_all(session)}.")
    search = text.counted(plan.tuning_seeds, "training")
    rates = text.enumerated([text.setting(rate) for rate in plan.learning_rates])
    _line(
        "trainings",
        f"{plan.trainings}: {search} a cell at each of the rates {rates}, then"
        f" {text.counted(plan.seeds, 'seed')} a cell; up to {text.counted(plan.epochs, 'epoch')},"
        f" {plan.parameters:,} parameters.",
    )
    duration = timedelta(seconds=round(plan.seconds))
    how_long = f"about {duration}, {jobs} at once, by measured steps"
    if not session.is_new:
        how_long = f"goes on from what {session.folder} holds"
    unit = "minute" if minutes == 1 else "minutes"
    latest = f"the answer comes after {text.setting(minutes)} {unit} at the latest"
    _line("time", f"{how_long}; {latest}.")


def _why_not_all(session: Session) -> str:
    """Why some of the training examples are used, and what would use more."""
    if session.opened.request.choices.train_examples is not None:
        return "that is what --train-examples says"
    return "more do not fit into the time; more --minutes with another -o use more"


def _line(name: str, sentence: str) -> None:
    say(f"{name:<{NAME_WIDTH}}{sentence}", hang=NAME_WIDTH, lead=len(name), style="bold")


def _cells(session: Session) -> str:
    """The cells, and by what they were chosen."""
    attempt = session.attempt
    seconds = attempt.times.seconds
    steps = [f"{row} ({text.step_time(seconds[row])})" for row in attempt.plan.cells]
    if session.opened.request.cells:
        return f"{text.enumerated(steps)}, as named, with their measured training step."
    cheapest = text.enumerated(attempt.plan.cells[-CHEAPEST:])
    others = text.enumerated(attempt.plan.cells[:-CHEAPEST])
    why_these = f"have the shortest measured training step beside {others}"
    return f"{text.enumerated(steps)}; {cheapest} {why_these}."


def print_tryout(found: Tryout) -> None:
    """Print a table of cells and baselines, then the recommendation."""
    rows = _rows(found)
    if rows and console().is_terminal:
        columns = ["", f"error{found.measure.unit and ','}{found.measure.unit}", "range", "verdict"]
        say("")
        print_columns([[Text(cell) for cell in row] for row in rows], columns)
        say(f"Error: {found.measure.name}, on the test part.", style="dim")
    elif rows:
        for row in rows:
            print_columns_plainly(row)
    _print_by_target(found)
    say("")
    for sentence in found.answer:
        say(sentence, style="bold" if sentence == found.answer[0] else "")


def _print_by_target(found: Tryout) -> None:
    """Print the errors of several targets, each in units of its column."""
    if not found.by_target:
        return
    shown = [[one.name, *map(text.rounded, one.errors)] for one in found.by_target]
    if console().is_terminal:
        say("")
        print_columns([[Text(cell) for cell in row] for row in shown], ["", *found.targets])
        say("Root mean squared error by target, in units of the column.", style="dim")
        return
    for name, *errors in shown:
        for target, error in zip(found.targets, errors, strict=True):
            print_columns_plainly([name, target, error])


def _rows(found: Tryout) -> list[list[str]]:
    """Names, errors, ranges and verdicts, the least error first."""
    rows: list[tuple[float, list[str]]] = []
    for cell in found.cells:
        error = cell.error
        ends = f"{text.rounded(error.low)} to {text.rounded(error.high)}"
        verdict = VERDICTS[cell.answer] if found.best_baseline else ""
        shown = [cell.row, text.rounded(error.centre), ends if cell.seeds > 1 else "", verdict]
        rows.append((error.centre, shown))
    for baseline in found.baselines:
        if baseline.error is None:
            rows.append((float("inf"), [baseline.name, "-", "", baseline.absent]))
            continue
        best = "best baseline" if baseline.name == found.best_baseline else "baseline"
        rows.append((baseline.error, [baseline.name, text.rounded(baseline.error), "", best]))
    return [shown for _, shown in sorted(rows, key=lambda row: row[0])]
