"""A learning trial: size the model, build it from the seed's own stream of weights, train it."""

import random
from functools import cache, partial
from time import perf_counter

import msgspec
import numpy as np
import torch

from rnnbench import seeds
from rnnbench.archives import open_archives
from rnnbench.catalogue import Catalogue
from rnnbench.model import Model, count_parameters, hidden_size
from rnnbench.records import LearningTrial, Result, Seconds
from rnnbench.task import RecordedTask
from rnnbench.training import open_feed, train


def run_learning(trial: LearningTrial, catalogue: Catalogue, bare: Result) -> Result:
    """The result of a learning trial. Raises what the cell, the task or the data raise."""
    started = perf_counter()
    task_class = catalogue.tasks[trial.task].item
    task = task_class(**trial.dials)  # type: ignore[arg-type]
    archives = open_archives(task_class) if issubclass(task_class, RecordedTask) else {}
    feed = open_feed(task, trial, archives)
    build = partial(catalogue.cells[trial.cell.name].item.load(), **trial.cell.options)
    make = partial(Model, build, feed.example(), task.vocabulary, task.output_size)
    hidden = hidden_size(trial.recipe, cache(lambda size: count_parameters(make(size))))
    _seed_global_generators(trial.seed)
    model = make(hidden)
    prepared = perf_counter()
    outcome = train(trial, task, model, feed, hidden)
    return msgspec.structs.replace(
        bare,
        status=outcome.status,
        reason=outcome.reason,
        learning=outcome.learning,
        seconds=Seconds(
            preparing=prepared - started,
            training=outcome.seconds_training,
            evaluating=outcome.seconds_evaluating,
        ),
    )


def _seed_global_generators(seed: int) -> None:
    """Weights come from torch's generator; a stranger's cell may draw from the others too."""
    torch.manual_seed(seeds.integer(seed, "weights"))
    random.seed(seeds.integer(seed, "weights", "random"))
    np.random.seed(seeds.integer(seed, "weights", "numpy") % 2**32)
