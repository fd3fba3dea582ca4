"""Streams: long sequences folded into parallel ones, and read in windows."""

from collections.abc import Iterator

from rnnbench.contracts import Array, Batch


def folded(data: Batch, streams: int) -> Batch:
    """A few long sequences, (S, N, ...), as `streams` parallel ones of equal length, or fewer where
    steps are fewer.

    What does not fill the last row is left out: fewer steps than there are streams.
    """
    streams = max(1, min(streams, len(data) * data.steps))

    def fold(array: Array) -> Array:
        flat = array.reshape(-1, *array.shape[2:])
        steps = len(flat) // streams
        return flat[: streams * steps].reshape(streams, steps, *array.shape[2:])

    tokens = None if data.tokens is None else fold(data.tokens)
    return Batch(fold(data.inputs), fold(data.targets), tokens=tokens)


def windows(data: Batch, steps: int) -> Iterator[Batch]:
    """Consecutive windows of so many steps; the last one may be shorter."""
    for start in range(0, data.steps, steps):
        span = slice(start, start + steps)
        tokens = None if data.tokens is None else data.tokens[:, span]
        yield Batch(data.inputs[:, span], data.targets[:, span], tokens=tokens)
