"""What a forward pass keeps for backward."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

import torch
from torch import Tensor


class SavedMeter:
    """Bytes that autograd saves while `watching`: each storage once, those of the parameters left
    out.

    Kept is what the kernel keeps, so that two kernels of one cell may differ. What code keeps
    elsewhere is not seen.
    """

    def __init__(self, parameters: Iterable[Tensor]) -> None:
        self._left_out = {parameter.untyped_storage().data_ptr() for parameter in parameters}
        self._held: dict[int, Tensor] = {}

    def watching(self) -> AbstractContextManager[None]:
        """What is saved in here counts. The tensors are held, so that no storage takes the place of
        another one."""
        hooks: Callable[..., AbstractContextManager[None]] = (
            torch.autograd.graph.saved_tensors_hooks
        )
        return hooks(self._hold, lambda tensor: tensor)

    @property
    def bytes(self) -> int:
        """Of all that was saved."""
        return sum(tensor.untyped_storage().nbytes() for tensor in self._held.values())

    def _hold(self, tensor: Tensor) -> Tensor:
        place = tensor.untyped_storage().data_ptr()
        if place not in self._left_out:
            self._held[place] = tensor.detach()
        return tensor
