"""Saved models: the best trained model of a run, its files, and its answers about a new file."""

from rnnbench.saved_model.answers import answer
from rnnbench.saved_model.choosing import best_result
from rnnbench.saved_model.language import continue_text, text_score
from rnnbench.saved_model.onnx_file import export_onnx
from rnnbench.saved_model.reading import load_model, open_model, saved_model_of
from rnnbench.saved_model.records import MODEL_FOLDER, SavedModel
from rnnbench.saved_model.writing import save_model

__all__ = [
    "MODEL_FOLDER",
    "SavedModel",
    "answer",
    "best_result",
    "continue_text",
    "export_onnx",
    "load_model",
    "open_model",
    "save_model",
    "saved_model_of",
    "text_score",
]
