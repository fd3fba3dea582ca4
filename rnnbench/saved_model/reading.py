"""Reads saved models: of a run with weights, or of a folder with `model.json`."""

from pathlib import Path

import msgspec
from msgspec import Struct
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file

from rnnbench.catalogue import Catalogue
from rnnbench.datafile import Preparation
from rnnbench.errors import RnnbenchError, first_line
from rnnbench.model import Model, rebuilt
from rnnbench.records import Architecture, LearningTrial, Result, trial_id, weights_file
from rnnbench.records.architecture import NOTE
from rnnbench.saved_model.choosing import best_result, validation_scores
from rnnbench.saved_model.records import FORMAT, MODEL_FOLDER, SavedModel
from rnnbench.store import Store

UNREADABLE = (OSError, ValueError, SafetensorError)


class Note(Struct, frozen=True, kw_only=True):
    """The note in the head of a file of weights."""

    architecture: Architecture
    preparation: Preparation | None = None


def open_model(
    folder: Path, *, trial: str | None = None, row: str | None = None
) -> tuple[SavedModel, Path]:
    """Return a saved model and the file of its weights.

    folder: one with `model.json`; or that of a run, whose saved model is taken where it has one,
            and the best model of its kept weights where it has none.
    trial:  the id of a trial of the run, in place of these.
    row:    what tables call a cell, whose best model is taken in place of these.

    Raises RnnbenchError where there is none.
    """
    for place in (folder, folder / MODEL_FOLDER):
        if trial is None and row is None and (place / "model.json").is_file():
            return _read_json(place / "model.json"), place / "model.safetensors"
    if not (folder / "trials").is_dir():
        raise RnnbenchError(f"{folder}: there is neither a run nor a saved model here")
    store = Store(folder)
    result = best_result(store, trial=trial, row=row)
    return saved_model_of(store, result), weights_file(store.weights, result.trial)


def _read_json(path: Path) -> SavedModel:
    try:
        saved = msgspec.json.decode(path.read_bytes(), type=SavedModel)
    except UNREADABLE as error:
        raise RnnbenchError(f"{path}: cannot be read: {first_line(error)}") from error
    if saved.format != FORMAT:
        raise RnnbenchError(f"{path}: has format {saved.format}; this version reads {FORMAT}")
    return saved


def saved_model_of(store: Store, result: Result) -> SavedModel:
    """Return the saved model of a result with weights. Raises RnnbenchError where these cannot be
    read."""
    trial = result.trial
    learning = result.learning
    assert isinstance(trial, LearningTrial)
    assert learning is not None
    note = _note(weights_file(store.weights, trial))
    return SavedModel(
        trial=trial_id(trial),
        dials=trial.dials,
        architecture=note.architecture,
        preparation=note.preparation,
        parameters=learning.parameters,
        seed=trial.seed,
        learning_rate=trial.learning_rate,
        chosen_epoch=learning.chosen_epoch,
        metrics=learning.metrics,
        validation=validation_scores(learning),
        test=learning.test,
        versions=result.provenance.versions,
    )


def _note(path: Path) -> Note:
    """What a file of weights says of its model."""
    try:
        with safe_open(path, "pt") as file:
            notes = file.metadata() or {}
        return msgspec.json.decode(notes.get(NOTE, ""), type=Note)
    except UNREADABLE as error:
        raise RnnbenchError(f"{path}: cannot be read: {first_line(error)}") from error


def load_model(saved: SavedModel, weights: Path) -> Model:
    """Build the model and load its weights, ready to answer.

    Raises RnnbenchError where its cell is not installed, or the weights do not fit it.
    """
    architecture = saved.architecture
    cell = architecture.cell
    spec = Catalogue.present().cells.find(cell.name, saved.trial).item
    model = rebuilt(architecture, spec.load(cell.options, cell.implementation))
    try:
        model.load_state_dict(load_file(weights))
    except (*UNREADABLE, RuntimeError) as error:
        raise RnnbenchError(
            f"{weights}: does not fit the cell '{cell.name}' of {architecture.distribution}:"
            f" {first_line(error)}"
        ) from error
    return model.eval()
