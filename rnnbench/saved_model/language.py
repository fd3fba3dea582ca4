"""A saved language model: how well it predicts a new text, and how it continues one."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch

from rnnbench.contracts import Array
from rnnbench.datafile import Preparation, encoded, symbols_of
from rnnbench.errors import RnnbenchError
from rnnbench.model import Model, tensor

AT_ONCE = 4_096
"""Symbols that a model reads at once."""


class TextScore(NamedTuple):
    """How well a text is predicted.

    predicted: how many symbols: all behind the first.
    unknown:   how many of these the training lacks; they count as one symbol.
    bits:      the mean of minus the binary logarithm of the probability of each.
    """

    predicted: int
    unknown: int
    bits: float


class Continuation(NamedTuple):
    """A text that a model wrote, and how many symbols of its beginning the training lacks."""

    text: str
    unknown: int


def text_score(model: Model, preparation: Preparation, codes: Array) -> TextScore:
    """Return the bits of a text, (N,) int64 codes, N > 1, whose state is carried from the first to
    the last symbol; by windows as in training where the cell carries none.

    Raises RnnbenchError where the model answers with something else than finite numbers.
    """
    at_once = AT_ONCE if model.carries_state else preparation.window
    bits = np.concatenate(list(_bits(model, codes, at_once)))
    if not np.isfinite(bits).all():
        raise RnnbenchError("the model answers with numbers that are not finite")
    return TextScore(len(bits), int((codes[1:] == 0).sum()), float(bits.mean()))


def _bits(model: Model, codes: Array, at_once: int) -> Iterator[Array]:
    states = None
    with torch.inference_mode():
        for begin in range(0, len(codes) - 1, at_once):
            piece = tensor(codes[begin : begin + at_once + 1])
            outputs, states = model.carry_on(piece[None, :-1], None, states)
            of_symbols = torch.log_softmax(outputs[0].double(), dim=-1)
            of_next = of_symbols.gather(-1, piece[1:, None])[:, 0]
            yield -of_next.numpy() / np.log(2)


def continue_text(
    model: Model, preparation: Preparation, text: str, length: int, temperature: float, seed: int
) -> Continuation:
    """Write so many further symbols, each drawn from what the model expects behind those before.

    temperature: probabilities are raised to the power of its inverse; at 0 the likeliest symbol is
                 always taken.

    The unknown symbol is never drawn. Raises RnnbenchError for a text without a symbol, and where
    the model answers with something else than finite numbers.
    """
    assert preparation.unit is not None
    # A beginning goes on in its last line, behind which no line end is read.
    symbols = symbols_of(text, preparation.unit)
    if preparation.unit == "character" and not text.endswith("\n"):
        symbols = symbols[:-1]
    if not symbols:
        raise RnnbenchError(f"the text to continue has no {preparation.unit}")
    codes = encoded(preparation, symbols)
    drawn = list(_drawn(model, codes, length, temperature, seed))
    written = [preparation.vocabulary[code - 1] for code in drawn]
    if preparation.unit == "word":
        return Continuation(" ".join([text, *written]), int((codes == 0).sum()))
    return Continuation(text + "".join(written), int((codes == 0).sum()))


def _drawn(model: Model, codes: Array, length: int, temperature: float, seed: int) -> Iterator[int]:
    """Yield the codes of further symbols."""
    rng = torch.Generator().manual_seed(seed)
    read = tensor(codes)[None]
    states = None
    with torch.inference_mode():
        for _ in range(length):
            outputs, states_after = model.carry_on(read, None, states)
            code = _draw(outputs[0, -1].double(), temperature, rng)
            yield int(code)
            if model.carries_state:
                states = states_after
                read = code[None]
            else:
                read = torch.cat([read, code[None]], dim=1)


def _draw(outputs: torch.Tensor, temperature: float, rng: torch.Generator) -> torch.Tensor:
    """Return the code of a symbol, (1,) int64, of unnormalised log-probabilities (V,)."""
    if not torch.isfinite(outputs).all():
        raise RnnbenchError("the model answers with numbers that are not finite")
    outputs[0] = -torch.inf
    if temperature == 0:
        return outputs.argmax()[None]
    return torch.softmax(outputs / temperature, dim=-1).multinomial(1, generator=rng)
