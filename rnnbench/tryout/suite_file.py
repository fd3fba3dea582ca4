"""The suite that a tryout runs, as TOML: complete, so that it repeats the tryout."""

import json
from collections.abc import Iterator, Mapping, Sequence

from rnnbench.records import Dial
from rnnbench.tryout.records import TryPlan

NAME = "suite.toml"


def suite_text(
    plan: TryPlan, task: str, dials: Mapping[str, Dial], summary: str, comments: Sequence[str]
) -> str:
    """Return the content of the file.

    comments: what the file was taken for, one line each.
    """
    return "\n".join([*_lines(plan, task, dials, summary, comments), ""])


def _lines(
    plan: TryPlan, task: str, dials: Mapping[str, Dial], summary: str, comments: Sequence[str]
) -> Iterator[str]:
    yield from (f"# {' '.join(comment.split())}" for comment in comments)
    yield "version = 1"
    yield f"summary = {_value(summary)}"
    yield f"cells = {_value(plan.cells)}"
    yield f"seeds = {plan.seeds}"
    yield "keep_predictions = true"
    yield "keep_weights = true"
    yield ""
    yield "[recipe]"
    for key, value in recipe_of(plan).items():
        yield f"{key} = {_value(value)}"
    yield ""
    yield "[[tasks]]"
    yield f"name = {_value(task)}"
    yield ""
    yield "[tasks.dials]"
    for key, dial in dials.items():
        if dial is not None:
            yield f"{key} = {_value(dial)}"


def recipe_of(plan: TryPlan) -> dict[str, object]:
    """Return the keys of the recipe that a tryout sets."""
    return {
        "match": "parameters",
        "parameters": plan.parameters,
        "optimiser": "adam",
        "batch_size": plan.batch_size,
        "epochs": plan.epochs,
        "futility_epochs": plan.futility_epochs,
        "search": "tuning-seeds",
        "learning_rates": plan.learning_rates,
        "tuning_seeds": plan.tuning_seeds,
    }


def _value(value: object) -> str:
    """Write a word, a number or a list as TOML, whose strings are escaped as those of JSON are."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
