"""A learning trial: open the feed, size the model, build it with the seed's weights, train it."""

import random
from collections.abc import Mapping
from functools import cache, partial
from time import perf_counter

import msgspec
import numpy as np

from rnnbench import seeds
from rnnbench.catalogue import Catalogue
from rnnbench.contracts import CellSpec, Task
from rnnbench.errors import Refused
from rnnbench.generators import seed_torch
from rnnbench.model import (
    Extent,
    Model,
    Needs,
    Size,
    architecture_of,
    count_parameters,
    solve_size,
)
from rnnbench.provenance import provenance
from rnnbench.records import LearningTrial, ModelSize, Provenance, Result, Seconds, canonical
from rnnbench.runner.accelerator import with_accelerator
from rnnbench.runner.data import open_data
from rnnbench.runner.imports import Imports
from rnnbench.runner.reseeding import SeedWatch
from rnnbench.runner.run_options import RunOptions
from rnnbench.runner.watch import TorchWatch
from rnnbench.training import Checkpoint, Feed, keep_predictions, keep_weights, note_of, train
from rnnbench.training.diagnosing import Measure, from_plugin


def run_learning(
    trial: LearningTrial, catalogue: Catalogue, bare: Result, options: RunOptions, watch: TorchWatch
) -> Result:
    """Return the result of a learning trial.

    bare: the result without figures.

    Raises what the cell, the task or the data raise, and DataUnavailable where weights are to be
    kept and cannot be written.
    """
    started = perf_counter()
    imports = Imports()
    task, feed, digests = open_data(trial, catalogue)
    imports.note(trial.task)
    watch.look(f"Reading the data of the task '{trial.task}'")
    size, model = _sized(trial, catalogue, task, feed, watch)
    imports.note(trial.cell.name)
    if options.only_size:
        return msgspec.structs.replace(bare, size=_model_size(size, model))
    diagnostics = _diagnostics(trial, catalogue, watch, imports)
    depends_on = _provenance(trial, catalogue, imports, digests)
    bare = msgspec.structs.replace(bare, provenance=depends_on)
    prepared = perf_counter()
    checkpoints = options.checkpoints
    checkpoint = Checkpoint(checkpoints.of(trial), _conditions(bare), checkpoints.seconds)
    first_step = f"The first training step of the cell '{trial.cell.name}'"
    after_first_step = partial(watch.look, first_step)
    outcome = train(trial, task, model, feed, size, checkpoint, diagnostics, after_first_step)
    watch.look(f"Training the cell '{trial.cell.name}'")
    if path := checkpoints.weights_of(trial):
        cell = catalogue.cells[trial.cell.name]
        architecture = architecture_of(trial, cell, task, feed.example(), size.hidden)
        keep_weights(path, outcome.weights, note_of(architecture, task.preparation))
    if outcome.status == "ok":
        keep_predictions(checkpoints.predictions_of(trial), model, task, feed, trial.device)
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


def _diagnostics(
    trial: LearningTrial, catalogue: Catalogue, watch: TorchWatch, imports: Imports
) -> dict[str, Measure]:
    """The guarded measurements of the trial's diagnostics, by name."""
    diagnostics = {}
    for name in trial.diagnostics:
        contribution = catalogue.diagnostics[name]
        measure = from_plugin(contribution.item, contribution.plugin.origin)
        diagnostics[name] = watch.around(f"The diagnostic '{name}'", measure)
        imports.note(name)
    return diagnostics


def _provenance(
    trial: LearningTrial, catalogue: Catalogue, imports: Imports, digests: Mapping[str, str]
) -> Provenance:
    """The provenance of the result, after all that it depends on was loaded and read."""
    data = dict(digests)
    for archive in catalogue.tasks[trial.task].item.archives:
        data[archive.name] = archive.sha256
    loaded = provenance(trial, catalogue, imports.modules)
    loaded = with_accelerator(loaded, trial.device)
    return msgspec.structs.replace(loaded, data=data)


def _sized(
    trial: LearningTrial, catalogue: Catalogue, task: Task, feed: Feed, watch: TorchWatch
) -> tuple[Size, Model]:
    """The size at the budget, and a model of that size with the weights of the trial's seed.

    The model is built twice, from different states of the random generators: this shows whether
    building sets their seeds.
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

    size = solve_size(trial.recipe, extent, spec.multiple(trial.cell.options), spec.smallest)
    extent(size.hidden)  # the first build, where the recipe names the hidden size
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
    if task.mode == "stream":
        steps = task.horizon
    else:
        steps = max(feed.example().steps, feed.validation.steps)
    if spec.longest is not None and steps > spec.longest:
        raise Refused(f"sequences of {steps} steps, and the cell takes at most {spec.longest}")


def _model_size(size: Size, model: Model) -> ModelSize:
    return ModelSize(
        hidden_size=size.hidden,
        parameters=count_parameters(model),
        state_floats=model.state_floats,
        off_budget=size.off_budget,
    )


def _conditions(bare: Result) -> str:
    """What a process must share with the one whose checkpoint it resumes from, as JSON."""
    depends_on = bare.provenance
    shared = (
        canonical(bare.trial).decode(),
        depends_on.definitions,
        depends_on.plugins,
        depends_on.versions,
        depends_on.variables,
    )
    return msgspec.json.encode(shared, order="sorted").decode()


def _seed_global_generators(seed: int) -> None:
    """Seed torch's generator, and those of Python and numpy, from which a cell may draw too."""
    seed_torch(seeds.integer(seed, "weights"))
    random.seed(seeds.integer(seed, "weights", "random"))
    np.random.seed(seeds.integer(seed, "weights", "numpy") % 2**32)
