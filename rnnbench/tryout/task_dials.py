"""The task that a user's file is for, with every dial said, whether it was guessed or named."""

from rnnbench.catalogue import Catalogue
from rnnbench.datafile import Choices, Dataset
from rnnbench.errors import RnnbenchError
from rnnbench.records import Dial


def task_name(kind: str, catalogue: Catalogue) -> str:
    """Return the installed task on files of a user that are taken for this.

    Raises RnnbenchError where there is none.
    """
    for name, contribution in catalogue.tasks.items():
        # Tasks on files of a user say what these are taken for; other tasks have no such name.
        if getattr(contribution.item, "kind", "") == kind:
            return name
    raise RnnbenchError(f"no installed task reads a file that is taken for a {kind}")


def dials_of(dataset: Dataset, path: str, choices: Choices) -> dict[str, Dial]:
    """Return the dials by which the task reads the file as it was read here.

    path: the absolute path of the file.
    """
    preparation = dataset.preparation
    kind = dataset.inspection.kind
    dials: dict[str, Dial] = {"path": path, "horizon": preparation.window}
    dials["train_examples"] = dataset.inspection.split.train_used or 0
    if kind == "language model":
        dials["unit"] = preparation.unit or ""
        return dials
    if kind == "text classification":
        dials["text"] = preparation.text or ""
        dials["label"] = preparation.label or ""
        dials["group"] = choices.group or ""
        return dials
    if kind == "forecast":
        assert preparation.answer is not None
        dials["ahead"] = len(preparation.answer.offset)
        dials["answer"] = ", ".join(dataset.targets)
    else:
        dials["label"] = preparation.label or ""
    dials["group"] = preparation.group or ""
    dials["order"] = preparation.order or ""
    dials["fill"] = preparation.fill
    if kind == "forecast":
        dials["resample"] = preparation.resample or ""
    dials["keep"] = ", ".join(choices.keep)
    return dials
