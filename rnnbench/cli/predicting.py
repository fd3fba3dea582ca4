"""`rnnbench predict`: what a trained model says of a new file, or how it continues a text."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import click

from rnnbench.cli.completion import complete_run
from rnnbench.cli.output import note, print_line
from rnnbench.datafile import Preparation, read_new, read_new_text
from rnnbench.errors import RnnbenchError
from rnnbench.model import Model
from rnnbench.saved_model import answer, continue_text, load_model, open_model, text_score
from rnnbench.store import write_atomically
from rnnbench.text import counted


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), shell_complete=complete_run)
@click.argument("file", type=click.Path(path_type=Path), required=False)
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
@click.option(
    "--continue", "beginning", metavar="TEXT", help="Continue this text by a language model."
)
@click.option(
    "--length",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="Characters or words that are written behind TEXT.",
)
@click.option(
    "--temperature",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="Below 1, likely symbols are drawn more often; 0 takes the likeliest.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Of the random numbers by which symbols are drawn.",
)
def predict(
    folder: Path,
    file: Path | None,
    output: Path | None,
    row: str | None,
    trial: str | None,
    beginning: str | None,
    length: int,
    temperature: float,
    seed: int,
) -> None:
    """Write forecasts or classes for FILE, by the model of the run in FOLDER, as CSV.

    FOLDER is a run that kept its weights, or has a saved model. Forecasts are in units of FILE, one
    line for each window, the last one of which asks for rows that FILE does not have yet. Of a
    language model, the line says how many bits each character or word of FILE takes;
    --continue TEXT has it write a text, and needs no FILE.
    """
    if (file is None) == (beginning is None):
        raise click.UsageError("Name either FILE or --continue TEXT.")
    saved, weights = open_model(folder, trial=trial, row=row)
    preparation = saved.preparation
    if preparation is None:
        raise RnnbenchError(
            f"{folder}: the data of '{saved.architecture.task}' are no file of yours, so that no"
            " other file can be read in their place"
        )
    if beginning is None:
        assert file is not None
        _write(_answers(file, preparation, partial(load_model, saved, weights)), output)
        return
    if preparation.kind != "language model":
        raise RnnbenchError(
            f"{folder}: --continue needs a language model, and this model is for a"
            f" {preparation.kind}"
        )
    model = load_model(saved, weights)
    written = continue_text(model, preparation, beginning, length, temperature, seed)
    if written.unknown:
        unknown = counted(written.unknown, str(preparation.unit))
        note(f"note: the training text lacks {unknown} of the text to continue.")
    _write(f"{written.text}\n", output)


def _answers(file: Path, preparation: Preparation, load: Callable[[], Model]) -> str:
    """Return what the model says of a file, as CSV."""
    if preparation.kind == "language model":
        codes = read_new_text(file, preparation)
        score = text_score(load(), preparation, codes)
        names = (f"{preparation.unit}s", "unknown", f"bits a {preparation.unit}")
        return _as_csv(names, [(score.predicted, score.unknown, repr(score.bits))])
    asked = read_new(file, preparation)
    for notice in asked.notices:
        note(f"note: {notice}")
    header, rows, _ = answer(load(), preparation, asked)
    return _as_csv(header, rows)


def _as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _write(text: str, output: Path | None) -> None:
    """Write to a file, or print. Raises RnnbenchError where the file cannot be written."""
    if output is None:
        print_line(text.removesuffix("\n"))
        return
    try:
        write_atomically(output, text.encode())
    except OSError as error:
        raise RnnbenchError(f"{output}: cannot be written: {error.strerror or error}") from error
