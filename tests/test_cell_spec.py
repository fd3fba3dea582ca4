"""The description of a cell: each field holds what it should, or says what it should hold."""

from typing import Any

import pytest

import rnnbench
from rnnbench.catalogue import Catalogue
from rnnbench.contracts.cell_fields import CHECKS
from tests.builders.cli import rnnbench as typed
from tests.conftest import MakePlugin

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name should be one word"),
    ({"name": "two words"}, "name should be one word .*got 'two words'"),
    ({"name": "a:b"}, "name should be one word"),
    ({"name": "a/b"}, "name should be one word"),
    ({"name": "-x"}, "name should be one word"),
    ({"name": 3}, "name should be one word .*got 3"),
    ({"build": ""}, "build should be a function or its place"),
    ({"build": None}, "build should be a function or its place"),
    ({"source": None}, "source should be a text, got None"),
    ({"summary": 1}, "summary should be a text"),
    ({"options": ["rate"]}, "options should map names to defaults"),
    ({"options": {"learning rate": 1.0}}, "options should be named like arguments"),
    ({"options": {"rate": [1.0]}}, r"options should have numbers, .*got rate=\[1.0\]"),
    ({"options": {"implementation": "fast"}}, "options should not hold 'implementation'"),
    ({"inputs": "feature"}, "inputs should be one of features, frames, got 'feature'"),
    ({"parallel": "yes"}, "parallel should be one of none, scan, chunk"),
    ({"implementations": "fast"}, "implementations should be a list of texts, got 'fast'"),
    ({"implementations": ("fast", "fast")}, "implementations holds 'fast' twice"),
    ({"implementations": ("fast one",)}, "implementations holds a name that should be one word"),
    ({"implementations": ("fastest",)}, "implementations should not hold 'fastest'"),
    ({"implementations": ("default",)}, "implementations should not hold 'default'"),
    ({"carries_state": 1}, "carries_state should be True or False, got 1"),
    ({"same_size": "no"}, "same_size should be True or False"),
    ({"straight_through": None}, "straight_through should be True or False"),
    ({"hidden_multiple": 0}, "hidden_multiple should be a whole number of at least 1, got 0"),
    ({"hidden_multiple": True}, "hidden_multiple should be a whole number"),
    ({"hidden_multiple": 2.0}, "hidden_multiple should be a whole number"),
    ({"hidden_multiple": "heads"}, "hidden_multiple should name an option .*got 'heads'"),
    ({"hidden_multiple": "n", "options": {"n": 0}}, "hidden_multiple should name an option"),
    ({"smallest": 0}, "smallest should be a whole number of at least 1"),
    ({"longest": 0}, "longest should be a whole number of at least 1"),
    ({"packages": "numpy"}, "packages should be a list of texts"),
    ({"parameters": 12}, "parameters should be a function, got 12"),
    ({"state_floats": 12}, "state_floats should be a function"),
    ({"reference": 3}, "reference should be a function or its place"),
]


@pytest.mark.parametrize(
    ("fields", "says"), WRONG, ids=[f"{next(iter(f))}-{n}" for n, (f, _) in enumerate(WRONG)]
)
def test_a_field_with_a_wrong_value_is_named(fields: dict[str, Any], says: str) -> None:
    """Where the spec is made, which is in the plugin."""
    with pytest.raises(rnnbench.RnnbenchError, match=f"CellSpec .*: {says}"):
        rnnbench.CellSpec(**{"name": "mine", "build": "module:Cell", "source": "here", **fields})


def test_every_field_is_checked() -> None:
    """A field that is added says what it may hold."""
    assert set(CHECKS) == set(rnnbench.CellSpec.__dataclass_fields__)


@pytest.mark.parametrize(("options", "gives"), [({}, 8), ({"heads": 3}, 6), ({"heads": 1}, 5)])
def test_hidden_sizes_may_be_multiples_of_an_option(options: dict[str, Any], gives: int) -> None:
    """Its default counts where a suite does not set it."""
    spec = rnnbench.CellSpec(
        "mine", "module:Cell", "here", options={"heads": 4}, hidden_multiple="heads"
    )
    assert spec.hidden_size(5, options) == gives


@pytest.mark.parametrize(
    ("wanted", "multiple", "smallest", "gives"),
    [(5, 1, 1, 5), (5, 4, 1, 8), (5, 1, 17, 17), (5, 8, 17, 24), (64, 8, 17, 64)],
)
def test_a_hidden_size_is_one_that_the_cell_takes(
    wanted: int, multiple: int, smallest: int, gives: int
) -> None:
    """The next one from the wanted one on."""
    spec = rnnbench.CellSpec(
        "mine", "module:Cell", "here", hidden_multiple=multiple, smallest=smallest
    )
    assert spec.hidden_size(wanted) == gives


def test_a_plugin_with_a_wrong_spec_is_broken_and_named(
    make_plugin: MakePlugin, tmp_path: Any
) -> None:
    """It costs nothing but itself: the other plugins are there, and the list says what is wrong
    with it."""
    make_plugin(
        """
        import rnnbench

        @rnnbench.hookimpl
        def rnnbench_cells():
            return [rnnbench.CellSpec("mine", "module:Cell", source="here", hidden_multiple=0)]
        """,
        distribution="wrong-spec",
    )
    catalogue = Catalogue.present()
    (plugin,) = [plugin for plugin in catalogue.plugins if plugin.distribution == "wrong-spec"]
    assert (
        "CellSpec 'mine': hidden_multiple should be a whole number of at least 1, got 0"
        in plugin.problem
    )
    assert len(catalogue.cells) > 10
    listed = typed("list", "plugins", cwd=tmp_path)
    assert listed.returncode == 0
    assert "hidden_multiple should be" in listed.stdout
