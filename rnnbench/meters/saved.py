"""Bytes of the tensors that a forward pass saves for the backward pass."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

import torch
from torch import Tensor


class SavedMeter:
    """Counts the bytes that autograd saves while `watching`, without those of the parameters.

    Each storage counts once. The bytes are those that the kernel saves, so two kernels of one cell
    may differ. Tensors that code keeps by other means are not counted.
    """

    def __init__(self, parameters: Iterable[Tensor]) -> None:
        self._excluded = {parameter.untyped_storage().data_ptr() for parameter in parameters}
        self._held: dict[int, Tensor] = {}

    def watching(self) -> AbstractContextManager[None]:
        """Return a context in which saved tensors count.

        The tensors are held, so that no storage is reused for another tensor and counted once.
        """
        hooks: Callable[..., AbstractContextManager[None]] = (
            torch.autograd.graph.saved_tensors_hooks
        )
        return hooks(self._hold, lambda tensor: tensor)

    @property
    def bytes(self) -> int:
        """The bytes of all saved tensors."""
        return sum(tensor.untyped_storage().nbytes() for tensor in self._held.values())

    def _hold(self, tensor: Tensor) -> Tensor:
        place = tensor.untyped_storage().data_ptr()
        if place not in self._excluded:
            self._held[place] = tensor.detach()
        return tensor
