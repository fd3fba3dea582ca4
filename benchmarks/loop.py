"""How much slower is the training loop than the same loop written by hand? Both take turns, epoch
by epoch, in one process; an epoch is of five steps, so that a disturbance hits both alike, and both
train the same weights, so that neither has the luckier addresses. The ratio is that of thread CPU
time; its median over the turns comes with an interval from order statistics. Run: python
benchmarks/loop.py [turns]"""

import gc
import sys
from time import thread_time

import numpy as np
import torch
from scipy import stats
from torch.nn import functional

from rnnbench.contracts import Task
from rnnbench.meters import pin_to_cores
from rnnbench.model import Model
from rnnbench.records import CellUse, LearningTrial, Recipe
from rnnbench.training import Checkpoint, open_feed
from rnnbench.training.trainer import Trainer
from rnnbench_tasks.long_range.adding import Adding
from rnnbench_tasks.recall.recall_first import RecallFirst

STEPS = 5


def by_hand(model, optimiser, task, rng, batch_size, clip):
    """What a careful author writes."""
    loss_function = (
        functional.mse_loss if task.loss == "squared-error" else functional.cross_entropy
    )
    model.train()
    total = 0.0
    for _ in range(STEPS):
        batch = task.generate(rng, batch_size)
        loss = loss_function(model(torch.from_numpy(batch.inputs)), torch.from_numpy(batch.targets))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimiser.step()
        total += loss.item()
    return total / STEPS


def compare(task: Task, kind: type[torch.nn.RNNBase], hidden: int, turns: int) -> np.ndarray:
    """Log-ratios of CPU time, harness over hand, one a turn; each turn is an epoch of each, in
    random order."""
    recipe = Recipe(steps_per_epoch=STEPS)
    trial = LearningTrial(
        suite="",
        suite_version=1,
        cell=CellUse(name=""),
        task=task.name,
        dials={},
        seed=0,
        recipe=recipe,
        learning_rate=1e-3,
    )
    feed = open_feed(task, trial, {})
    model = Model(lambda i, h: kind(i, h, batch_first=True), task, recipe, feed.example(), hidden)
    trainer = Trainer(trial, task, model, feed, Checkpoint(None))
    rng = np.random.default_rng(0)
    subjects = [
        trainer.train_epoch,
        lambda: by_hand(model, trainer.optimiser, task, rng, recipe.batch_size, recipe.clip_norm),
    ]
    for subject in subjects * 3:
        subject()
    gc.collect()
    gc.freeze()
    gc.disable()
    ratios = []
    for turn in range(turns):
        seconds = [0.0, 0.0]
        order = (0, 1) if turn % 2 else (1, 0)
        for which in order:
            started = thread_time()
            subjects[which]()
            seconds[which] = thread_time() - started
        ratios.append(np.log(seconds[0] / seconds[1]))
    gc.enable()
    return np.array(ratios)


if __name__ == "__main__":
    torch.set_num_threads(1)
    pin_to_cores(0)
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    for task, kind, hidden in [
        (Adding(20), torch.nn.RNN, 68),
        (Adding(20), torch.nn.GRU, 39),
        (Adding(100), torch.nn.GRU, 39),
        (RecallFirst(20), torch.nn.LSTM, 24),
    ]:
        logs = compare(task, kind, hidden, turns)
        interval = np.exp(stats.quantile_test(logs, p=0.5).confidence_interval(0.95))
        name = f"{task.name} horizon {task.horizon}, {kind.__name__} H={hidden}"
        low, high = interval
        print(
            f"{name:<40} harness / hand {np.exp(np.median(logs)):.4f} [{low:.4f} to {high:.4f}], n"
            f" = {turns} turns"
        )
