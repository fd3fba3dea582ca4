"""`rnnbench report`: of one run, of several as one, or of all runs in a folder."""

import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from rnnbench import text
from rnnbench.catalogue import Catalogue
from rnnbench.cli.combining import different, look_at
from rnnbench.cli.completion import complete_run
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.output import note, say
from rnnbench.cli.reporting import show
from rnnbench.cli.verbosity import Verbosity, verbosity
from rnnbench.cli.watching import watch as watch_runs
from rnnbench.driver import open_run, render
from rnnbench.errors import RnnbenchError
from rnnbench.findings import Findings
from rnnbench.overview import read_runs, write_overview

PAGE = "index.html"
STYLES = ("paper", "slide", "page")
NO_OUTPUT = "a report of several folders needs a folder to be written to: -o OUT"


@click.command()
@click.argument(
    "folders",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    shell_complete=complete_run,
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder to write to [default: FOLDER/report; needed for several folders].",
)
@click.option("--open", "open_", is_flag=True, help="Open the page in a browser.")
@click.option(
    "--watch",
    is_flag=True,
    help="Make the reports again whenever results have changed, until Ctrl-C.",
)
@click.option(
    "--style",
    type=click.Choice(STYLES),
    help="Write the figures as files of this style too, into OUTPUT/STYLE.",
)
@verbosity("Print only where the reports are.", "Print the sentences, intervals and caveats too.")
def report(
    folders: tuple[Path, ...],
    output: Path | None,
    open_: bool,
    watch: bool,
    style: str | None,
    shown: Verbosity,
) -> None:
    """Make the reports of the run in FOLDER again from its results; of several folders with runs of
    one suite, one report; of a folder of runs, a page with a line for each. Exits with 1 where a
    report could not be made."""
    folders = different(folders)
    awaited = [folder for folder in folders if watch and not folder.exists()]
    if not awaited and len(folders) == 1 and not (folders[0] / "trials").is_dir():
        of_a_run = {"--watch": watch, "--style": style}
        for option in filter(of_a_run.__getitem__, of_a_run):
            raise RnnbenchError(f"{folders[0]}: {option} takes a run, and there is none here")
        _report_overview(folders[0], output or folders[0], open_=open_)
        return
    for folder in folders:
        if folder in awaited:
            note(f"{folder} does not exist yet; the report is made when it holds results.")
        else:
            open_run(folder)
    if len(folders) > 1 and output is None:
        raise RnnbenchError(NO_OUTPUT)
    output = output or folders[0] / "report"
    catalogue = Catalogue.present()
    make = _maker(folders, output, catalogue, style, shown)
    if watch:
        page = output / PAGE
        try:
            watch_runs(folders, lambda: make(answers=False), page, lambda: _open(page, asked=open_))
        except KeyboardInterrupt:
            note("Stopped watching.")
            raise ended(ExitCode.INTERRUPTED) from None
        return
    made = make(answers=True)
    _open(output / PAGE, asked=open_)
    if not made:
        raise ended(ExitCode.FAILED)


def _maker(
    folders: Sequence[Path],
    output: Path,
    catalogue: Catalogue,
    style: str | None,
    shown: Verbosity,
) -> Callable[..., bool]:
    """Return a function that makes the reports, and says whether all could be made."""

    def make(*, answers: bool) -> bool:
        findings = look_at(folders, notes=answers)
        made = show(findings, folders[0], catalogue, shown, into=output, answers=answers)
        return made and (style is None or _write_figures(findings, catalogue, output, style))

    return make


def _write_figures(findings: Findings, catalogue: Catalogue, output: Path, style: str) -> bool:
    """Write the figures as files of a style; return whether that could be done."""
    folder = output / style
    folder.mkdir(parents=True, exist_ok=True)
    contribution = catalogue.reports.find(f"figures-{style}", "report --style")
    (outcome,) = render([contribution], findings, folder)
    if outcome.problem:
        note(outcome.sentence)
        return False
    say(f"Figures: {text.counted(len(outcome.files), 'file')} in {folder}")
    return True


def _report_overview(folder: Path, output: Path, *, open_: bool) -> None:
    """Write the page of all runs in a folder."""
    if not folder.is_dir():
        open_run(folder)
    runs, skipped = read_runs(folder)
    for sentence in skipped:
        note(sentence)
    page = write_overview(runs, folder.resolve().name, output)
    say(f"Page of runs: {page}")
    _open(page, asked=open_)


def _open(page: Path, *, asked: bool) -> None:
    """Open a page in a browser, if that is asked for and the page is there."""
    if not asked or not page.is_file():
        return
    if not webbrowser.open(page.resolve().as_uri()):
        note(f"No browser could be opened; the page is {page}.")
