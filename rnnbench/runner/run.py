"""Run one trial, and turn whatever it raises into a result."""

from contextlib import suppress
from datetime import UTC, datetime
from time import perf_counter

import msgspec
import torch

from rnnbench import environment
from rnnbench.catalogue import Catalogue
from rnnbench.errors import DataUnavailable
from rnnbench.provenance import provenance
from rnnbench.records import CostTrial, LearningTrial, Provenance, Result, Trial
from rnnbench.runner.accelerator import with_accelerator
from rnnbench.runner.cost import prepare_process, run_cost
from rnnbench.runner.failures import failure
from rnnbench.runner.learning import run_learning
from rnnbench.runner.run_options import RunOptions
from rnnbench.runner.same_files import demand_same_files
from rnnbench.runner.watch import TorchWatch

DEFAULTS = RunOptions()


def run_trial(
    trial: Trial, catalogue: Catalogue | None = None, options: RunOptions = DEFAULTS
) -> Result:
    """Run a trial in this process, and return its result.

    catalogue: the registries of all plugins; None loads the plugins of `options`.

    An exception of the trial becomes the status of its result; only SystemExit and the like are
    raised. Torch's switches have the values from before any plugin was imported; what plugins and
    cells change in torch is reported in the result's `side_effects`.
    """
    started = datetime.now(UTC).isoformat(timespec="seconds")
    clock = perf_counter()
    if isinstance(trial, CostTrial):
        prepare_process(trial)
    bare = Result(
        trial=trial,
        status="ok",
        started=started,
        provenance=Provenance(machine=environment.machine(), versions=environment.versions()),
    )
    watch = TorchWatch(trial.threads)
    try:
        if catalogue is None:
            catalogue = Catalogue.load(options.plugins, watch.imported)
        demand_same_files(options.files)
        _require_device(trial.device)
        result = _run(trial, catalogue, bare, options, watch)
    except Exception as error:
        options.at_end()
        result = _failed(bare, error)
    else:
        options.at_end()
    if not result.provenance.plugins and catalogue is not None:
        with suppress(Exception):  # the part of the catalogue that failed may be needed here too
            result = msgspec.structs.replace(result, provenance=provenance(trial, catalogue))
    seconds = msgspec.structs.replace(result.seconds, process=perf_counter() - clock)
    return msgspec.structs.replace(
        result,
        provenance=with_accelerator(result.provenance, trial.device),
        seconds=seconds,
        side_effects=tuple(watch.effects),
    )


def _run(
    trial: Trial, catalogue: Catalogue, bare: Result, options: RunOptions, watch: TorchWatch
) -> Result:
    if isinstance(trial, LearningTrial):
        return run_learning(trial, catalogue, bare, options, watch)
    return run_cost(trial, catalogue, bare, options, watch)


def _require_device(device: str) -> None:
    if device == "cuda" and not torch.cuda.is_available():
        raise DataUnavailable("there is no CUDA device here")


def _failed(bare: Result, error: Exception) -> Result:
    status, reason, trace = failure(error)
    return msgspec.structs.replace(bare, status=status, reason=reason, traceback=trace)
