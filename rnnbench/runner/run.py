"""Run one trial and turn whatever happens into a result."""

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
from rnnbench.runner.cost import prepare_process, run_cost
from rnnbench.runner.failures import failure
from rnnbench.runner.learning import run_learning
from rnnbench.runner.run_options import Terms
from rnnbench.runner.same_files import demand_same_files
from rnnbench.runner.watch import TorchWatch

TERMS = Terms()


def run_trial(trial: Trial, catalogue: Catalogue | None = None, terms: Terms = TERMS) -> Result:
    """Run a trial here. What it raises becomes the status of its result; only what ends the process
    gets out.

    Torch's switches are as they were before any plugin was imported, whatever plugins and cells set
    them to; what these change for everything in the process is kept in the result, in words.
    """
    started, clock = datetime.now(UTC).isoformat(timespec="seconds"), perf_counter()
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
            catalogue = Catalogue.load(terms.plugins, watch.imported)
        demand_same_files(terms.files)
        _require_device(trial.device)
        result = _run(trial, catalogue, bare, terms, watch)
    except Exception as error:
        terms.at_end()
        result = _failed(bare, error)
    else:
        terms.at_end()
    if not result.provenance.plugins and catalogue is not None:
        with suppress(Exception):  # what failed may be what would have to be asked
            result = msgspec.structs.replace(result, provenance=provenance(trial, catalogue))
    seconds = msgspec.structs.replace(result.seconds, process=perf_counter() - clock)
    return msgspec.structs.replace(result, seconds=seconds, side_effects=tuple(watch.effects))


def _run(
    trial: Trial, catalogue: Catalogue, bare: Result, terms: Terms, watch: TorchWatch
) -> Result:
    if isinstance(trial, LearningTrial):
        return run_learning(trial, catalogue, bare, terms, watch)
    return run_cost(trial, catalogue, bare, terms, watch)


def _require_device(device: str) -> None:
    if device == "cuda" and not torch.cuda.is_available():
        raise DataUnavailable("there is no CUDA device here")


def _failed(bare: Result, error: Exception) -> Result:
    status, reason, trace = failure(error)
    return msgspec.structs.replace(bare, status=status, reason=reason, traceback=trace)
