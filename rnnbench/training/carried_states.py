"""Training from states that other sequences left, in place of the cell's initial state."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnnbench.contracts import Batch
from rnnbench.model import Model
from rnnbench.records import LearningTrial
from rnnbench.state import leaves_of, map_tensors
from rnnbench.training.checkpoint import restore_stream, stream_state
from rnnbench.training.feed import data_stream
from rnnbench.training.losses import Tensors, on_device
from rnnbench.training.state_batches import StateBatches


class CarriedStates:
    """Runs training batches, each from the final states of the batch before.

    A final state is that after the last real step of a sequence; padding does not touch it. The
    states are passed on in an order that is drawn anew for each batch, the same for all cells, and
    no gradient flows through them. A smaller batch starts from some of the states; in a larger one,
    some states start several sequences. The first batch starts from the initial state.

    source: State Passing, Buitrago Ruiz & Gu 2025, arXiv:2507.02782, section 4.1
    (docs/decisions/0036).

    example: examples of the training data, from which the layout of the states is found.

    Raises Refused where the sequences of a state cannot be told apart.
    """

    def __init__(
        self, trial: LearningTrial, model: Model, example: Batch, device: torch.device
    ) -> None:
        self.model = model
        self.device = device
        self.stream = data_stream(trial, "start")
        self._batches = StateBatches(*(_states_of(model, example, n, device) for n in (2, 3)))
        self._left: list[Any] = []
        self._count = 0

    def outputs(self, batch: Tensors) -> Tensor:
        """Return the model's outputs for a training batch, and keep the states that it leaves."""
        starts = self._starts(len(batch.inputs)) if self._count else None
        y_BTH, states = self._run(batch, starts)
        self._left = self.model.detach(states)
        self._count = len(batch.inputs)
        return self.model.read_out(y_BTH, batch.lengths)

    def _starts(self, sequences: int) -> list[Any]:
        """The states from which so many sequences start."""
        order = np.resize(self.stream.permutation(self._count), sequences)
        rows = torch.from_numpy(order).to(self.device)
        starts: list[Any] = self._batches.take(self._left, rows)
        return starts

    def _run(self, batch: Tensors, states: list[Any] | None) -> tuple[Tensor, list[Any]]:
        """What the last layer gives at every real step, (B, T, ...), and the final states.

        Where lengths differ, the sequences run together to the end of the shortest, the others on
        to the end of the next one, and so on: as many steps as with padding. The final states are
        then in the order of lengths.
        """
        if batch.lengths is None:
            return self.model.through_layers(batch.inputs, batch.tokens, states)
        outputs: Tensor | None = None
        finals = []
        rows = torch.arange(len(batch.inputs), device=self.device)
        begin = 0
        for end in sorted(set(batch.lengths.tolist())):
            tokens = None if batch.tokens is None else batch.tokens[rows, begin:end]
            y_BTH, states = self.model.through_layers(batch.inputs[rows, begin:end], tokens, states)
            if outputs is None:
                outputs = y_BTH.new_zeros(*batch.inputs.shape[:2], *y_BTH.shape[2:])
            outputs[rows, begin:end] = y_BTH
            goes_on = batch.lengths[rows] > end
            finals.append(self._batches.take(states, (~goes_on).nonzero().flatten()))
            states = self._batches.take(states, goes_on.nonzero().flatten())
            rows = rows[goes_on]
            begin = end
        assert outputs is not None
        return outputs, self._batches.join(finals)

    def content(self) -> dict[str, Any]:
        """Return the states for a checkpoint, as tensors and numbers."""
        states = map_tensors(Tensor.clone, self._left)  # a view would keep what it is a part of
        return {
            "leaves": leaves_of(states),
            "count": self._count,
            "stream": stream_state(self.stream),
        }

    def restore(self, content: Mapping[str, Any]) -> None:
        """Go on from what `content` returned."""
        restore_stream(self.stream, content["stream"])
        self._count = content["count"]
        self._left = self._batches.with_leaves(content["leaves"]) if self._count else []


@torch.no_grad()
def _states_of(model: Model, example: Batch, sequences: int, device: torch.device) -> list[Any]:
    """The states after two steps of so many sequences, in evaluation mode, without dropout."""
    batch = on_device(example.take(np.zeros(sequences, dtype=np.int64)), device)
    tokens = None if batch.tokens is None else batch.tokens[:, :2]
    was_training = model.training
    model.eval()
    try:
        return model.through_layers(batch.inputs[:, :2], tokens, None)[1]
    finally:
        model.train(was_training)
