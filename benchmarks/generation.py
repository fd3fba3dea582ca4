"""Is making a batch ever the bottleneck? For each installed task: seconds to make a training batch
of 32 over those of a GRU training step on it (H = 64, one thread), in turns. Recorded tasks whose
data are not here are fetched, or left out with the reason. Run: python benchmarks/generation.py
[task ...]"""

import sys
from itertools import chain, count
from time import thread_time

import numpy as np
import torch
from torch import nn

from rnnbench.archives import open_archives
from rnnbench.catalogue import Catalogue
from rnnbench.contracts import RecordedTask, Task
from rnnbench.errors import DataUnavailable
from rnnbench.model import Model
from rnnbench.records import CellUse, LearningTrial, Recipe
from rnnbench.training import open_feed
from rnnbench.training.losses import loss_of, on_device

TURNS = 30
WARM_UP = 3
CPU = torch.device("cpu")


def measure(kind: type[Task]) -> tuple[float, float]:
    """Medians of seconds for a batch and for a step."""
    task = kind()
    recipe = Recipe(
        batch_size=32, steps_per_epoch=TURNS + WARM_UP, validation_examples=32, test_examples=32
    )
    use = CellUse(name="")
    trial = LearningTrial(
        suite="",
        suite_version=1,
        cell=use,
        task=task.name,
        dials={},
        seed=0,
        recipe=recipe,
        learning_rate=1e-3,
    )
    feed = open_feed(task, trial, open_archives(kind) if issubclass(kind, RecordedTask) else {})
    model = Model(lambda i, h: nn.GRU(i, h, batch_first=True), task, recipe, feed.example(), 64)
    optimiser = torch.optim.Adam(model.parameters())
    batches = chain.from_iterable(feed.epoch() for _ in count())
    making = []
    stepping = []
    for _ in range(TURNS + WARM_UP):
        started = thread_time()
        batch = next(batches)
        made = thread_time()
        here = on_device(batch, CPU)
        if task.mode == "stream":
            outputs, _ = model.carry_on(here.inputs, here.tokens, None)
        else:
            outputs = model(here.inputs, here.tokens, here.lengths)
        optimiser.zero_grad()
        loss_of(task, outputs, here).backward()
        optimiser.step()
        making.append(made - started)
        stepping.append(thread_time() - made)
    return float(np.median(making[WARM_UP:])), float(np.median(stepping[WARM_UP:]))


if __name__ == "__main__":
    torch.set_num_threads(1)
    print("| task | ms a batch | ms a GRU step | share |\n|---|---|---|---|")
    for name, contribution in Catalogue.load().tasks.items():
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        try:
            making, stepping = measure(contribution.item)
        except DataUnavailable as error:
            print(f"| `{name}` | left out: {error} | | |")
            continue
        print(
            f"| `{name}` | {1e3 * making:.2f} | {1e3 * stepping:.1f} |"
            f" {100 * making / stepping:.1f} % |",
            flush=True,
        )
