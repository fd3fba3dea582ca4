"""A hash of source changes with all that a thing runs, and with nothing else."""

import sys
from collections.abc import Callable
from importlib import import_module, invalidate_caches
from itertools import count
from pathlib import Path
from textwrap import dedent

import pytest

from rnnbench.sources import sources_of
from rnnbench.sources.modules import read_module

_numbers = count()
Hash = Callable[..., dict[str, str]]

CELL = """
    from {package}.helper import mix

    class Cell:
        def step(self, x):
            return mix(x, SCALE)

    SCALE = 2.0

    class Neighbour:
        scale = 3.0
"""
HELPER = """
    def mix(a, b):
        return _inner(a) * b

    def _inner(a):
        return a + 0.5

    def unused(a):
        return a
"""


class Package:
    """A package of some modules in a folder of its own; its files can be written anew."""

    def __init__(self, root: Path, **files: str) -> None:
        self.name = f"source_made_by_test_{next(_numbers)}"
        self.folder = root / self.name
        self.folder.mkdir(parents=True)
        self.write(__init__="", **files)

    def write(self, **files: str) -> None:
        for name, text in files.items():
            (self.folder / f"{name}.py").write_text(dedent(text).replace("{package}", self.name))
        invalidate_caches()

    def hashes(self, thing: object = None, also: tuple[str, ...] = ()) -> dict[str, str]:
        """Of `Cell` in the module `cell`, or of something else, by module without the package."""
        found = sources_of(
            thing or f"{self.name}.cell:Cell", "no-distribution", f"{self.name}.cell", also
        )
        return {
            name.removeprefix(f"{self.name}."): hashed for name, hashed in found.modules.items()
        }


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """A cell whose mathematics is in a helper module."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return Package(tmp_path, cell=CELL, helper=HELPER)


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("helper", "a + 0.5", "a + 0.9"),
        ("helper", "_inner(a) * b", "_inner(a) - b"),
        ("cell", "SCALE = 2.0", "SCALE = 2.5"),
        ("cell", "mix(x, SCALE)", "mix(SCALE, x)"),
    ],
)
def test_a_change_of_what_a_cell_runs_changes_its_hash(
    package: Package, file: str, before: str, after: str
) -> None:
    """In its own file, in a helper module, and in what that calls."""
    old = package.hashes()
    assert set(old) == {"cell", "helper"}
    package.write(**{file: {"cell": CELL, "helper": HELPER}[file].replace(before, after)})
    new = package.hashes()
    assert {name for name in old if old[name] != new[name]} == {file}


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("cell", "scale = 3.0", "scale = 4.0"),
        ("cell", "class Neighbour:", "class Another:\n        pass\n\n    class Neighbour:"),
        ("cell", "SCALE = 2.0", "SCALE = 2.0  # twice"),
        ("cell", "class Cell:", 'class Cell:\n        """A cell."""\n'),
        ("cell", "import mix", "import mix, unused"),
        ("helper", "def unused(a):\n        return a", "def unused(a):\n        return -a"),
        ("helper", "def mix(a, b):", "def new(x):\n        return x\n\n    def mix(a, b):"),
        ("__init__", "", "class Elsewhere:\n    pass\n"),
    ],
)
def test_a_change_of_its_neighbours_does_not(
    package: Package, file: str, before: str, after: str
) -> None:
    """A class or function that is added beside it, another cell in its file, a comment, a
    docstring."""
    old = package.hashes()
    text = {"cell": CELL, "helper": HELPER, "__init__": ""}[file]
    changed = text.replace(before, after) if before else after
    assert changed != text
    package.write(**{file: changed})
    assert package.hashes() == old


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("import torch\n    torch.set_default_dtype(torch.float64)", "helper"),
        ("import torch\n    torch.nn.LSTM.reset_parameters = None", "cell"),
        ("REGISTRY = {}\n    REGISTRY['x'] = 1", "helper"),
        ("for name in ():\n        print(name)", "__init__"),
    ],
)
def test_what_an_import_does_beside_defining_names_counts(
    package: Package, statement: str, where: str
) -> None:
    """It may change what the cell runs."""
    old = package.hashes()
    text = {"cell": CELL, "helper": HELPER, "__init__": ""}[where]
    package.write(**{where: f"{dedent(text)}\n{dedent('    ' + statement)}\n"})
    assert package.hashes() != old


def test_a_definition_that_a_decorator_registers_counts(package: Package) -> None:
    """The cell may find it in the registry, by whatever name."""
    registered = (
        HELPER
        + "\n    @register\n    def kernel(a):\n        return a\n\n    def register(f):\n       "
        " return f\n"
    )
    package.write(helper=registered)
    old = package.hashes()
    package.write(
        helper=registered.replace(
            "def kernel(a):\n        return a", "def kernel(a):\n        return 2 * a"
        )
    )
    assert package.hashes() != old


@pytest.mark.parametrize(
    "use",
    [
        "import {package}.late as late\n            return late.kernel(x)",
        "from {package} import late\n            return late.kernel(x)",
        "from . import late\n            return late.kernel(x)",
        "import {package}.late\n            return {package}.late.kernel(x)",
        "from {package}.late import *\n            return kernel(x)",
    ],
)
def test_imports_are_followed_however_they_are_written(package: Package, use: str) -> None:
    """At the top and inside functions, of modules and of names, relative ones too."""
    top = use.startswith("from {package}.late import *")
    first, _, rest = use.partition("\n            ")
    body = rest if top else use
    head = first if top else "x = 0"
    text = f"""
    {head}
    class Cell:
        def step(self, x):
            {body}
    """
    package.write(late="def kernel(x):\n    return x\n\ndef other(x):\n    return x\n", cell=text)
    old = package.hashes()
    assert "late" in old
    package.write(late="def kernel(x):\n    return 2 * x\n\ndef other(x):\n    return x\n")
    changed = package.hashes()
    assert changed["late"] != old["late"]
    assert changed["cell"] == old["cell"]


@pytest.mark.parametrize("place", ["{package}.late:kernel", "kernel", "late.kernel"])
def test_a_place_in_a_text_is_followed(package: Package, place: str) -> None:
    """As in `CellSpec(build="module:attribute")` and in `getattr(late, "kernel")`."""
    text = f"""
    from {{package}} import late

    class Cell:
        place = "{place}"

        def step(self, x):
            return getattr(late, self.place)(x)
    """
    package.write(late="def kernel(x):\n    return x\n", cell=text)
    old = package.hashes()
    package.write(late="def kernel(x):\n    return 2 * x\n")
    new = package.hashes()
    assert {name for name in old if old[name] != new[name]} == {"late"}


def test_a_module_that_was_loaded_for_a_cell_counts_whole(package: Package) -> None:
    """Where it is imported by a name that is put together, only a run shows it."""
    package.write(hidden="def kernel(x):\n    return x\n")
    name = f"{package.name}.hidden"
    old = package.hashes(also=(name, "json", f"{package.name}.helper"))
    assert set(old) == {"cell", "helper", "hidden"}
    package.write(hidden="def kernel(x):\n    return 2 * x\n")
    new = package.hashes(also=(name,))
    assert {name for name in old if old[name] != new[name]} == {"hidden"}


def test_a_function_counts_with_its_defaults_and_closure(package: Package) -> None:
    """A lambda in a list is that lambda, and what it is bound to, and none of the others in the
    list."""
    text = """
    class One:
        scale = 1

    class Two:
        scale = 2

    BUILDS = [lambda i, h, kind=kind: kind(i, h) for kind in (One, Two)]
    OTHERS = [
        lambda i, h: i + h,
        lambda i, h: i * h,
    ]
    """
    package.write(cell=text)
    module = import_module(f"{package.name}.cell")
    first, second = module.BUILDS
    plus, times = module.OTHERS
    old = [package.hashes(thing)["cell"] for thing in (first, second, plus, times)]
    assert len(set(old)) == 4
    package.write(cell=text.replace("scale = 2", "scale = 7").replace("i * h", "i - h"))
    new = [package.hashes(thing)["cell"] for thing in (first, second, plus, times)]
    assert [a == b for a, b in zip(old, new, strict=True)] == [True, False, True, False]


def test_nothing_is_imported_to_find_a_source(package: Package) -> None:
    """A package that compiles for half a minute when it is imported is hashed in no time."""
    package.write(cell=CELL + "\n    raise RuntimeError('imported')\n")
    assert set(package.hashes()) == {"cell", "helper"}
    assert package.name not in sys.modules


def test_a_thing_without_a_source_has_no_hash() -> None:
    """What torch brings is known by torch's version."""
    assert sources_of("torch.nn:GRU", "no-distribution", "no_module").modules == {}
    assert sources_of(len, "no-distribution", "no_module").modules == {}


def test_other_packages_that_it_imports_are_named(package: Package) -> None:
    """By their distribution; not those whose versions each result carries, nor Python's own."""
    package.write(
        cell=(
            "import json\nimport numpy\nimport pluggy\nimport yaml\n\nclass Cell:\n    x = pluggy,"
            " json, yaml\n"
        )
    )
    found = sources_of(f"{package.name}.cell:Cell", "no-distribution", f"{package.name}.cell")
    assert found.packages == {"pluggy", "PyYAML"}


@pytest.mark.parametrize(
    "text", ["def broken(:", "\x00", "class Cell:\n" + "    x = " + "(" * 3000]
)
def test_a_source_that_is_no_python_counts_as_a_file(package: Package, text: str) -> None:
    """It cannot run either; its plugin says so."""
    package.write(cell=text)
    old = package.hashes()
    assert set(old) == {"cell"}
    package.write(cell=text + "#")
    assert package.hashes() != old


@pytest.mark.parametrize("extension", ["_native.so", "_native.py"])
def test_an_extension_that_a_package_imports_into_itself_counts_as_a_file(
    package: Package, extension: str
) -> None:
    """`from . import _native`, where it is compiled, or cannot be parsed."""
    package.write(
        __init__="from . import _native\n",
        cell="from . import _native\n\nclass Cell:\n    k = _native.kernel\n",
    )
    (package.folder / extension).write_bytes(b"\x7fELF one")
    old = package.hashes()
    assert "_native" in old
    (package.folder / extension).write_bytes(b"\x7fELF two")
    new = package.hashes()
    assert {name for name in old if old[name] != new[name]} == {"_native"}


def test_a_module_that_is_imported_for_its_effects_counts(package: Package) -> None:
    """Nobody uses its name: it changes a constant of the cell's module."""
    package.write(
        __init__="from . import tweaks\n", tweaks="from {package} import helper\nhelper.SCALE = 2\n"
    )
    old = package.hashes()
    assert "tweaks" in old
    package.write(tweaks="from {package} import helper\nhelper.SCALE = 3\n")
    assert package.hashes() != old


@pytest.mark.parametrize(
    "guarded",
    [
        "if not TYPE_CHECKING:\n    from {package}.late import kernel",
        (
            "if TYPE_CHECKING:\n    from typing import Any\nelse:\n    from {package}.late import"
            " kernel"
        ),
    ],
)
def test_what_is_not_for_type_checkers_counts(package: Package, guarded: str) -> None:
    """The other branch runs."""
    head = "from typing import TYPE_CHECKING\n"
    body = "\n\nclass Cell:\n    def step(self, x):\n        return kernel(x)\n"
    package.write(late="def kernel(x):\n    return x\n", cell=head + guarded + body)
    old = package.hashes()
    package.write(late="def kernel(x):\n    return 2 * x\n")
    assert package.hashes() != old


def test_a_function_that_is_cached_is_followed(package: Package) -> None:
    """What `functools.cache` makes of it is no function."""
    package.write(
        cell=(
            "from functools import cache\nfrom {package}.helper import mix\n\n"
            "@cache\ndef build(i, h):\n    return mix(i, h)\n"
        )
    )
    build = import_module(f"{package.name}.cell").build
    assert set(package.hashes(build)) == {"cell", "helper"}


def test_an_object_that_builds_is_followed_with_what_it_holds(package: Package) -> None:
    """A callable object with the class of the cell in it."""
    package.write(
        cell=CELL
        + "\n    class Builder:\n        def __init__(self, kind):\n            self.kind = kind\n "
        "       def __call__(self, i, h):\n            return self.kind()\n\n    BUILD ="
        " Builder(Cell)\n"
    )
    build = import_module(f"{package.name}.cell").BUILD
    assert set(package.hashes(build)) == {"cell", "helper"}


def test_what_a_late_module_imports_does_not_change_what_the_others_are(package: Package) -> None:
    """The driver, which does not see it run, finds the same hashes for them."""
    package.write(
        hidden="from {package}.helper import unused\n\ndef kernel(x):\n    return unused(x)\n"
    )
    without = package.hashes()
    found = package.hashes(also=(f"{package.name}.hidden",))
    assert {name: found[name] for name in without} == without


def test_an_object_of_another_package_is_known_by_its_version() -> None:
    """As its place is."""
    import yaml

    assert sources_of(yaml.YAMLObject, "no-distribution", "no_module").packages == {"PyYAML"}
    assert sources_of("yaml:YAMLObject", "no-distribution", "no_module").packages == {"PyYAML"}


def test_first_party_plugins_have_no_effects_on_import() -> None:
    """Their modules are not looked at for effects where they are imported and not used."""
    root = Path(__file__).parents[1]
    for file in sorted((root / "plugins").rglob("*.py")):
        name = ".".join(file.relative_to(root / "plugins").with_suffix("").parts).removesuffix(
            ".__init__"
        )
        module = read_module(name)
        assert module is not None, name
        assert not [statement.text for statement in module.statements if statement.effects], name
