"""`rnnbench export --format model` and `--format onnx`: the best trained model of a run."""

from collections.abc import Sequence
from pathlib import Path

from rnnbench import text
from rnnbench.cli.output import note, print_line
from rnnbench.driver import open_run
from rnnbench.errors import RnnbenchError
from rnnbench.records import weights_file
from rnnbench.saved_model import best_result, export_onnx, save_model, saved_model_of

OF_MODELS = ("model", "onnx")
"""Formats of a trained model."""


def export_model(
    folders: Sequence[Path],
    format_: str,
    output: Path | None,
    *,
    trial: str | None,
    row: str | None,
) -> None:
    """Write the model of a run and print the names of its files. Raises RnnbenchError where it has
    none, or it cannot be written so."""
    if len(folders) > 1:
        raise RnnbenchError(f"--format {format_} is for one folder, got {len(folders)}")
    store = open_run(folders[0])
    output = output or folders[0] / "export"
    result = best_result(store, trial=trial, row=row)
    if format_ == "model":
        files, reason = save_model(store, result, output)
        for file in files:
            print_line(str(file))
        if reason:
            note(text.sentence(f"note: {reason}"))
        return
    saved = saved_model_of(store, result)
    try:
        output.mkdir(parents=True, exist_ok=True)
        written = export_onnx(saved, weights_file(store.weights, result.trial), output)
    except OSError as error:
        raise RnnbenchError(f"{output}: cannot be written: {error.strerror or error}") from error
    print_line(str(written.path))
    many = "one sequence" if written.batch else "any number of sequences"
    note(f"note: model.onnx reads {many} of {written.steps} steps at once.")
