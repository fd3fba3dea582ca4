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
from rnnbench.cell import CellSpec
from rnnbench.errors import Refused
from rnnbench.model import Extent, Model, Needs, Size, count_parameters, solve_size
from rnnbench.records import LearningTrial, ModelSize, Result, Seconds, canonical
from rnnbench.runner.terms import Terms
from rnnbench.task import RecordedTask, Task
from rnnbench.training import Checkpoint, Feed, open_feed, train


def run_learning(trial: LearningTrial, catalogue: Catalogue, bare: Result, terms: Terms) -> Result:
    """The result of a learning trial. Raises what the cell, the task or the data raise."""
    started = perf_counter()
    task_class = catalogue.tasks[trial.task].item
    task = task_class(**trial.dials)  # type: ignore[arg-type]
    archives = open_archives(task_class) if issubclass(task_class, RecordedTask) else {}
    feed = open_feed(task, trial, archives)
    size, model = _sized(trial, catalogue, task, feed)
    if terms.only_size:
        return msgspec.structs.replace(bare, size=_told(size, model))
    prepared = perf_counter()
    checkpoint = Checkpoint(terms.checkpoint, _conditions(bare), terms.checkpoint_seconds)
    diagnostics = {name: catalogue.diagnostics[name].item.load() for name in trial.diagnostics}
    outcome = train(trial, task, model, feed, size, checkpoint, diagnostics)
    return msgspec.structs.replace(
        bare,
        status=outcome.status,
        reason=outcome.reason,
        learning=outcome.learning,
        resumed_at=outcome.resumed_at,
        seconds=Seconds(
            preparing=prepared - started,
            training=outcome.seconds_training,
            evaluating=outcome.seconds_evaluating,
        ),
    )


def _sized(trial: LearningTrial, catalogue: Catalogue, task: Task, feed: Feed) -> tuple[Size, Model]:
    """The size that the budget gives, and a model of that size with the weights of this seed."""
    spec = catalogue.cells[trial.cell.name].item
    _refuse_too_long(spec, task, feed)
    build = spec.load(trial.cell.options, trial.cell.implementation)
    needs = Needs(spec.inputs == "frames", spec.same_size, spec.carries_state)
    make = partial(Model, build, task, trial.recipe, feed.example(), needs=needs)

    @cache
    def extent(hidden: int) -> Extent:
        model = make(hidden)
        return Extent(count_parameters(model), model.state_floats)

    size = solve_size(trial.recipe, extent, spec.hidden_multiple)
    _seed_global_generators(trial.seed)
    return size, make(size.hidden)


def _refuse_too_long(spec: CellSpec, task: Task, feed: Feed) -> None:
    steps = task.horizon if task.mode == "stream" else max(feed.example().steps, feed.validation.steps)
    if spec.longest is not None and steps > spec.longest:
        raise Refused(f"sequences of {steps} steps, and the cell takes at most {spec.longest}")


def _told(size: Size, model: Model) -> ModelSize:
    return ModelSize(
        hidden_size=size.hidden,
        parameters=count_parameters(model),
        state_floats=model.state_floats,
        off_budget=size.off_budget,
    )


def _conditions(bare: Result) -> str:
    """What a run must share with another one to go on from its checkpoint: trial, sources, plugins, versions."""
    origin = bare.provenance
    shared = (canonical(bare.trial).decode(), origin.definitions, origin.plugins, origin.versions)
    return msgspec.json.encode(shared, order="sorted").decode()


def _seed_global_generators(seed: int) -> None:
    """Weights come from torch's generator; a stranger's cell may draw from the others too."""
    torch.manual_seed(seeds.integer(seed, "weights"))
    random.seed(seeds.integer(seed, "weights", "random"))
    np.random.seed(seeds.integer(seed, "weights", "numpy") % 2**32)
