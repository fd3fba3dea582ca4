"""Suites: what is wrong with a file is said with its place, its neighbour and what there is."""

import json
import math
import re
from pathlib import Path
from textwrap import dedent

import pytest

from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError, UnknownName
from rnnbench.plan import learning_trials
from rnnbench.records import trial_id
from rnnbench.suite import Choices, complete_options, read_suite, schema
from tests.conftest import MakePlugin

GOOD = """
    version = 1
    summary = "made for a test"
    cells = ["gru"]
    [[tasks]]
    name = "adding"
    horizons = [5, 10]
"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.present()


def write(tmp_path: Path, text: str) -> str:
    path = tmp_path / "speed.toml"
    path.write_text(dedent(text))
    return str(path)


def test_a_good_suite_is_resolved_with_every_default(tmp_path: Path, catalogue: Catalogue) -> None:
    """Horizons become settings of the dial, options and dials are complete, the name is that of the
    file."""
    suite = read_suite(write(tmp_path, GOOD), catalogue)
    assert suite.name == "speed"
    assert [task.dials for task in suite.tasks] == [{"horizon": 5}, {"horizon": 10}]
    assert suite.seeds == (0, 1, 2)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'cells = ["gru"]',
            'cells = ["gruu"]',
            "speed.toml: cells: no cell called 'gruu'. Did you mean 'gru'? Near it, of ",
        ),
        (
            'name = "adding"',
            'name = "ading"',
            "speed.toml: tasks[0]: no task called 'ading'. Did you mean 'adding'?",
        ),
        (
            "version = 1",
            "version = 1\nseed = 3",
            "speed.toml: no key called 'seed'. Did you mean 'seeds'? There are: ",
        ),
        ("version = 1", "version = 'one'", "speed.toml: version: expected int, got str"),
        ("version = 1", "version = 0", "speed.toml: version: expected int >= 1"),
        ("version = 1", "seeds = 2", "speed.toml: object missing required field version"),
        ("version = 1", "version = 1\nseeds = [-1]", "speed.toml: seeds[0]: expected int >= 0"),
        ("version = 1", "version = 1\nseeds = -1", "speed.toml: seeds: expected int >= 1"),
        ("version = 1", "version = ", "speed.toml: is not TOML: "),
        (
            "horizons = [5, 10]",
            "horizons = [0]",
            "speed.toml: tasks[0].horizons[0]: expected int >= 1",
        ),
        ("horizons = [5, 10]", "horizons = [1]", "adding: horizon must be at least 2, got 1"),
        ("horizons = [5, 10]", "horizons = []", "horizons: expected array of length >= 1"),
        (
            "horizons = [5, 10]",
            "dials = {horizn = 5}",
            "tasks[0]: adding: no dial called 'horizn'. Did you mean 'horizon'?",
        ),
        ("horizons = [5, 10]", "dials = {horizon = 'x'}", "adding.horizon: expected int, got str"),
        (
            "horizons = [5, 10]",
            "recipe = {epoch = 5}",
            "speed.toml: tasks[0].recipe: no key called 'epoch'. Did you mean 'epochs'?",
        ),
        (
            "horizons = [5, 10]",
            "recipe = {learning_rate = 0}",
            "recipe.learning_rate: expected float > 0.0",
        ),
        ("horizons = [5, 10]", "horizons = [5, 5]", "tasks: 'adding' is listed twice"),
        (
            "horizons = [5, 10]",
            "horizons = [5]\n    dials = {horizon = 6}",
            "give either `horizons` or the dial",
        ),
        (
            "version = 1",
            'version = 1\ndevice = "tpu"',
            "device: invalid enum value 'tpu'. There are: cpu, cuda",
        ),
        (
            'cells = ["gru"]',
            'cells = [{name = "gru", implementation = "fast"}]',
            "no implementation called 'fast'",
        ),
        (
            "horizons = [5, 10]",
            "recipe = {learning_rate = inf}",
            "tasks[0].recipe.learning_rate: expected a finite number",
        ),
        ('cells = ["gru"]', "cells = []", "speed.toml: cells: the suite has none"),
        ('cells = ["gru"]', 'cells = ["gru", "gru"]', "cells: 'gru' is listed twice"),
        (
            'cells = ["gru"]',
            'cells = [{name = "lstm", options = {forget_bia = 1.0}}]',
            "cells: lstm: no option called 'forget_bia'. Did you mean 'forget_bias'?",
        ),
        (
            'cells = ["gru"]',
            'cells = [{name = "lstm", options = {forget_bias = "much"}}]',
            "lstm.forget_bias: expected float, got str",
        ),
        (
            '[[tasks]]\n    name = "adding"\n    horizons = [5, 10]',
            "",
            "speed.toml: the suite is empty",
        ),
    ],
)
def test_what_is_wrong_is_told_well(
    tmp_path: Path, catalogue: Catalogue, old: str, new: str, expected: str
) -> None:
    """Each mistake is answered by the file, the path of the key, what was found, and the nearest
    valid name."""
    assert old in GOOD
    with pytest.raises(RnnbenchError) as caught:
        read_suite(write(tmp_path, GOOD.replace(old, new)), catalogue)
    assert expected in str(caught.value)


def test_an_unknown_suite_is_told_well(catalogue: Catalogue) -> None:
    """By name and by file."""
    with pytest.raises(RnnbenchError, match=r"no suite called 'quik'. Did you mean 'quick'\?"):
        read_suite("quik", catalogue)
    with pytest.raises(RnnbenchError, match=r"nowhere\.toml: cannot be read: No such file"):
        read_suite("nowhere.toml", catalogue)


def test_a_file_of_the_working_folder_has_the_name_of_its_suite(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Printed commands name suites so; an installed suite comes first."""
    monkeypatch.chdir(tmp_path)
    for name in ("mine", "quick"):
        (tmp_path / f"{name}.toml").write_text(GOOD)
    assert read_suite("mine", catalogue).name == "mine"
    assert read_suite("quick", catalogue).summary != read_suite("mine", catalogue).summary


def test_settings_change_the_suite_and_are_checked_like_the_file(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    """--set reaches every key; values are TOML; what does not fit is refused."""
    path = write(tmp_path, GOOD)
    settings = ("recipe.epochs=7", "tasks.*.recipe.optimiser=sgd", "seeds=[4, 5]")
    suite = read_suite(path, catalogue, Choices(settings=settings))
    assert {task.recipe.epochs for task in suite.tasks} == {7}
    assert {task.recipe.optimiser for task in suite.tasks} == {"sgd"}
    assert suite.seeds == (4, 5)
    for setting, expected in [
        ("recipe.epoch=7", "no key called 'epoch'"),
        ("recipe.epochs=many", "recipe.epochs: expected int, got str"),
        ("epochs", "should be KEY=VALUE"),
    ]:
        with pytest.raises(RnnbenchError) as caught:
            read_suite(path, catalogue, Choices(settings=(setting,)))
        assert expected in str(caught.value)


def test_chosen_cells_replace_and_chosen_tasks_select(tmp_path: Path, catalogue: Catalogue) -> None:
    """-c may bring any installed cell into a suite; -t keeps some of its tasks."""
    path = write(tmp_path, GOOD)
    suite = read_suite(path, catalogue, Choices(cells=("lstm",), tasks=("adding",), seeds=1))
    assert [cell.name for cell in suite.cells] == ["lstm"]
    assert suite.seeds == (0,)
    with pytest.raises(RnnbenchError, match="no task of this suite called 'bitcoin'"):
        read_suite(path, catalogue, Choices(tasks=("bitcoin",)))


def test_one_and_one_point_nought_are_the_same_option(tmp_path: Path, catalogue: Catalogue) -> None:
    """They must give one trial, not two."""
    uses = [
        read_suite(
            write(
                tmp_path,
                GOOD.replace(
                    '["gru"]', f'[{{name = "lstm", options = {{chrono = {value}}}, label = "x"}}]'
                ),
            ),
            catalogue,
        ).cells
        for value in ("50", "50.0")
    ]
    assert uses[0] == uses[1]
    assert isinstance(uses[0][0].options["chrono"], float)


def test_a_default_and_the_same_value_written_down_are_the_same_dial(
    tmp_path: Path, make_plugin: MakePlugin
) -> None:
    """A default of 0 for a float is 0.0, wherever it comes from."""
    make_plugin("""
        from dataclasses import dataclass
        import rnnbench
        from rnnbench_tasks.long_range.adding import Adding

        @dataclass(frozen=True)
        class Noisy(Adding):
            noise: float = 0
            name = "noisy"

        @rnnbench.hookimpl
        def rnnbench_tasks():
            return [Noisy]
    """)
    catalogue = Catalogue.present()
    plain = read_suite(write(tmp_path, GOOD.replace('"adding"', '"noisy"')), catalogue)
    written = read_suite(
        write(tmp_path, GOOD.replace('"adding"', '"noisy"') + "dials = {noise = 0}\n"), catalogue
    )
    ids = [[trial_id(trial) for trial in learning_trials(suite, {})] for suite in (plain, written)]
    assert ids[0] == ids[1]


def test_every_installed_suite_can_be_read(catalogue: Catalogue) -> None:
    """First-party suites hold to their own rules."""
    for name in catalogue.suites:
        assert read_suite(name, catalogue).version >= 1


def test_quick_shows_memory_over_time(catalogue: Catalogue) -> None:
    """By memory-profiler, of each of its cells, beside times and peaks."""
    suite = read_suite("quick", catalogue)
    assert suite.cost
    assert suite.cost.measure == ("train-step-time", "peak-memory", "memory-timeline")
    assert not suite.cost.left_out


def test_the_schema_on_disk_is_that_of_the_types(catalogue: Catalogue) -> None:
    """`make schema` writes it."""
    path = catalogue.suites["quick"].item.parent / "rnnbench.schema.json"
    assert json.loads(path.read_text()) == json.loads(json.dumps(schema()))


def test_the_full_size_takes_what_stands_under_full(catalogue: Catalogue, tmp_path: Path) -> None:
    """Seeds and recipe of all, horizons, dials and recipe of a task; the default size knows nothing
    of them."""
    path = write(
        tmp_path,
        """
        version = 1
        summary = "two sizes"
        cells = ["gru"]
        seeds = 2
        recipe = { epochs = 5, batch_size = 8 }
        full = { seeds = 10, recipe = { epochs = 100 } }
        [[tasks]]
        name = "recall-first"
        horizons = [4]
        dials = { symbols = 3 }
        full = { horizons = [10, 100], dials = { symbols = 9 }, recipe = { parameters = 77 } }
        [[tasks]]
        name = "adding"
        recipe = { epochs = 7 }
        """,
    )
    small = read_suite(path, catalogue)
    assert (len(small.seeds), [use.recipe.epochs for use in small.tasks]) == (2, [5, 7])
    full = read_suite(path, catalogue, Choices(settings=("size=full",)))
    assert len(full.seeds) == 10
    assert [use.dials for use in full.tasks[:2]] == [
        {"horizon": 10, "symbols": 9, "distractors": "symbols"},
        {"horizon": 100, "symbols": 9, "distractors": "symbols"},
    ]
    assert [
        (use.recipe.epochs, use.recipe.parameters, use.recipe.batch_size) for use in full.tasks
    ] == [
        (100, 77, 8),
        (100, 77, 8),
        (7, 10_000, 8),
    ]


def test_threads_from_the_command_line_are_those_of_every_trial(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    """Of learning and of cost; a suite without cost does not get one by it."""
    path = write(tmp_path, GOOD + "[cost]\nthreads = 3\n")
    suite = read_suite(path, catalogue)
    assert suite.cost is not None
    assert (suite.threads, suite.cost.threads) == (1, 3)
    suite = read_suite(path, catalogue, Choices(threads=2))
    assert suite.cost is not None
    assert (suite.threads, suite.cost.threads) == (2, 2)
    assert read_suite(write(tmp_path, GOOD), catalogue, Choices(threads=2)).cost is None


def test_what_stands_twice_in_a_grid_is_searched_once(catalogue: Catalogue, tmp_path: Path) -> None:
    """Equal rates, measurements and shapes would be equal trials; a rung that is a task besides is
    refused."""
    text = (
        GOOD
        + """
    [recipe]
    learning_rates = [0.01, 0.01, 0.1]
    [cost]
    measure = ["peak-memory", "peak-memory"]
    shapes = [{ steps = 3 }, { steps = 3 }]
"""
    )
    suite = read_suite(write(tmp_path, text), catalogue)
    assert suite.tasks[0].recipe.learning_rates == (0.01, 0.1)
    assert suite.cost is not None
    assert (len(suite.cost.measure), len(suite.cost.shapes)) == (1, 1)
    twice = GOOD + "ladder = true\n[[tasks]]\nname = 'adding'\nhorizons = [10]\n"
    with pytest.raises(RnnbenchError, match="'adding' is listed twice"):
        read_suite(write(tmp_path, dedent(GOOD) + dedent(twice.removeprefix(GOOD))), catalogue)


def test_seeds_of_evaluations_end_where_those_of_searches_begin(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    """As a list and as a count."""
    for seeds in ("1_000_001", "[1_000_000]"):
        with pytest.raises(RnnbenchError, match="seeds"):
            read_suite(write(tmp_path, GOOD), catalogue, Choices(settings=(f"seeds={seeds}",)))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seconds": math.inf}, "pool.seconds: expected a finite number, got inf"),
        ({"second": 1.0}, "no option called 'second'. Did you mean 'seconds'?"),
        ({"seconds": "soon"}, "pool.seconds: expected float, got str"),
    ],
)
def test_options_are_checked_against_those_that_are_declared(
    given: dict[str, object], said: str
) -> None:
    """Of cells and of executors alike; a whole number does for a float."""
    assert complete_options({"seconds": 2}, {"seconds": 1.0, "name": ""}, "pool") == {
        "seconds": 2.0,
        "name": "",
    }
    with pytest.raises(RnnbenchError, match=re.escape(said)):
        complete_options(given, {"seconds": 1.0}, "pool")  # type: ignore[arg-type]


def test_a_chosen_row_keeps_the_options_of_the_suite(tmp_path: Path, catalogue: Catalogue) -> None:
    """Another cell, or one in another implementation, has its own defaults; cells that are not
    installed do not hinder others."""
    file = write(
        tmp_path,
        'version = 1\nsummary = "s"\n[[tasks]]\nname = "adding"\n'
        '[[cells]]\nname = "lstm"\noptions = { forget_bias = 0.0 }\nlabel = "mine"\n'
        '[[cells]]\nname = "lstm"\noptions = { forget_bias = 2.0 }\nlabel = "lstm"\n'
        '[[cells]]\nname = "not-here"\n',
    )
    names = ("mine", "lstm", "lstm:eager", "gru")
    suite = read_suite(file, catalogue, Choices(cells=names))
    assert [cell.options.get("forget_bias") for cell in suite.cells] == [0.0, 2.0, 1.0, None]
    with pytest.raises(UnknownName, match="not-here"):
        read_suite(file, catalogue)
