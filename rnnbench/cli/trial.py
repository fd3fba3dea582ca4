"""`rnnbench run trial`: runs one cell on one task once."""

from collections import Counter
from typing import Any

import click
import msgspec

from rnnbench import text
from rnnbench.campaign import FAILURES, IDLE, settle_fastest
from rnnbench.catalogue import Catalogue
from rnnbench.cli.completion import CELLS, TASKS
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.output import print_json, say
from rnnbench.errors import RnnbenchError
from rnnbench.executors.local import run_one
from rnnbench.plan import due_trials
from rnnbench.records import Learning, LearningTrial, Result, Status, Trial
from rnnbench.suite import Choices, check_suite, key_table


@click.command()
@click.argument("cell", shell_complete=CELLS)
@click.argument("task", shell_complete=TASKS)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--dial", "dials", multiple=True, metavar="NAME=V", help="A dial of the task: horizon=20."
)
@click.option("--option", "options", multiple=True, metavar="NAME=V", help="An option of the cell.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=V",
    help="A key, as in a suite: recipe.epochs=5.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole result as JSON.")
def trial(
    cell: str,
    task: str,
    seed: int,
    dials: tuple[str, ...],
    options: tuple[str, ...],
    settings: tuple[str, ...],
    as_json: bool,
) -> None:
    """Run CELL on TASK once and print the result; nothing is stored."""
    single = _single_trial(cell, task, seed, dials, options, settings)
    result = run_one(single)
    if as_json:
        print_json(msgspec.to_builtins(result))
    else:
        _print_result(result)
    raise ended(_exit_code(result.status))


def _exit_code(status: Status) -> ExitCode:
    if status in FAILURES:
        return ExitCode.FAILED
    return ExitCode.NOTHING_RAN if status in IDLE else ExitCode.FINE


def _single_trial(
    cell: str,
    task: str,
    seed: int,
    dials: tuple[str, ...],
    options: tuple[str, ...],
    settings: tuple[str, ...],
) -> Trial:
    """The only trial of a suite of one cell, one task and one seed, checked like any suite."""
    raw: dict[str, Any] = {
        "version": 1,
        "summary": "a single trial",
        "cells": [{"name": cell, "options": key_table(options, "--option")}],
        "tasks": [{"name": task, "dials": key_table(dials, "--dial")}],
        "seeds": [seed],
        "recipe": {"tune": False},
    }
    catalogue = Catalogue.present()
    checked = check_suite(raw, "run trial", catalogue, Choices(settings=settings))
    suite = settle_fastest(checked, catalogue)
    single = due_trials(suite, {})[0]
    if isinstance(single, LearningTrial) and single.recipe.tune:
        raise RnnbenchError(
            "run trial: a single trial searches no learning rate; leave recipe.tune out"
        )
    return single


def _print_result(result: Result) -> None:
    reason = f": {result.reason}" if result.reason else ""
    say(f"{result.status}{reason}", style="bold")
    if result.learning:
        _print_learning(result.learning)
    for effect in result.side_effects:
        say(f"note: {effect}")
    if result.traceback:
        say(result.traceback)
    if result.output:
        say(f"It printed:\n{result.output}")


def absent_reasons(learning: Learning) -> list[str]:
    """A line for each metric that lacks a value in some epochs, with the last reason, or on test
    data."""
    reasons: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for epoch in learning.curve:
        for name, reason in epoch.absent.items():
            counts[name] += 1
            reasons[name] = reason
    lines = [
        f"validation {name} is absent in {text.counted(counts[name], 'epoch')}: {reason}"
        for name, reason in reasons.items()
    ]
    for name, reason in learning.absent.items():
        if " " in name:
            lines.append(f"{name} is absent: {reason}")
    return lines


def _print_learning(learning: Learning) -> None:
    metric = learning.metrics[0]
    off = f" ({learning.off_budget:+.1%} from the budget)" if learning.off_budget else ""
    say(f"hidden size {learning.hidden_size}, {learning.parameters:,} parameters{off}")
    say(f"epoch  train loss  validation {metric.name}")
    for epoch in learning.curve:
        mark = "  chosen" if epoch.epoch == learning.chosen_epoch else ""
        score = epoch.validation[metric.name]
        say(f"{epoch.epoch:>5}  {epoch.train_loss:>10.4g}  {score:>10.4g}{mark}")
    for name, score in learning.test.items():
        say(f"test {name} {text.rounded(score, 4)}{_trivial(learning, name)}")
    for reason in absent_reasons(learning):
        say(reason)
    if learning.target is None:
        say(f"no target: cells are ranked by test {metric.name}")
        return
    reached = "not reached twice in a row"
    if learning.epochs_to_target:
        reached = f"reached in epoch {learning.epochs_to_target}"
    say(f"target {metric.name} {text.setting(learning.target)}: {reached}")


def _trivial(learning: Learning, name: str) -> str:
    """The score of the trivial forecast, to be printed beside the score of the model."""
    trivial = learning.trivial.get(name)
    return (
        "" if trivial is None else f"   (“{learning.trivial_forecast}”: {text.rounded(trivial, 4)})"
    )
