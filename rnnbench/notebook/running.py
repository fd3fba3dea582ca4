"""A suite run from Python, as `rnnbench run suite` runs it."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from rnnbench import environment
from rnnbench.campaign import Progress, Watch
from rnnbench.catalogue import Catalogue
from rnnbench.driver import (
    Prepared,
    make_reports,
    prepare,
    read_run,
    record_look,
    warnings_of,
)
from rnnbench.errors import RnnbenchError
from rnnbench.findings import Findings
from rnnbench.notebook import arguments
from rnnbench.notebook.loading import Run
from rnnbench.records import FIRST_TUNING_SEED, Result
from rnnbench.suite import Choices


class RunProgress(Struct, frozen=True, kw_only=True):
    """How far a run is.

    done, total: trials that have a result, and that are to have one; more may be asked for later.
    running:     ids of the trials at work.
    newest:      the result that has just come; None where trials were started or are awaited.
    """

    done: int
    total: int
    running: tuple[str, ...]
    newest: Result | None


def run_suite(
    name: str | os.PathLike[str] = "quick",
    output: str | os.PathLike[str] | None = None,
    *,
    cells: Iterable[str] = (),
    tasks: Iterable[str] = (),
    seeds: int | None = None,
    claims: Iterable[str] = (),
    core: bool = False,
    until_decided: bool = False,
    threads: int | None = None,
    jobs: int | None = None,
    executor: str = "local",
    settings: Mapping[str, Any] | None = None,
    check: bool = True,
    keep_weights: bool = False,
    fresh: bool = False,
    report: bool = False,
    progress: Callable[[RunProgress], None] | None = None,
) -> Run:
    """Run what a suite lacks, and give its run as `load` gives it. It prints nothing: its
    notices are in the `notices` of the run. An interruption keeps what has finished, and the same
    call goes on from there.

    Like `load`, it records no look at the verdicts unless it makes the report. Raises RnnbenchError
    for whatever the command line refuses, in its words.

    name:          of an installed suite, or of a TOML file.
    output:        the folder of the run, by default `runs/NAME`.
    cells:         those to run instead of the suite's; a row of the suite keeps its options.
    tasks, claims: those of the suite that are kept, by default all; `core` keeps the claims that
                   are marked so.
    seeds:         how many: 0, 1, 2 ...
    until_decided: add seeds until each claim is decided.
    threads:       of each trial, by default the suite's.
    jobs:          trials at once, by default one a core.
    settings:      keys of the suite (`{"recipe.epochs": 5}`) or of the executor
                   (`{"executor.address": "tcp://..."}`).
    check:         the laws of other distributions' cells, beside the run.
    keep_weights:  of each trained model, in the folder `weights` of the run.
    fresh:         discard the results of these trials first.
    report:        write the reports to `<output>/report`, and record the look at the verdicts that
                   they are.
    progress:      called whenever a result comes or trials start, and about every second. What it
                   raises ends the run.
    """
    choices = Choices(
        cells=arguments.names(cells, "cells"),
        tasks=arguments.names(tasks, "tasks"),
        seeds=arguments.number(seeds, "seeds", FIRST_TUNING_SEED),
        threads=arguments.number(threads, "threads"),
        settings=arguments.settings(settings or {}),
        claims=arguments.names(claims, "claims"),
        core=core,
        until_decided=until_decided,
        keep_weights=keep_weights,
    )
    Catalogue.load()  # a notebook outlives the installation of plugins
    prepared = prepare(
        os.fspath(name),
        choices,
        output=None if output is None else Path(output),
        executor=executor,
        jobs=arguments.number(jobs, "jobs"),
        fresh=fresh,
    )
    refused = environment.refused_checkout()
    ended = prepared.run(_watch(progress))
    notices = [f"{refused}."] if refused else []
    notices += ended.notices
    if check:
        notices += prepared.check_laws(lambda _: None)
    notices += warnings_of(ended)
    contents = read_run(prepared.store)
    if report:
        notices += _report(prepared, contents.findings)
    return Run(prepared.store.folder, contents, tuple(notices))


def _watch(progress: Callable[[RunProgress], None] | None) -> Watch:
    def watch(state: Progress, newest: Result | None) -> None:
        if progress is not None:
            counts = {"done": state.done, "total": state.total}
            progress(RunProgress(**counts, running=state.running, newest=newest))

    return watch


def _report(prepared: Prepared, findings: Findings) -> Iterator[str]:
    """Keep the look, then write the reports; a sentence for whatever of it could not be done."""
    folder = prepared.store.folder
    if lost := record_look(folder, findings):
        yield lost
    try:
        outcomes = make_reports(findings, folder, prepared.catalogue)
    except RnnbenchError as error:
        yield f"{error}; no report was made."
        return
    yield from (outcome.sentence for outcome in outcomes if outcome.problem)
