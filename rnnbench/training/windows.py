"""Streams: long sequences are folded into parallel ones, and read in windows."""

from collections.abc import Iterator

from rnnbench.contracts import Array, Batch


def folded(data: Batch, streams: int) -> Batch:
    """Return a few long sequences (S, N, ...) as `streams` parallel ones of equal length.

    There are fewer streams where the data have fewer steps than that. The last steps that do not
    fill a whole row are left out; they are fewer than the streams.
    """
    count = max(1, min(streams, len(data) * data.steps))

    def fold(array: Array) -> Array:
        flat = array.reshape(-1, *array.shape[2:])
        steps = len(flat) // count
        return flat[: count * steps].reshape(count, steps, *array.shape[2:])

    tokens = None if data.tokens is None else fold(data.tokens)
    return Batch(fold(data.inputs), fold(data.targets), tokens=tokens)


def windows(data: Batch, steps: int) -> Iterator[Batch]:
    """Yield consecutive windows of `steps` steps; the last one may be shorter."""
    for start in range(0, data.steps, steps):
        span = slice(start, start + steps)
        tokens = None if data.tokens is None else data.tokens[:, span]
        yield Batch(data.inputs[:, span], data.targets[:, span], tokens=tokens)
