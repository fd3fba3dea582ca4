"""Synthetic speech: what is said and heard, kept once on each machine, and split by voice."""

import platform
import subprocess
import sys
from collections import Counter
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rnnbench import Batch, DataUnavailable, RecordedTask, score
from rnnbench.archives import home
from rnnbench.contracts import Array
from rnnbench.training.answers import best_path
from rnnbench.training.contract import check_batch
from rnnbench_tasks.speech import digit_words, log_mel, recordings, spoken
from rnnbench_tasks.speech.digit_words import DIGIT_ERRORS, DigitStrings, Keywords, said_in
from rnnbench_tasks.speech.log_mel import BANDS, HOP, LEVELS, WINDOW

TASKS = [Keywords(), DigitStrings()]
PARTS = {"train": spoken.TRAIN, "validation": spoken.VALIDATION, "test": spoken.TEST}
SAY = """
from hashlib import sha256
import espeakng_loader
from rnnbench_tasks.speech.spoken import single_digits, strings
from rnnbench_tasks.speech.synthesis import Synthesiser
espeak = Synthesiser(espeakng_loader.get_library_path(), espeakng_loader.get_data_path())
said = [*single_digits()[::700], strings()[7]]
for clip in {order}:
    print(clip.voice, clip.text, sha256(espeak.say(clip).tobytes()).hexdigest())
"""


@pytest.fixture
def numbered(monkeypatch: pytest.MonkeyPatch) -> list[Array]:
    """Recordings of which each frame says which clip it belongs to, 14 to 20 frames each."""
    made = [
        np.concatenate(
            [np.full((14 + i % 7, BANDS - 2), i % 200), np.full((14 + i % 7, 2), i // 200)], axis=1
        )
        for i in range(len(spoken.clips()))
    ]
    heard = [frames.astype(np.uint8) for frames in made]
    monkeypatch.setattr(digit_words, "read_recordings", lambda: heard)
    return heard


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh home, and no digest that speech must have."""
    monkeypatch.setenv("RNNBENCH_HOME", str(tmp_path))
    monkeypatch.setattr(recordings, "DIGESTS", {})
    return tmp_path


def said_by(order: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SAY.format(order=order)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_fresh_process_says_the_same_to_the_bit() -> None:
    """In the same order; and the order is kept because it matters: what is said before changes what
    comes after."""
    pytest.importorskip("espeakng_loader")
    one = said_by("said")
    two = said_by("said")
    backwards = said_by("said[::-1]")
    assert one == two
    assert len(one) == 8
    assert set(one) != set(backwards)


def test_everything_is_said_by_everybody() -> None:
    """Each digit 480 times; strings of 3 to 7 digits, 480 of each length, no string twice; single
    digits first."""
    assert len(spoken.ACCENTS) == len(set(spoken.ACCENTS)) == 8
    assert len(spoken.VOICES) == len(set(spoken.VOICES)) == 20
    singles = spoken.single_digits()
    strings = spoken.strings()
    assert Counter(clip.digits for clip in singles) == {(digit,): 480 for digit in range(10)}
    assert Counter(len(clip.digits) for clip in strings) == dict.fromkeys(range(3, 8), 480)
    assert len({clip.digits for clip in strings}) == len(strings)
    for said in (singles, strings):
        speakers = Counter(clip[:3] for clip in said)
        assert len(speakers) == 20 * 8 * 3
        assert len(set(speakers.values())) == 1
    assert spoken.clips() == singles + strings
    assert spoken.Clip("m1", "en-us", 175, (4, 0)).text == "four zero"
    assert spoken.Clip("m1", "en-us", 175, (4, 0)).voice_name == "en-us+m1"


def mel(hertz: float) -> float:
    return 2595 * np.log10(1 + hertz / 700)


def test_frames_are_what_a_plain_loop_hears() -> None:
    """Window, Fourier sum, triangles and decibels one by one; equal but for the last level."""
    wave = np.random.default_rng(0).normal(0, 3000, WINDOW + 9 * HOP).astype(np.int16)
    heard = log_mel.log_mel(wave)
    assert heard.shape == (10, BANDS)
    edges = np.linspace(mel(60), mel(8000), BANDS + 2)
    n = np.arange(WINDOW)
    for frame in (0, 9):
        part = wave[frame * HOP :][:WINDOW] / 32768 * (0.5 - 0.5 * np.cos(2 * np.pi * n / WINDOW))
        power = [
            abs(np.sum(part * np.exp(-2j * np.pi * k * n / WINDOW)) * 4 / WINDOW) ** 2
            for k in range(WINDOW // 2 + 1)
        ]
        for band in (0, 3, 10, 19):
            low, middle, high = (700 * (10 ** (edge / 2595) - 1) for edge in edges[band : band + 3])
            total = weights = 0.0
            for k, loud in enumerate(power):
                hertz = k * 22050 / WINDOW
                weight = (
                    (hertz - low) / (middle - low)
                    if hertz < middle
                    else (high - hertz) / (high - middle)
                )
                if weight > 0:
                    total, weights = total + weight * loud, weights + weight
            decibels = 10 * np.log10(total / weights + 1e-9)
            assert abs(heard[frame, band] - np.clip((decibels + 90) / 80, 0, 1) * LEVELS) <= 0.51


@given(hertz=st.floats(200, 7000), loud=st.sampled_from([100, 1000, 5000]))
def test_a_tone_is_loudest_in_its_own_band(hertz: float, loud: int) -> None:
    """And ten times the wave is 20 dB more: one unit, a quarter of all levels."""
    wave = loud * np.sin(2 * np.pi * hertz * np.arange(4 * WINDOW) / 22050)
    heard = log_mel.log_mel(wave.astype(np.int16))[1]
    edges = np.linspace(mel(60), mel(8000), BANDS + 2)
    assert edges[heard.argmax()] <= mel(hertz) + 20
    assert edges[heard.argmax() + 2] >= mel(hertz) - 20
    if loud == 100:
        louder = log_mel.log_mel((wave * 10).astype(np.int16))[1]
        assert abs(int(louder.max()) - int(heard.max()) - LEVELS / 4) <= 1


def test_silence_is_the_lowest_level_and_a_click_is_one_frame() -> None:
    """A wave that is shorter than a frame is filled up."""
    assert log_mel.log_mel(np.zeros(10, np.int16)).tolist() == [[0] * BANDS]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_splits_share_no_voice_and_lose_no_clip(task: RecordedTask, numbered: list[Array]) -> None:
    """Each clip stands once, in the split of its voice, with its own frames, length and label."""
    said = spoken.single_digits() if task.name == "keywords" else spoken.strings()
    first = 0 if task.name == "keywords" else len(spoken.single_digits())
    splits = task.load({})
    seen = []
    for part, voices in PARTS.items():
        batch: Batch = getattr(splits, part)
        check_batch(task, batch)
        assert batch.lengths is not None
        for frames, length, target in zip(batch.inputs, batch.lengths, batch.targets, strict=True):
            level, block = np.rint((frames[0, [0, -1]] + 2) / 4 * LEVELS).astype(int)
            index = level + 200 * block - first
            assert said[index].voice in voices
            assert length == len(numbered[first + index])
            assert (frames[:length] == frames[0]).sum() == length * BANDS
            assert not frames[length:].any()
            labels = np.atleast_1d(target)
            digits = (
                [target] if task.name == "keywords" else [label - 1 for label in labels if label]
            )
            assert tuple(digits) == said[index].digits
            seen.append(index)
    assert sorted(seen) == list(range(len(said)))
    assert not set(spoken.TRAIN) & set(spoken.VALIDATION + spoken.TEST)
    assert not set(spoken.VALIDATION) & set(spoken.TEST)


@pytest.mark.usefixtures("numbered")
def test_scaling_is_the_same_for_all() -> None:
    """From the quietest to the loudest, -2 to 2, whatever else is said: nothing is fitted."""
    frames, lengths = digit_words._padded(
        [np.array([[0, 255]], np.uint8).repeat(10, 1), np.zeros((3, BANDS), np.uint8)]
    )
    assert sorted(set(frames[0, 0].tolist())) == [-2.0, 2.0]
    assert frames.shape == (2, 3, BANDS)
    assert lengths.tolist() == [1, 3]


@pytest.mark.usefixtures("numbered")
def test_the_trivial_answers_score_what_a_plain_loop_says() -> None:
    """Keywords: one in ten. Strings: one digit three times, against every string."""
    splits = Keywords().load({})
    assert Keywords().trivial(splits.train, splits.test) == {"accuracy": pytest.approx(1 / 10)}
    splits = DigitStrings().load({})
    counts = Counter(splits.train.targets[splits.train.targets > 0].tolist())
    digit = min(label for label, count in counts.items() if count == max(counts.values()))
    errors = [distance([digit] * 3, [x for x in row if x]) for row in splits.test.targets.tolist()]
    trivial = DigitStrings().trivial(splits.train, splits.test)
    assert trivial["digit error rate"] == pytest.approx(
        sum(errors) / (splits.test.targets > 0).sum()
    )
    assert trivial["exact match"] == sum(error == 0 for error in errors) / len(errors)
    longer = [distance([digit] * 5, [x for x in row if x]) for row in splits.test.targets.tolist()]
    assert sum(longer) > sum(errors)


def distance(one: list[int], other: list[int]) -> int:
    """Levenshtein by its recursion, row by row."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, row = row, [i] + [0] * len(other)
        for j, b in enumerate(other, start=1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
    return row[-1]


LABELS = st.lists(st.integers(1, 4), min_size=1, max_size=6)


@given(pairs=st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=5))
def test_the_error_rate_is_all_edits_over_all_digits(
    pairs: list[tuple[list[int], list[int]]],
) -> None:
    """Against the recursion of Levenshtein; padding counts for nothing."""
    heard, said = (
        np.array([row + [-1] * (8 - len(row)) for row in rows]) for rows in zip(*pairs, strict=True)
    )
    edits = sum(distance(a, b) for a, b in pairs)
    found = DIGIT_ERRORS.compute(heard, said, {})
    assert found == pytest.approx(edits / sum(len(b) for _, b in pairs))


@pytest.mark.usefixtures("numbered")
def test_an_oracle_reaches_the_targets() -> None:
    """Who knows the digits: one output each, with a blank between, read off the best path."""
    test = Keywords().load({}).test
    outputs = np.eye(10)[test.targets]
    assert score(Keywords.metrics, outputs, test)["accuracy"] == 1 >= Keywords.target
    test = DigitStrings().load({}).test
    path = np.zeros((len(test), 15, 11), dtype=np.float32)
    path[..., 0] = 0.5
    path[:, 1::2] = np.eye(11)[test.targets]
    torch = pytest.importorskip("torch")
    heard = best_path(torch.from_numpy(path), None).numpy()
    scores = score(DigitStrings.metrics, heard, said_in(test))
    assert scores == {"digit error rate": 0, "exact match": 1}
    assert scores["digit error rate"] <= DigitStrings.target


def test_speech_is_made_once_and_named_by_what_it_depends_on(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another list of clips is another file; what is there is read and not made again."""
    made = []

    def synthesise(path: Path) -> None:
        made.append(path)
        np.savez_compressed(
            path, frames=np.arange(100, dtype=np.uint8).reshape(5, BANDS), lengths=np.array([2, 3])
        )

    monkeypatch.setattr(recordings, "_synthesise", synthesise)
    for _ in range(2):
        first, second = recordings.read_recordings()
        assert (len(first), len(second), first[0, 0], second[0, 0]) == (2, 3, 0, 40)
    assert len(made) == 1
    assert [path.name for path in (shelf / "speech").glob("*.npz")] == [recordings.place().name]
    assert "espeakng-loader-0.2.4-" in recordings.place().name
    before = recordings.place()
    monkeypatch.setattr(spoken, "STRINGS_SEED", 1)
    assert recordings.place() != before
    monkeypatch.setattr(log_mel, "HOP", 220)
    assert len({before, recordings.place()}) == 2


def test_speech_is_kept_where_archives_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the home that is named, or that of the platform."""
    assert recordings.place().parents[1] == home()
    monkeypatch.delenv("RNNBENCH_HOME", raising=False)
    assert recordings.place().parents[1] == home()


def test_without_a_synthesiser_there_is_one_sentence_that_says_what_to_install(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing, or another version than the one pinned; both tasks say so, and nothing is kept."""

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(recordings, "version", missing)
    for task in TASKS:
        with pytest.raises(
            DataUnavailable, match=r"espeakng-loader, which is missing: install rnnbench\[speech\]"
        ):
            task.load({})
    monkeypatch.setattr(recordings, "version", lambda name: "0.3.0")
    with pytest.raises(
        DataUnavailable,
        match=r"needs espeakng-loader 0\.2\.4, found 0\.3\.0: install rnnbench\[speech",
    ):
        Keywords().load({})
    assert not list(shelf.rglob("*.npz"))


def test_a_library_that_does_not_open_is_told_in_its_own_words(
    shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last line of the process; the next run tries again."""
    (tmp_path / "espeakng_loader.py").write_text(
        "def get_library_path(): return '/nowhere/lib.so'\ndef get_data_path(): return '/nowhere'\n"
    )
    monkeypatch.setattr(recordings, "version", lambda name: "0.2.4")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(
        DataUnavailable,
        match=r"espeakng-loader 0\.2\.4 cannot synthesise speech: OSError: .*/nowhere/lib\.so",
    ):
        Keywords().load({})
    assert not list(shelf.rglob("*.npz"))


def test_other_speech_than_that_of_the_target_is_refused(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a platform whose digest is known."""
    recordings.place().parent.mkdir()
    np.savez_compressed(
        recordings.place(), frames=np.zeros((2, BANDS), np.uint8), lengths=np.array([2])
    )
    assert len(recordings.read_recordings()) == 1
    monkeypatch.setattr(recordings, "DIGESTS", {(platform.system(), platform.machine()): "0" * 64})
    with pytest.raises(
        DataUnavailable, match=r"the SHA-256 of its speech is [0-9a-f]{64}, expected 0000"
    ):
        recordings.read_recordings()


def test_a_home_that_cannot_be_written_is_told_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RNNBENCH_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(recordings, "version", lambda name: "0.2.4")
    with pytest.raises(DataUnavailable, match=r"speech cannot be kept in .*: Not a directory"):
        Keywords().load({})


@pytest.mark.slow
def test_the_real_speech(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made afresh it is that of the targets, to the bit where the digest is known; the first clip
    and the last; the longest ones; no recording in two splits; and a path for every string."""
    pytest.importorskip("espeakng_loader")
    monkeypatch.setenv("RNNBENCH_HOME", str(tmp_path))
    heard = recordings.read_recordings()
    assert len(heard) == 7200
    assert spoken.clips()[0] == spoken.Clip("m1", "en", 130, (0,))
    assert spoken.clips()[-1] == spoken.Clip("steph", "en-029", 220, (0, 8, 5, 6, 2, 4, 9))
    assert (len(heard[0]), len(heard[-1])) == (29, 77)
    if (platform.system(), platform.machine()) in recordings.DIGESTS:
        assert (int(heard[0].sum()), int(heard[-1].sum())) == (66794, 135903)
    for task, sizes in zip(TASKS, ([2880, 960, 960], [1440, 480, 480]), strict=True):
        splits = task.load({})
        parts = [splits.train, splits.validation, splits.test]
        assert [len(part) for part in parts] == sizes
        assert parts[0].steps == task.horizon
        assert (
            max(int(part.lengths.max()) for part in parts if part.lengths is not None)
            == task.horizon
        )
        clips = [{frames.tobytes() for frames in part.inputs} for part in parts]
        assert not clips[0] & clips[1]
        assert not clips[0] & clips[2]
        assert not clips[1] & clips[2]
    for part in parts:
        assert part.lengths is not None
        repeats = ((part.targets[:, 1:] == part.targets[:, :-1]) & (part.targets[:, 1:] > 0)).sum(
            axis=1
        )
        assert ((part.targets > 0).sum(axis=1) + repeats <= part.lengths).all()
