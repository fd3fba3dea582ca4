"""The words that code, terminal, report and documentation share; `docs/glossary.md` is made from
this file."""

from collections.abc import Mapping
from itertools import chain

TITLE = "Glossary"
INTRODUCTION = (
    "The words that code, terminal, report and documentation share. Each has one meaning. A name "
    "in `code` is what the word is called in Python. Keys of suites, results and options keep the"
    " spelling they had when they were introduced; where that differs, the key is given."
)
SECTIONS: Mapping[str, Mapping[str, str]] = {
    "Cells and tasks": {
        "cell": (
            "a recurrent layer: any `nn.Module` that maps a sequence and a state to outputs and a"
            " state (`CellSpec`)"
        ),
        "implementation": (
            "one way to compute a cell, with the same mathematics: `eager`, `compiled`, `native`,"
            " `fused`, `scan`"
        ),
        "kernel": "the routine that an implementation runs on, such as oneDNN's fused LSTM",
        "step": (
            "one position of a sequence; in optimisation, one update of the parameters; in a"
            " history, a change of a figure that stays"
        ),
        "state": "what a cell carries from step to step",
        "task": "what a cell learns: data, metric, target and chance (`Task`)",
        "dial": "a setting of a task, such as its horizon",
        "horizon": "the number of steps over which a task asks a cell to remember",
        "target": "the score that counts as solved; a task may have none",
        "recipe": "how a cell is trained on a task: budget, optimiser, search (`Recipe`)",
        "budget": (
            "what is equal between cells: parameters, numbers of state, or hidden units; also the"
            " most epochs of a training"
        ),
    },
    "Runs": {
        "suite": "cells, tasks, seeds and cost measurements that belong together (`Suite`)",
        "trial": (
            "the smallest piece of work: one training, or one replicate of a cost measurement"
            " (`Trial`)"
        ),
        "result": "what a trial gave, or why it gave nothing (`Result`)",
        "row": "a cell with its options and implementation, as tables name it",
        "condition": (
            "everything but the cell and the seed: a task with its dials and its recipe"
            " (`Condition`)"
        ),
        "arm": "one cell under one condition, over its seeds (`Arm`)",
        "seed": "what fixes the random numbers of a training; cells meet the same seeds in pairs",
        "evaluation": (
            "a training that counts for a comparison, as opposed to one that only serves the"
            " learning-rate search"
        ),
        "learning-rate search": "the trainings by which a cell's learning rates are found",
        "race": "a search that gives rates up once a paired test finds them worse (`Raced`)",
        "ladder": (
            "one task at rising horizons, each rung tried only where the one below was solved"
        ),
        "futility": "the rule that ends a training without progress",
        "executor": (
            "where trials run: this machine, a cluster (`Executor`, which is called with an"
            " `ExecutorContext`)"
        ),
        "driver": "the process that plans trials and stores results",
        "registry": (
            "what plugins brought of one kind, by name (`Registry`), each with its plugin"
            " (`Contribution`)"
        ),
        "provenance": "what a result depends on: sources, versions, data, machine (`Provenance`)",
    },
    "Cost": {
        "replicate": "one measurement in a process of its own; intervals are over replicates",
        "session": (
            "a day, or a named part of one, on which replicates are measured; key `occasion`"
        ),
        "step time": (
            "the time of one training, inference or streaming step (`StepTime`); key `pace`"
        ),
        "reference cell": "torch's LSTM, timed beside every cell in the same process; key `ruler`",
        "precision target": (
            "how narrow the intervals of a cost measurement are to be (`PrecisionTarget`); key"
            " `aim`"
        ),
        "stopping reason": "why a measurement has as many replicates as it has; key `endings`",
    },
    "What is found": {
        "findings": "everything that is concluded from a set of results (`Findings`)",
        "epochs to target": (
            "the first of two epochs in a row whose validation score reaches the target"
        ),
        "solve rate": "the share of seeds that reach the target",
        "memory span": (
            "the longest horizon that most seeds solve, with none unsolved below it (`Span`)"
        ),
        "typical seed": "the centre of the paired differences over seeds, by Hodges and Lehmann",
        "range": "from the lowest value to the highest; never an interval",
        "interval": "a confidence interval, at 95 % unless another level is given",
        "censored": "of epochs to target: only known to be above the budget",
        "verdict": (
            "better, worse, equivalent or undecided; of a claim: supported, refuted, mixed,"
            " undecided or untested"
        ),
        "look": (
            "one reading of the results while seeds are being added (an interim analysis), which"
            " may use a share of the 5 % error"
        ),
        "family": "all comparisons that share one error rate",
        "claim": "a sentence that people repeat, with what would make it true (`Claim`)",
        "reading": "one way to test a claim, fixed before anything is measured (`Reading`)",
        "evidence": "what the measurements show about a claim under one condition (`Evidence`)",
        "caveat": "a sentence on what weakens a result; key `doubts`",
        "figure": (
            "one number that was measured, such as the epochs to target; a drawing is called a plot"
        ),
        "check": (
            "a law that a cell or a task must keep, tried by the conformance kit; the law is the"
            " sentence that states what must hold"
        ),
        "report": (
            "what a renderer makes of findings; an export is a report that is made on request"
            " (`Renderer`)"
        ),
        "gate": "the comparison of two runs that passes, fails or stays undecided in CI",
    },
    "Statistics of reports": {
        "interquartile mean": "the mean of the middle half of all runs; also IQM",
        "optimality gap": "1 minus the mean of all runs, where no run scores above 1",
        "mean up to the budget": (
            "the mean of epochs to target in which an unsolved seed counts as the whole budget; the"
            " restricted mean"
        ),
        "Clopper-Pearson": "the exact interval of a share, which holds at any number of seeds",
        "Kaplan-Meier": (
            "the estimate of the share not yet at the target, with seeds that never get there"
            " counted as censored"
        ),
        "probability of improvement": (
            "how likely a run of one cell beats a run of another on the same condition; ties count"
            " as half"
        ),
        "performance profile": "the share of runs that score above each threshold",
        "roofline": (
            "the fastest speed that a machine allows at a number of operations for each byte that"
            " must move"
        ),
    },
}
"""The meaning of each word, by section."""
MEANINGS: Mapping[str, str] = dict(
    chain.from_iterable(section.items() for section in SECTIONS.values())
)


def markdown() -> str:
    """Return the glossary as a page of Markdown."""
    parts = [f"# {TITLE}\n\n{INTRODUCTION}\n"]
    for title, words in SECTIONS.items():
        rows = [f"| {word} | {meaning} |" for word, meaning in words.items()]
        parts.append("\n".join((f"## {title}\n", "| word | meaning |", "|---|---|", *rows, "")))
    return "\n".join(parts)
