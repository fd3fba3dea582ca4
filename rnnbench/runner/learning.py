"""A learning trial: size the model, build it from the seed's own stream of weights, train it."""

import random
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from time import perf_counter
from zipfile import Path as ZipPath

import msgspec
import numpy as np
import torch

from rnnbench import seeds
from rnnbench.archives import open_archives
from rnnbench.catalogue import Catalogue
from rnnbench.contracts import CellSpec, RecordedTask, Task
from rnnbench.errors import DataUnavailable, Refused
from rnnbench.model import Extent, Model, Needs, Size, count_parameters, solve_size
from rnnbench.provenance import file_digest, provenance
from rnnbench.records import LearningTrial, ModelSize, Provenance, Result, Seconds, canonical
from rnnbench.runner.imports import Imports
from rnnbench.runner.reseeding import SeedWatch
from rnnbench.runner.run_options import Terms
from rnnbench.runner.watch import TorchWatch
from rnnbench.training import Checkpoint, Feed, open_feed, train
from rnnbench.training.diagnosing import from_plugin


def run_learning(
    trial: LearningTrial, catalogue: Catalogue, bare: Result, terms: Terms, watch: TorchWatch
) -> Result:
    """The result of a learning trial. Raises what the cell, the task or the data raise."""
    started = perf_counter()
    imports = Imports()
    task_class = catalogue.tasks[trial.task].item
    task = task_class(**trial.dials)  # type: ignore[arg-type]
    files = {**{str(file): file for file in task.own_files}, **task.data_files}
    read = {name: file_digest(file) for name, file in files.items()}
    archives: Mapping[str, ZipPath] = {}
    if issubclass(task_class, RecordedTask):
        archives = open_archives(task_class)
    feed = open_feed(task, trial, archives)
    read = _unchanged(read, files)
    imports.note(trial.task)
    watch.look(f"Reading the data of the task '{trial.task}'")
    size, model = _sized(trial, catalogue, task, feed, watch)
    imports.note(trial.cell.name)
    if terms.only_size:
        return msgspec.structs.replace(bare, size=_told(size, model))
    diagnostics = {}
    for name in trial.diagnostics:
        extra = catalogue.diagnostics[name]
        diagnostics[name] = watch.around(
            f"The diagnostic '{name}'", from_plugin(extra.item, extra.plugin.origin)
        )
        imports.note(name)
    bare = msgspec.structs.replace(bare, provenance=_provenance(trial, catalogue, imports, read))
    prepared = perf_counter()
    checkpoint = Checkpoint(
        terms.checkpoints.of(trial), _conditions(bare), terms.checkpoints.seconds
    )
    after_first_step = partial(
        watch.look, f"The first training step of the cell '{trial.cell.name}'"
    )
    outcome = train(trial, task, model, feed, size, checkpoint, diagnostics, after_first_step)
    watch.look(f"Training the cell '{trial.cell.name}'")
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


def _provenance(
    trial: LearningTrial, catalogue: Catalogue, imports: Imports, read: Mapping[str, str]
) -> Provenance:
    """What the result depends on, now that all of it was loaded and read."""
    data = dict(read)
    for archive in catalogue.tasks[trial.task].item.archives:
        data[archive.name] = archive.sha256
    found = provenance(trial, catalogue, imports.seen)
    return msgspec.structs.replace(found, data=data)


def _unchanged(before: Mapping[str, str], files: Mapping[str, Path]) -> dict[str, str]:
    """Hashes of files by name, now that they were read. Raises DataUnavailable where one changed
    meanwhile; one that was not there before was made for this."""
    after = {name: file_digest(file) for name, file in files.items()}
    for name, content in after.items():
        if before[name] and before[name] != content:
            raise DataUnavailable(f"{files[name]}: it changed while it was read")
    return after


def _sized(
    trial: LearningTrial, catalogue: Catalogue, task: Task, feed: Feed, watch: TorchWatch
) -> tuple[Size, Model]:
    """The size that the budget gives, and a model of that size with the weights of this seed.

    It is built from two states of the random generators, which shows whether building sets their
    seeds.
    """
    spec = catalogue.cells[trial.cell.name].item
    _refuse_too_long(spec, task, feed)
    doing = f"Building the cell '{spec.name}'"
    build = watch.building(doing, spec.load(trial.cell.options, trial.cell.implementation))
    needs = Needs(spec.inputs == "frames", spec.same_size, spec.carries_state)
    make = partial(Model, build, task, trial.recipe, feed.example(), needs=needs)

    seed_watch = SeedWatch()

    @cache
    def extent(hidden: int) -> Extent:
        model = seed_watch.build(make, hidden)
        return Extent(count_parameters(model), model.state_floats)

    size = solve_size(trial.recipe, extent, spec.hidden_multiple, spec.smallest)
    extent(size.hidden)  # where hidden sizes are matched, nothing has been built yet
    watch.look(doing)
    _seed_global_generators(trial.seed)
    model = seed_watch.build(make, size.hidden)
    watch.look(doing)
    for generator in sorted(seed_watch.reseeded):
        watch.add(
            f"{doing} sets the seed of {generator}, so that every seed of a trial begins with the"
            " same weights"
        )
    return size, model


def _refuse_too_long(spec: CellSpec, task: Task, feed: Feed) -> None:
    steps = (
        task.horizon if task.mode == "stream" else max(feed.example().steps, feed.validation.steps)
    )
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
    """What a run must share with another one to go on from its checkpoint: trial, sources, plugins,
    versions."""
    origin = bare.provenance
    shared = (
        canonical(bare.trial).decode(),
        origin.definitions,
        origin.plugins,
        origin.versions,
        origin.variables,
    )
    return msgspec.json.encode(shared, order="sorted").decode()


def _seed_global_generators(seed: int) -> None:
    """Weights come from torch's generator; a stranger's cell may draw from the others too."""
    torch.manual_seed(seeds.integer(seed, "weights"))
    random.seed(seeds.integer(seed, "weights", "random"))
    np.random.seed(seeds.integer(seed, "weights", "numpy") % 2**32)
