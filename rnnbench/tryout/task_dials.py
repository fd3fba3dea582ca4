"""The task that a user's file is for, with every dial said, whether it was guessed or named."""

from rnnbench.datafile import Choices, Dataset
from rnnbench.records import Dial

TASKS = {
    "forecast": "csv-forecast",
    "classification": "csv-classify",
    "language model": "text-file",
    "text classification": "csv-texts",
}
"""By what a file is taken for."""


def task_of(dataset: Dataset, path: str, choices: Choices) -> tuple[str, dict[str, Dial]]:
    """Return the name of the task and its dials, by which it reads the file as it was read here.

    path: the absolute path of the file.
    """
    preparation = dataset.preparation
    kind = dataset.inspection.kind
    dials: dict[str, Dial] = {"path": path, "horizon": preparation.window}
    if kind == "language model":
        dials["unit"] = preparation.unit or ""
        return TASKS[kind], dials
    if kind == "text classification":
        dials["text"] = preparation.text or ""
        dials["label"] = preparation.label or ""
        dials["group"] = choices.group or ""
        return TASKS[kind], dials
    if kind == "forecast":
        assert preparation.answer is not None
        dials["ahead"] = len(preparation.answer.offset)
        dials["answer"] = preparation.answer.column
    else:
        dials["label"] = preparation.label or ""
    dials["group"] = preparation.group or ""
    dials["order"] = preparation.order or ""
    dials["fill"] = preparation.fill
    dials["keep"] = ", ".join(choices.keep)
    return TASKS[kind], dials
