"""Run one trial and turn whatever happens into a result."""

from datetime import UTC, datetime
from time import perf_counter

import msgspec
import torch

from rnnbench import environment
from rnnbench.catalogue import Catalogue
from rnnbench.errors import DataUnavailable
from rnnbench.records import LearningTrial, Provenance, Result, Trial
from rnnbench.runner.cost import run_cost
from rnnbench.runner.failures import failure
from rnnbench.runner.learning import run_learning
from rnnbench.runner.terms import Terms

TERMS = Terms()


def run_trial(trial: Trial, catalogue: Catalogue | None = None, terms: Terms = TERMS) -> Result:
    """Run a trial here. What it raises becomes the status of its result; only what ends the process gets out."""
    started, clock = datetime.now(UTC).isoformat(timespec="seconds"), perf_counter()
    bare = Result(
        trial=trial,
        status="ok",
        started=started,
        provenance=Provenance(machine=environment.machine(), versions={}),
    )
    try:
        torch.set_num_threads(trial.threads)
        catalogue = catalogue or Catalogue.load()
        bare = msgspec.structs.replace(bare, provenance=environment.provenance(trial, catalogue))
        _require_device(trial.device)
        result = _run(trial, catalogue, bare, terms)
    except Exception as error:
        terms.at_end()
        result = _failed(bare, error)
    else:
        terms.at_end()
    seconds = msgspec.structs.replace(result.seconds, process=perf_counter() - clock)
    return msgspec.structs.replace(result, seconds=seconds)


def _run(trial: Trial, catalogue: Catalogue, bare: Result, terms: Terms) -> Result:
    if isinstance(trial, LearningTrial):
        return run_learning(trial, catalogue, bare, terms)
    return run_cost(trial, catalogue, bare, terms)


def _require_device(device: str) -> None:
    if device == "cuda" and not torch.cuda.is_available():
        raise DataUnavailable("there is no CUDA device here")


def _failed(bare: Result, error: Exception) -> Result:
    status, reason, trace = failure(error)
    return msgspec.structs.replace(bare, status=status, reason=reason, traceback=trace)
