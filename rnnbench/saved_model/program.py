"""Writes `predict.py`: a program of at most thirty lines that uses a saved model without rnnbench.

It imports torch, safetensors and the module that defines the cell, and nothing else of rnnbench.
"""

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from rnnbench.datafile import Answer, Preparation
from rnnbench.datafile.words import WORD
from rnnbench.errors import RnnbenchError
from rnnbench.records import Architecture
from rnnbench.saved_model.records import SavedModel

DOUBLE = ", dtype=torch.float64"
OUTPUTS = "model(torch.stack(inputs, -1)).detach() * scale + offset"
MOST_LINES = 30
UNSAFE = str.maketrans({"\\": "/", '"': "'", "\n": " "})
"""What would end a docstring, or would be read as something else in it."""
_TEMPLATE = Environment(  # noqa: S701  a program, and no page
    loader=FileSystemLoader(Path(__file__).parent), trim_blocks=True, lstrip_blocks=False
).get_template("predict.py.j2")
TITLES = {
    "forecast": "python predict.py NEW.csv: '{0}' in the next rows, for each window of NEW.csv.",
    "classification": "python predict.py NEW.csv: the class of each sequence of NEW.csv.",
    "text classification": "python predict.py NEW.csv: the class of each text of NEW.csv.",
    "language model": "python predict.py NEW.txt: bits a {1} of NEW.txt; or --continue TEXT"
    " [LENGTH TEMPERATURE].",
}
PLAIN = "import predict; predict.model(x): the outputs of the model for inputs x."


def program(saved: SavedModel, sizes: Sequence[tuple[int, int]]) -> str:
    """Return the text of `predict.py`.

    sizes: input size and hidden size of the cell of each layer.

    Raises RnnbenchError for a model that so few lines cannot build, with the reason.
    """
    architecture = saved.architecture
    _refuse(architecture)
    preparation = saved.preparation
    if preparation is not None:
        _refuse_times(preparation)
    reads = preparation is not None and preparation.kind in TITLES
    module, _, attribute = architecture.build.partition(":")
    residual = architecture.backbone == "residual"
    text = _TEMPLATE.render(
        title=_title(preparation if reads else None),
        needs=_needs(architecture, preparation if reads else None),
        read=reads,
        functions="layer_norm, linear, silu" if residual else "linear",
        module=module,
        attribute=attribute,
        cells=", ".join(_call(architecture, attribute, size) for size in sizes),
        embedding=architecture.vocabulary is not None,
        projection=_has_projection(architecture),
        residual=residual,
        every_step=architecture.readout == "every-step",
        readout="readout.layer" if architecture.readout == "every-step" else "readout",
        **(_reading(preparation) if preparation is not None and reads else {}),
    )
    lines = text.count("\n")
    if lines > MOST_LINES:
        raise RnnbenchError(
            f"no predict.py is written: this model takes {lines} lines, and at most {MOST_LINES}"
            " are allowed"
        )
    return text


def _reading(preparation: Preparation) -> dict[str, object]:
    """What the program needs to read a file and to give its answers in units of the file."""
    answer = preparation.answer
    several = len(preparation.answers) > 1
    return {
        "kind": preparation.kind,
        "window": preparation.window,
        "group": repr(preparation.group),
        "grouped": preparation.group is not None,
        "text": repr(preparation.text),
        "target": repr(answer.column) if answer else "",
        "several": several,
        "logarithm": any(channel.logarithm for channel in preparation.channels),
        "elapsed": preparation.reads_elapsed,
        "since_before": _since_before(preparation),
        "calendar": preparation.written == "dates",
        "changes": any(channel.form != "level" for channel in preparation.channels),
        "seen": any(answer.reference != "none" for answer in preparation.answers),
        "value": _values(preparation.answers),
        "words": preparation.unit == "word",
        "word": WORD.pattern,
        "double": DOUBLE,
    }


def _since_before(preparation: Preparation) -> str:
    """What takes the time of row `a` from that of row `b`, in the numbers that were trained on."""
    a, b = (f"{name}[{preparation.order!r}]" for name in "ab")
    if preparation.written == "dates":
        read = "datetime.datetime.fromisoformat"
        return f"({read}({b}) - {read}({a})).total_seconds()"
    return f"float({b}) - float({a})"


def _refuse(architecture: Architecture) -> None:
    name = architecture.cell.name
    if architecture.over_frames:
        raise RnnbenchError(f"no predict.py is written for '{name}', a cell over frames")
    if architecture.tokens_beside:
        raise RnnbenchError("no predict.py is written for tokens beside features")
    if "." in architecture.build.partition(":")[2] or not architecture.build:
        raise RnnbenchError(
            f"no predict.py is written for '{name}': the function that builds it is no function of"
            " a module, which could be imported"
        )


def _refuse_times(preparation: Preparation) -> None:
    if preparation.resample is not None:
        raise RnnbenchError("no predict.py is written for a model of rows on even steps of time")
    if preparation.reads_elapsed and ", " in (preparation.order or ""):
        raise RnnbenchError(
            f"no predict.py is written for times in several columns, '{preparation.order}'"
        )
    if preparation.reads_elapsed and preparation.written == "other":
        raise RnnbenchError(
            f"no predict.py is written for times in column '{preparation.order}', which are not"
            " written as 2021-01-31 08:30"
        )


def _title(preparation: Preparation | None) -> str:
    if preparation is None:
        return PLAIN
    columns = "', '".join(answer.column for answer in preparation.answers)
    return TITLES[preparation.kind].format(columns.translate(UNSAFE), preparation.unit)


def _needs(architecture: Architecture, preparation: Preparation | None) -> str:
    needs = f"Needs torch, safetensors, and the cell '{architecture.cell.name}' of"
    needs += f" {architecture.distribution}."
    if preparation is not None and preparation.unit is None:
        needs += " Rows are in the order of time, and none lacks a value."
    if preparation is not None and preparation.reads_elapsed and preparation.written == "dates":
        needs += " Times are as 2021-01-31 or 2021-01-31 08:30."
    return needs


def _has_projection(architecture: Architecture) -> bool:
    kept = architecture.encoder == "auto" and architecture.backbone == "bare"
    return not (kept and not architecture.same_size)


def _call(architecture: Architecture, attribute: str, size: tuple[int, int]) -> str:
    """The call that builds the cell of a layer."""
    options = dict(architecture.cell.options)
    if architecture.cell.implementation != "default":
        options["implementation"] = architecture.cell.implementation
    named = [f"{name}={value!r}" for name, value in options.items()]
    return f"{attribute}({', '.join([*map(str, size), *named])})"


def _values(answers: Sequence[Answer]) -> str:
    """What makes values in units of the file of scaled outputs, target by target; "" of classes."""
    if len(answers) <= 1:
        return "".join(_with_reference(answer, OUTPUTS, "seen") for answer in answers)
    ahead = len(answers[0].offset)
    found = []
    for place, answer in enumerate(answers):
        scaled = f"out[:, {place * ahead}:{(place + 1) * ahead}]"
        found.append(_with_reference(answer, scaled, f"seen[{answer.column!r}]"))
    return f"torch.cat([{', '.join(found)}], 1)"


def _with_reference(answer: Answer, value: str, seen: str) -> str:
    if answer.reference == "last":
        value += f" + {seen}[:, -1:]"
    return f"({value}).clamp(max=80.0).exp()" if answer.logarithm else f"({value})"
