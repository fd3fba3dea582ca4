"""Synthesises every clip with eSpeak NG, through its C library, and saves the frames.

    python -m rnnbench_tasks.speech.synthesis FILE

eSpeak NG keeps state from one clip to the next, so that each clip depends on all clips before it.
Clips are therefore synthesised in one fixed order, in a process of their own whose random numbers
are seeded.
"""

import ctypes
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnbench_tasks.speech.log_mel import log_mel
from rnnbench_tasks.speech.spoken import RATE_HZ, Clip, clips

SEED = 20261125
# Constants of speak_lib.h, eSpeak NG 1.52.
AUDIO_OUTPUT_SYNCHRONOUS = 2
INITIALIZE_DONT_EXIT = 0x8000
PARAMETER_RATE = 1
POSITION_CHARACTER = 1
CHARS_UTF8 = 1
Array = NDArray[Any]
Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
SYNTH_ARGUMENTS: Sequence[Any] = [
    ctypes.c_char_p,
    ctypes.c_size_t,
    ctypes.c_uint,
    ctypes.c_int,
    ctypes.c_uint,
    ctypes.c_uint,
    ctypes.c_void_p,
    ctypes.c_void_p,
]


class Synthesiser:
    """The speech synthesiser eSpeak NG.

    Raises OSError where library or data cannot be opened, and RuntimeError where the library
    reports an error.
    """

    def __init__(self, library: str, data: str) -> None:
        self._espeak = ctypes.CDLL(library)
        self._espeak.espeak_Synth.argtypes = SYNTH_ARGUMENTS
        self._espeak.espeak_ng_SetRandSeed.argtypes = [ctypes.c_long]
        self._waves: list[Array] = []
        self._callback = Callback(self._take)  # The library holds only the address of this object.
        rate = self._espeak.espeak_Initialize(
            AUDIO_OUTPUT_SYNCHRONOUS, 0, data.encode(), INITIALIZE_DONT_EXIT
        )
        if rate != RATE_HZ:
            if rate < 0:
                raise OSError(f"eSpeak NG finds no data in {data}")
            raise OSError(f"eSpeak NG has a sampling rate of {rate} Hz, expected {RATE_HZ} Hz")
        self._espeak.espeak_SetSynthCallback(self._callback)
        self._espeak.espeak_ng_SetRandSeed(SEED)

    def say(self, clip: Clip) -> Array:
        """Return the clip as a wave, (samples,) int16 at 22,050 Hz."""
        self._waves.clear()
        text = clip.text.encode()
        self._ask("SetVoiceByName", clip.voice_name.encode())
        self._ask("SetParameter", PARAMETER_RATE, clip.words_per_minute, 0)
        self._ask("Synth", text, len(text) + 1, 0, POSITION_CHARACTER, 0, CHARS_UTF8, None, None)
        self._ask("Synchronize")
        return np.concatenate(self._waves)

    def _ask(self, function: str, *arguments: Any) -> None:
        status = getattr(self._espeak, f"espeak_{function}")(*arguments)
        if status != 0:
            raise RuntimeError(f"espeak_{function} failed with status {status}")

    def _take(self, wave: Any, samples: int, events: Any) -> int:  # noqa: ARG002
        if wave and samples:
            self._waves.append(np.ctypeslib.as_array(wave, (samples,)).copy())
        return 0


def frames_of(said: Iterable[Clip], synthesiser: Synthesiser) -> Iterator[Array]:
    """Yield the log-mel frames of each clip, (T, bands) uint8."""
    for clip in said:
        yield log_mel(synthesiser.say(clip))


def main(path: Path) -> None:
    """Save the frames of all clips, one clip after the other, and the number of frames of each."""
    import espeakng_loader  # an extra that need not be installed; callers check it

    library = espeakng_loader.get_library_path()
    synthesiser = Synthesiser(library, espeakng_loader.get_data_path())
    parts = list(frames_of(clips(), synthesiser))
    lengths = np.array([len(part) for part in parts])
    np.savez_compressed(path, frames=np.concatenate(parts), lengths=lengths)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
