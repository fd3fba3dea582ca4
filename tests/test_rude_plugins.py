"""Plugins that take no part: whatever their import does, the figures of an honest cell are the same
to the last bit."""

import json
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest
import torch

from rnnbench import patches, switches
from rnnbench.catalogue import Catalogue, Plugin
from rnnbench.cli.plugin_findings import _examined, plugin_findings
from rnnbench.executors.local import LocalPool
from rnnbench.records import CellUse, CostTrial, LearningTrial, Result, Shape, Trial
from rnnbench.runner.unpatch import unpatch
from tests.builders import forked
from tests.builders.campaign import wait_until
from tests.builders.processes import is_alive
from tests.builders.records import learning_trial
from tests.builders.training import SMALL
from tests.conftest import MakePlugin

TORCH = "import torch\n"
RUDE = {
    "dtype": (
        f"{TORCH}torch.set_default_dtype(torch.float64)",
        "changed torch's default dtype (float64, was float32)",
    ),
    "gradients": (
        f"{TORCH}torch.set_grad_enabled(False)",
        "changed torch's gradients (off, was on)",
    ),
    "threads": (f"{TORCH}torch.set_num_threads(2)", "changed torch's threads (2, was 1)"),
    "deterministic": (
        f"{TORCH}torch.use_deterministic_algorithms(True)",
        "changed torch's deterministic (on, was off)",
    ),
    "onednn": (
        f"{TORCH}torch.backends.mkldnn.enabled = False",
        "changed torch's onednn (off, was on)",
    ),
    "precision": (
        f"{TORCH}torch.set_float32_matmul_precision('medium')",
        "changed torch's matmul precision (medium",
    ),
    "weights": (
        (
            f"{TORCH}from torch import nn\nnn.GRU.reset_parameters = lambda self:"
            " [nn.init.normal_(p, std=0.05) for p in self.parameters()]"
        ),
        "replaced torch.nn.GRU.reset_parameters",
    ),
    "calls": (
        (
            f"{TORCH}before = torch.nn.Module.__call__\ntorch.nn.Module.__call__ = lambda *a, **k:"
            " before(*a, **k)"
        ),
        "replaced torch.nn.Module.__call__",
    ),
    "variable": (
        "import os\nos.environ['OMP_NUM_THREADS'] = '7'",
        "set the environment variable OMP_NUM_THREADS",
    ),
    "exit": ("import os\nos._exit(0)", "it ends the process: os._exit(0)"),
    "printing": ("print('not JSON')\nimport os\nos.write(1, b'not JSON')", ""),
    "seed": (f"{TORCH}import random\nrandom.seed(0)\ntorch.manual_seed(0)", ""),
}
"""A plugin by name, and what `rnnbench doctor` says of it; nothing of those whose effects reach no
trial."""
HONEST = """
    import rnnbench
    from torch import nn

    @rnnbench.hookimpl
    def rnnbench_cells():
        return [
            rnnbench.CellSpec("honest", lambda i, h: nn.GRU(i, h, batch_first=True), source="made for a test"),
        ]
"""


@pytest.fixture(autouse=True)
def _torch_as_it_was() -> Iterator[None]:
    """The driver of these tests has torch loaded, and imports the rude plugins too."""
    parts = patches.fingerprint()
    before = switches.read()
    yield
    unpatch(parts)
    switches.restore(before)


@pytest.fixture
def honest(make_plugin: MakePlugin) -> None:
    """A cell of a stranger, which is torch's GRU."""
    make_plugin(HONEST, distribution="honest-cell")


def run(*trials: Trial) -> Iterator[Result]:
    """The results of trials, in their order."""
    with LocalPool(1) as pool:
        for trial in trials:
            pool.start(trial)
            results: list[Result] = []
            while not results:
                results = pool.wait(5.0)
            yield results[0]


def learning(**changes: object) -> LearningTrial:
    """One of sixty steps."""
    recipe = msgspec.structs.replace(SMALL, steps_per_epoch=20)
    return learning_trial(task="adding", dials={"horizon": 4}, recipe=recipe, **changes)


def cost_trial(*cells: str, measurement: str = "train-step-time") -> CostTrial:
    """A small one."""
    uses = tuple(CellUse(name=cell) for cell in cells)
    shape = Shape(steps=4, batch=2, hidden=4, inputs=3)
    return CostTrial(
        suite="s",
        suite_version=1,
        cells=uses,
        measurement=measurement,
        shape=shape,
        repeats=2,
        round=0,
    )


def test_twelve_rude_plugins_change_no_bit_of_an_honest_cell(
    honest: None, make_plugin: MakePlugin
) -> None:
    """Each figure, its curve, its weights' scores; and all that a result says that it depends
    on."""
    trials = [learning(cell=CellUse(name=name)) for name in ("honest", "gru")]
    alone = list(run(*trials))
    for name, (source, _) in RUDE.items():
        make_plugin(source, distribution=f"rude-{name}")
    beside = list(run(*trials))
    for one, other in zip(alone, beside, strict=True):
        assert one.status == other.status == "ok"
        assert one.learning == other.learning
        assert one.provenance == other.provenance
        assert other.side_effects == ()
        assert one.output == other.output == ""


@pytest.mark.parametrize("name", RUDE)
def test_doctor_says_what_each_of_them_does(
    make_plugin: MakePlugin, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Those whose effects reach no trial are sound."""
    monkeypatch.setattr(subprocess, "Popen", forked.Popen)
    monkeypatch.setattr(forked, "PROGRAMS", ("rnnbench.runner.import_probe",))
    source, said = RUDE[name]
    (module,) = make_plugin(source, distribution="rude").glob("*.py")
    fine, finding = _examined(Plugin("rude", "rude", "1.2.3", module.stem))
    assert said in finding
    assert fine == (not said)


def test_doctor_names_them(make_plugin: MakePlugin) -> None:
    """With the distribution, and what the import did in an interpreter of its own."""
    for name in ("dtype", "printing"):
        make_plugin(RUDE[name][0], distribution=f"rude-{name}")
    findings = [found for found in plugin_findings(Catalogue.load()) if " from rude-" in found[1]]
    assert [(fine, finding.partition(":")[0]) for fine, finding in sorted(findings)] == [
        (False, "rude-dtype from rude-dtype 1.2.3"),
        (True, "rude-printing from rude-printing 1.2.3"),
    ]
    assert RUDE["dtype"][1] in sorted(findings)[0][1]


LEAVES_A_PROCESS = """
    import os, subprocess

    left = subprocess.Popen(["/bin/sleep", "1000"])
    with open(os.environ["LEFT"], "a") as file:
        file.write(f"{left.pid} ")
"""


def test_a_plugin_whose_import_leaves_a_process_is_examined_and_the_process_ends(
    make_plugin: MakePlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds what the import prints to open, which is no reason to wait for it."""
    monkeypatch.setattr("rnnbench.cli.plugin_findings.LIMIT_SECONDS", 60)
    monkeypatch.setenv("LEFT", str(tmp_path / "left"))
    site = make_plugin(LEAVES_A_PROCESS, distribution="leaving")
    module = next(site.glob("*.py")).stem
    fine, finding = _examined(Plugin("leaving", "leaving", "1.2.3", module))
    (pid,) = map(int, (tmp_path / "left").read_text().split())
    assert (fine, finding) == (True, "loads")
    wait_until(lambda: not is_alive(pid), seconds=10)


def test_an_examined_plugin_finds_no_module_in_the_working_folder(
    make_plugin: MakePlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though this process looks for modules there."""
    (tmp_path / "lies_in_the_way.py").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    site = make_plugin("import lies_in_the_way", distribution="finding")
    module = next(site.glob("*.py")).stem
    fine, finding = _examined(Plugin("finding", "finding", "1.2.3", module))
    assert (fine, finding) == (
        False,
        "fails to import: ModuleNotFoundError: No module named 'lies_in_the_way'",
    )


KNOBS = """
    import rnnbench
    import torch
    from torch import nn

    {imported}

    class Cell(nn.GRU):
        def __init__(self, i, h):
            super().__init__(i, h, batch_first=True)
            {built}

        def forward(self, x, state=None):
            {run}
            return super().forward(x, state)

    @rnnbench.hookimpl
    def rnnbench_cells():
        {hook}
        return [rnnbench.CellSpec("knobs", Cell, source="made for a test")]
"""


def knobs(**code: str) -> str:
    """A plugin that does something on import, in its hook, when its cell is built, or when that
    runs."""
    parts = dict.fromkeys(("imported", "built", "run", "hook"), "pass")
    return KNOBS.format(**{**parts, **code})


TURN = "torch.set_default_dtype(torch.float64)"
REPLACE = "torch.nn.LSTM.reset_parameters = lambda self: None"


@pytest.mark.parametrize(
    ("where", "code", "said"),
    [
        (
            "imported",
            TURN,
            (
                "Importing the plugin 'rude' (rude 1.2.3) changed torch's default dtype (float64,"
                " was float32)"
            ),
        ),
        (
            "hook",
            TURN,
            (
                "Importing the plugin 'rude' (rude 1.2.3) changed torch's default dtype (float64,"
                " was float32)"
            ),
        ),
        (
            "built",
            "torch.set_num_threads(2)",
            "Building the cell 'knobs' changed torch's threads (2, was 1)",
        ),
        (
            "run",
            "torch.set_num_threads(2)",
            "Building the cell 'knobs' changed torch's threads (2, was 1)",
        ),
        (
            "imported",
            REPLACE,
            "Importing the plugin 'rude' (rude 1.2.3) replaced torch.nn.LSTM.reset_parameters",
        ),
        ("built", REPLACE, "Building the cell 'knobs' replaced torch.nn.LSTM.reset_parameters"),
        (
            "built",
            "torch.manual_seed(42)",
            "Building the cell 'knobs' sets the seed of torch's generator",
        ),
        (
            "built",
            "import random; random.seed(1)",
            "Building the cell 'knobs' sets the seed of Python's `random`",
        ),
    ],
)
def test_what_a_cell_changes_for_others_is_recorded_by_name(
    make_plugin: MakePlugin, where: str, code: str, said: str
) -> None:
    """In its own result, in words; switches are set back, so that the trial runs as it says."""
    make_plugin(knobs(**{where: code}), distribution="rude")
    (result,) = run(learning(cell=CellUse(name="knobs")))
    assert result.status == "ok"
    assert any(effect.startswith(said) for effect in result.side_effects), result.side_effects


def test_what_a_constructor_turns_reaches_nothing_else_of_the_model(
    honest: None, make_plugin: MakePlugin
) -> None:
    """The encoder and the readout are built after the cell, and the model is built several times to
    find its size."""
    make_plugin(knobs(built=TURN), distribution="rude")
    names = ("honest", "knobs")
    trials = [learning(cell=CellUse(name=name)) for name in names]
    one, other = run(*trials)
    assert other.status == "ok", other.reason
    assert other.learning == one.learning
    (effect,) = other.side_effects
    assert effect.startswith("Building the cell 'knobs' changed torch's default dtype")


def test_a_change_in_a_late_step_is_seen_at_the_end(make_plugin: MakePlugin) -> None:
    """The first step is looked at, and the last."""
    late = "self.calls = getattr(self, 'calls', 0) + 1; torch.set_flush_denormal(self.calls > 30)"
    make_plugin(knobs(run=late), distribution="rude")
    (result,) = run(learning(cell=CellUse(name="knobs")))
    assert any(
        effect.startswith("Training the cell 'knobs' changed torch's flush denormals")
        for effect in result.side_effects
    )


def test_a_cell_may_draw_from_the_generators(make_plugin: MakePlugin) -> None:
    """In `build` and in `forward`: that is no fault, and the trial says nothing of it."""
    make_plugin(knobs(built="torch.rand(3)", run="x = x + 0 * torch.rand(1)"), distribution="fine")
    (result,) = run(learning(cell=CellUse(name="knobs")))
    assert result.status == "ok"
    assert result.side_effects == ()


@pytest.mark.parametrize("measurement", ["train-step-time", "operations"])
@pytest.mark.parametrize("where", ["imported", "built"])
def test_what_replaces_parts_of_torch_is_not_measured_beside_others(
    make_plugin: MakePlugin, where: str, measurement: str
) -> None:
    """The reference cell and the others run as torch made them; the culprit is refused by name."""
    make_plugin(knobs(**{where: REPLACE}), distribution="rude")
    cells = ("knobs", "gru") if measurement == "train-step-time" else ("knobs",)
    (result,) = run(cost_trial(*cells, measurement=measurement))
    reason = result.absent.get("knobs", result.reason)
    assert "replaced torch.nn.LSTM.reset_parameters" in reason
    assert "the other cells of this process would run it too" in reason
    if measurement == "train-step-time":
        assert result.status == "ok"
        assert [row.row for row in result.costs] == ["gru"]
    else:
        assert result.status == "refused"


def test_a_step_that_turns_a_switch_is_not_timed_beside_others(make_plugin: MakePlugin) -> None:
    """Every step of the others after it would be another one."""
    make_plugin(knobs(run="torch.set_flush_denormal(True)"), distribution="rude")
    (result,) = run(cost_trial("knobs", "gru"))
    assert result.status == "ok"
    assert [row.row for row in result.costs] == ["gru"]
    assert "changed torch's flush denormals (on, was off)" in result.absent["knobs"]


def test_a_trial_imports_no_plugin_but_its_own(
    honest: None, make_plugin: MakePlugin, tmp_path: Path
) -> None:
    """Seen from inside: modules of strangers, and of first-party plugins that take no part."""
    make_plugin(
        "import os\nwith open(os.environ['SEEN'], 'a') as seen:\n    seen.write('imported ')",
        distribution="aside",
    )
    told = tmp_path / "modules.json"
    spying = f"""
        import json, sys, rnnbench
        from torch import nn

        class Cell(nn.GRU):
            def __init__(self, i, h):
                super().__init__(i, h, batch_first=True)
                with open({str(told)!r}, "w") as file:
                    json.dump(sorted(sys.modules), file)

        @rnnbench.hookimpl
        def rnnbench_cells():
            return [rnnbench.CellSpec("spying", Cell, source="made for a test")]
    """
    make_plugin(spying, distribution="spying")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEEN", str(tmp_path / "seen"))
        (result,) = run(learning(cell=CellUse(name="spying")))
    assert result.status == "ok"
    modules = json.loads(told.read_text())
    assert (tmp_path / "seen").read_text() == "imported "  # by the driver, once
    assert len([name for name in modules if name.startswith("plugin_made_by_test")]) == 1
    assert "rnnbench_tasks.long_range" in modules
    assert not {"rnnbench_cells", "rnnbench_reports", "rnnbench_tasks.series", "matplotlib"} & set(
        modules
    )


def nothing_done(_: object) -> None:
    """Stands in for a method of torch."""


def test_a_replacement_without_a_name_is_told_without_its_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Which differs from process to process, so that each trial would give a sentence of its
    own."""
    before = patches.fingerprint()
    monkeypatch.setattr(torch.nn.LSTM, "reset_parameters", partial(nothing_done))
    assert set(patches.replaced(before).values()) == {"functools.partial(<function nothing_done>)"}


DIAGNOSTICS = """
    import os, time, torch, rnnbench

    def quits(cell, x, rng):
        os._exit(0)

    def turns(cell, x, rng):
        torch.set_default_dtype(torch.float64)
        return rnnbench.Diagnosis(x_name="x", y_name="y", x=(1.0,), y=(1.0,))

    @rnnbench.hookimpl
    def rnnbench_metrics():
        return [rnnbench.Diagnostic("quits", quits, "x", "y"), rnnbench.Diagnostic("turns", turns, "x", "y")]
"""


def test_a_diagnostic_that_exits_or_turns_switches_is_named(make_plugin: MakePlugin) -> None:
    """The trial has its figures, and what the diagnostic did is not blamed on the cell."""
    make_plugin(DIAGNOSTICS, distribution="rude")
    trial = learning(diagnostics=("quits", "turns"))
    (result,) = run(trial)
    assert result.status == "ok"
    assert result.learning is not None
    assert "it ends the process: os._exit(0)" in result.learning.diagnoses["quits"].reason
    assert "rude 1.2.3" in result.learning.diagnoses["quits"].reason
    assert result.learning.diagnoses["turns"].fresh is not None
    assert result.side_effects == (
        (
            "The diagnostic 'turns' changed torch's default dtype (float64, was float32), which was"
            " set back"
        ),
    )
