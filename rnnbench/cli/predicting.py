"""`rnnbench predict`: what a trained model says of a new file."""

import csv
import io
from pathlib import Path

import click

from rnnbench.cli.completion import complete_run
from rnnbench.cli.output import note, print_line
from rnnbench.datafile import read_new
from rnnbench.errors import RnnbenchError
from rnnbench.saved_model import answer, load_model, open_model
from rnnbench.store import write_atomically


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), shell_complete=complete_run)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="File to write to [default: standard output].",
)
@click.option("-c", "--cell", "row", metavar="CELL", help="Answer by the best model of this cell.")
@click.option(
    "--trial", metavar="ID", help="The trial whose model answers [default: the best on validation]."
)
def predict(
    folder: Path, file: Path, output: Path | None, row: str | None, trial: str | None
) -> None:
    """Write forecasts or classes for FILE, by the model of the run in FOLDER, as CSV.

    FOLDER is a run that kept its weights, or has a saved model. Forecasts are in units of FILE, one
    line for each window, the last one of which asks for rows that FILE does not have yet.
    """
    saved, weights = open_model(folder, trial=trial, row=row)
    if saved.preparation is None:
        raise RnnbenchError(
            f"{folder}: the data of '{saved.architecture.task}' are no file of yours, so that no"
            " other file can be read in their place"
        )
    asked = read_new(file, saved.preparation)
    for notice in asked.notices:
        note(f"note: {notice}")
    header, rows, _ = answer(load_model(saved, weights), saved.preparation, asked)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    if output is None:
        print_line(text.getvalue().removesuffix("\n"))
        return
    try:
        write_atomically(output, text.getvalue().encode())
    except OSError as error:
        raise RnnbenchError(f"{output}: cannot be written: {error.strerror or error}") from error
