"""What the door lets in, and how it refuses."""

import pytest

from rnnbench.catalogue import DISABLE, Catalogue
from rnnbench.errors import PluginError, UnknownName
from tests.conftest import MakePlugin

CELL = """
    import rnnbench

    @rnnbench.hookimpl
    def rnnbench_cells():
        return [rnnbench.CellSpec(name="{name}", build="torch.nn:GRU", source="made for a test")]
"""


def test_first_party_plugins_come_in_by_the_same_door() -> None:
    """Everything first-party is brought by entry points of the distribution rnnbench."""
    catalogue = Catalogue.load()
    ours = {
        plugin.name: plugin for plugin in catalogue.plugins if plugin.distribution == "rnnbench"
    }
    families = {name for name in ours if name.startswith("tasks-")}
    others = {
        "cells",
        "suites",
        "reports",
        "executors",
        "cluster",
        "diagnostics",
        "torchrecurrent",
        "fla",
    }
    assert set(ours) == families | others
    assert {"tasks-long-range", "tasks-series"} <= families
    assert {"rnn", "gru", "lstm"} <= set(catalogue.cells)
    assert {"adding", "recall-first", "digits-rows", "digits-pixels", "bitcoin"} <= set(
        catalogue.tasks
    )
    assert {"quick", "smoke"} <= set(catalogue.suites)
    assert {"local", "dask", "slurm"} <= set(catalogue.executors)
    assert not [plugin for plugin in catalogue.plugins if plugin.problem]


def test_an_unknown_name_among_many_is_told_those_near_it() -> None:
    """A list of all that there is would hide the guess; few are listed whole."""
    many = [f"cell-{number}" for number in range(60)]
    said = str(UnknownName("cell", "cell-7x", many))
    assert "Did you mean 'cell-7'?" in said
    assert "Near it, of 60 that there are: cell-7, " in said
    assert len(said) < 200
    assert "There are: cell-0, cell-1, cell-10," in str(UnknownName("cell", "cell-7x", many[:20]))


def test_a_third_party_cell_is_listed_with_its_origin(make_plugin: MakePlugin) -> None:
    """What a plugin brings knows the distribution and version that brought it."""
    make_plugin(CELL.format(name="my-cell"), distribution="cell-shop", version="0.9")
    assert Catalogue.load().cells["my-cell"].plugin.origin == "cell-shop 0.9"


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("import no_such_module_anywhere", "fails to import: ModuleNotFoundError"),
        (
            "raise RuntimeError('first line\\nsecond line')",
            "fails to import: RuntimeError: first line",
        ),
        ("import sys; sys.exit(3)", "fails to import: SystemExit: 3"),
        ("def broken(:", "fails to import: SyntaxError"),
        ("def rnnbench_cells(): return []", "lacks the marker @rnnbench.hookimpl"),
        (
            "import rnnbench\n@rnnbench.hookimpl\ndef rnnbench_cells(): raise KeyError('gone')",
            "rnnbench_cells raises KeyError",
        ),
        (
            "import rnnbench\n@rnnbench.hookimpl\ndef rnnbench_cells(config): return []",
            "rnnbench_cells takes arguments, and no hook does",
        ),
    ],
)
def test_a_broken_plugin_is_a_line_and_the_rest_goes_on(
    make_plugin: MakePlugin, source: str, problem: str
) -> None:
    """Whatever goes wrong in a plugin's module becomes its problem; everybody else's cells are
    there."""
    make_plugin(source, distribution="broken-one")
    catalogue = Catalogue.load()
    broken = [plugin for plugin in catalogue.plugins if plugin.problem]
    assert [plugin.distribution for plugin in broken] == ["broken-one"]
    assert problem in broken[0].problem
    assert "\n" not in broken[0].problem
    assert "gru" in catalogue.cells


def test_a_module_whose_names_are_lazy_costs_only_itself(make_plugin: MakePlugin) -> None:
    """Looking at its names must not import what it imports late."""
    source = """
        def __dir__():
            return ["late"]

        def __getattr__(name):
            raise ImportError(name)
    """
    make_plugin(source, distribution="lazy-one")
    catalogue = Catalogue.load()
    assert "gru" in catalogue.cells
    assert [p.distribution for p in catalogue.plugins if p.problem] in ([], ["lazy-one"])


def test_an_unknown_name_mentions_broken_plugins(make_plugin: MakePlugin) -> None:
    """Who misses a cell because its plugin is broken is told so."""
    make_plugin("import no_such_module_anywhere", distribution="broken-one")
    with pytest.raises(UnknownName, match="A plugin of broken-one is broken"):
        Catalogue.load().cells.find("my-cell")


def test_two_things_of_one_name_are_refused_naming_both(make_plugin: MakePlugin) -> None:
    """A collision names both distributions, and how to go on."""
    make_plugin(CELL.format(name="twin"), distribution="shop-a")
    make_plugin(CELL.format(name="twin"), distribution="shop-b")
    with pytest.raises(
        PluginError, match=r"two cells are called 'twin': one from shop-., one from shop-."
    ):
        Catalogue.load()


def test_a_first_party_name_is_not_taken_over(make_plugin: MakePlugin) -> None:
    """Nobody replaces `gru` silently."""
    make_plugin(CELL.format(name="gru"), distribution="usurper")
    with pytest.raises(PluginError, match="two cells are called 'gru'") as caught:
        Catalogue.load()
    assert "from rnnbench" in str(caught.value)
    assert "from usurper" in str(caught.value)
    assert str(caught.value).endswith("RNNBENCH_DISABLE_PLUGINS=usurper")


def test_a_misspelt_hook_is_refused_with_the_nearest_name(make_plugin: MakePlugin) -> None:
    """A marked function that is no hook would otherwise be passed over in silence."""
    make_plugin(
        "import rnnbench\n@rnnbench.hookimpl\ndef rnnbench_cell(): return []", distribution="typo"
    )
    with pytest.raises(
        PluginError, match=r"typo: .*'rnnbench_cell'.*Did you mean 'rnnbench_cells'\?"
    ):
        Catalogue.load()


def problem_of(distribution: str) -> str:
    """The problem of the one plugin of a distribution; everybody else's cells are there."""
    catalogue = Catalogue.load()
    (plugin,) = [plugin for plugin in catalogue.plugins if plugin.distribution == distribution]
    assert "gru" in catalogue.cells
    return plugin.problem


@pytest.mark.parametrize(
    ("returned", "found"),
    [("None", "got NoneType"), ("['gru']", "got str in it"), ("{'gru': 1}", "got dict")],
)
def test_a_wrong_return_type_is_a_problem_of_its_plugin(
    make_plugin: MakePlugin, returned: str, found: str
) -> None:
    """A hook returns a list of what it is for; one that does not costs itself alone."""
    make_plugin(
        f"import rnnbench\n@rnnbench.hookimpl\ndef rnnbench_cells(): return {returned}",
        distribution="odd",
    )
    assert problem_of("odd") == f"rnnbench_cells should return a list of CellSpec, {found}"


def test_a_class_that_is_no_task_is_a_problem_of_its_plugin(make_plugin: MakePlugin) -> None:
    """A task is a concrete subclass of rnnbench.Task with a name."""
    make_plugin(
        "import rnnbench\n@rnnbench.hookimpl\ndef rnnbench_tasks(): return [int]",
        distribution="odd",
    )
    assert "rnnbench_tasks returned int, which is not a subclass" in problem_of("odd")


TASK = """
    import rnnbench

    class Half(rnnbench.GeneratedTask):
        name = "half"
        loss = "squared-error"
        metrics = (rnnbench.MSE,)
        output_size = 1
        target = {target}
        trivial_forecast = "zero"
        {more}

    @rnnbench.hookimpl
    def rnnbench_tasks():
        return [Half]
"""


@pytest.mark.parametrize(
    ("target", "more", "complaint"),
    [
        ("0.1", "def generate(self, rng, count): ...", "Half, which lacks trivial"),
        ("0.1", "del trivial_forecast", "Half, which lacks generate, trivial, trivial_forecast"),
        (
            "'high'",
            "generate = trivial = print",
            "Half, whose target is 'high' and neither a number nor None",
        ),
    ],
)
def test_a_task_that_lacks_something_is_told_what(
    make_plugin: MakePlugin, target: str, more: str, complaint: str
) -> None:
    """By name of each missing member."""
    make_plugin(TASK.format(target=target, more=more), distribution="odd")
    assert complaint in problem_of("odd")


def test_one_module_may_stand_under_two_names(make_plugin: MakePlugin) -> None:
    """As when one file brings cells and tasks: it is asked once."""
    root = make_plugin(CELL.format(name="my-cell"), distribution="cell-shop")
    (entry,) = root.glob("*/entry_points.txt")
    name, module = entry.read_text().splitlines()[1].split(" = ")
    entry.write_text(f"[rnnbench]\n{name} = {module}\nanother = {module}\n")
    catalogue = Catalogue.load()
    assert "my-cell" in catalogue.cells
    assert [p.problem for p in catalogue.plugins if p.distribution == "cell-shop"] == ["", ""]


@pytest.mark.parametrize("by", ["cell-shop", "cell-shop:cell-shop"])
def test_a_plugin_can_be_switched_off(
    make_plugin: MakePlugin, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """RNNBENCH_DISABLE_PLUGINS takes distributions and entry points."""
    make_plugin(CELL.format(name="my-cell"), distribution="cell-shop")
    assert "my-cell" in Catalogue.load().cells
    monkeypatch.setenv(DISABLE, f"something-else, {by}")
    assert "my-cell" not in Catalogue.load().cells
