"""What results and reports say of the accelerator; torch's answers are made up here."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import torch
from msgspec.structs import replace

from rnnbench import environment
from rnnbench.catalogue import Catalogue
from rnnbench.cli.doctor import PROBE
from rnnbench.compare import compare
from rnnbench.findings import find
from rnnbench.notebook.frames import frame
from rnnbench.records import Machine, Recipe, Result
from rnnbench.runner import run_trial
from rnnbench.store import Store
from rnnbench.tables import COSTS, TRIALS
from rnnbench.training import checkpoint
from tests.builders.compare import of as run_of
from tests.builders.findings import learned, with_provenance
from tests.builders.records import learning_trial
from tests.builders.rendering import run_main

SMALL = Recipe(parameters=500, epochs=1, steps_per_epoch=2, batch_size=256)


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    """A torch that has started CUDA, and that can compute nothing on it."""
    monkeypatch.setattr("torch.cuda.is_initialized", lambda: True)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.cuda.get_device_name", lambda: "Abacus 200")
    monkeypatch.setattr("torch.version.cuda", "13.0")
    monkeypatch.setattr("torch.backends.cudnn.version", lambda: 91002)


@pytest.mark.usefixtures("cuda")
def test_a_trial_on_cuda_records_its_accelerator_and_the_libraries() -> None:
    """By the name that the driver gives, and the versions that torch was built for."""
    provenance = run_trial(learning_trial(device="cuda", recipe=SMALL)).provenance
    assert provenance.machine.accelerator == "Abacus 200"
    assert (provenance.versions["cuda"], provenance.versions["cudnn"]) == ("13.0", "9.10.2")


@pytest.mark.usefixtures("cuda")
def test_a_trial_on_the_processor_records_no_accelerator() -> None:
    """Also where there is one, and where CUDA was started."""
    provenance = run_trial(learning_trial(recipe=SMALL)).provenance
    assert provenance.machine.accelerator == ""
    assert not {"cuda", "cudnn"} & provenance.versions.keys()


@pytest.mark.parametrize(("number", "version"), [(8902, "8.9.2"), (91002, "9.10.2"), (None, None)])
@pytest.mark.usefixtures("cuda")
def test_the_version_of_cudnn_is_in_the_usual_form(
    number: int | None, version: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Version 9 has a longer number than those before; a torch without cuDNN has none."""
    monkeypatch.setattr("torch.backends.cudnn.version", lambda: number)
    provenance = run_trial(learning_trial(device="cuda", recipe=SMALL)).provenance
    assert provenance.versions.get("cudnn") == version


def test_the_description_of_the_machine_starts_no_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server that forks trials asks for it, and CUDA does not survive a fork."""
    started: list[str] = []
    monkeypatch.setattr("torch.cuda.get_device_name", lambda: started.append("named") or "")
    monkeypatch.setattr("torch.cuda._lazy_init", lambda: started.append("started"))
    assert environment.machine.__wrapped__().accelerator == ""
    assert run_trial(learning_trial(device="cuda", recipe=SMALL)).provenance.machine
    assert started == []


def test_a_checkpoint_on_the_processor_starts_no_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its states of generators are those that were used; a device that nobody uses has none."""
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.is_initialized", lambda: False)
    monkeypatch.setattr("torch.cuda.get_rng_state_all", lambda: pytest.fail("CUDA was started"))
    assert checkpoint._streams()["cuda"] == []


def test_a_result_from_before_has_no_accelerator() -> None:
    """The format stays as it was."""
    old = {"processor": "P", "cores": 2, "memory_bytes": 1, "system": "none"}
    assert msgspec.convert(old, Machine).accelerator == ""


def on(result: Result, accelerator: str) -> Result:
    """A result from this machine with an accelerator."""
    machine = replace(result.provenance.machine, accelerator=accelerator)
    return with_provenance(result, machine=machine)


def on_two_accelerators() -> list[Result]:
    """Results from one machine, with another accelerator each, and one from the processor."""
    return [on(learned("a", 0), "A1"), on(learned("a", 1), "B2"), learned("a", 2)]


def test_results_from_several_accelerators_are_a_doubt() -> None:
    """The same processor does not make them one machine; what was not recorded is passed over."""
    caveats = find(on_two_accelerators()).caveats
    assert "The results come from several accelerators: A1, B2." in caveats
    assert not any("accelerators" in caveat for caveat in find(on_two_accelerators()[1:]).caveats)


def test_two_runs_on_several_accelerators_differ_in_them() -> None:
    """A comparison lists it among what the runs do not share."""
    base, head, _ = on_two_accelerators()
    comparison = compare(run_of([base]), run_of([head]))
    found = {one.name: (one.base, one.head) for one in comparison.circumstances}
    assert found["accelerator"] == ("A1", "B2")


def test_reports_name_the_accelerator(tmp_path: Path) -> None:
    """Beside the processor, whose other results are of the same machine."""
    findings = find(on_two_accelerators())
    assert [machine.accelerator for machine in findings.machines] == ["A1", "B2"]
    page = Catalogue.present().reports["html"].item.load()(findings, tmp_path)[0].read_text()
    line = page[page.index("<dt>Machines</dt>") :].partition("</dd>")[0]
    assert ", A1; " in line
    assert line.endswith(", B2")


def test_frames_name_the_accelerator() -> None:
    """One a result; empty for the processor."""
    assert list(frame(TRIALS, on_two_accelerators())["accelerator"]) == ["A1", "B2", ""]
    assert "accelerator" in frame(COSTS, on_two_accelerators()).columns


@pytest.mark.usefixtures("cuda")
def test_the_doctor_names_devices_and_libraries(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All that torch sees."""
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    monkeypatch.setattr("torch.cuda.get_device_name", lambda index: f"Abacus {index}")
    exec(PROBE, {})
    told = f"{torch.__version__} on Abacus 0 and Abacus 1 (CUDA 13.0, cuDNN 91002)"
    assert capsys.readouterr().out.strip() == told


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device here")
def test_the_doctor_says_where_there_is_no_device() -> None:
    """In the process in which it asks torch."""
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"{torch.__version__} without a CUDA device"


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
def test_a_real_accelerator_is_recorded() -> None:
    """By its own name, in the process of the trial."""
    provenance = run_trial(learning_trial(device="cuda", recipe=SMALL)).provenance
    assert provenance.machine.accelerator == torch.cuda.get_device_name()
    assert provenance.versions["cuda"] == torch.version.cuda


def test_reproduce_says_that_an_accelerator_may_differ_in_last_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And says it of no trial on the processor."""
    for device, said in (("cpu", False), ("cuda", True)):
        result = learned("gru", 0, device=device)
        again = learned("gru", 0, test=0.25, device=device)
        store = Store(tmp_path / device)
        store.prepare()
        store.write(result)
        monkeypatch.setattr("rnnbench.cli.reproducing.run_one", lambda _, again=again: again)
        assert run_main(monkeypatch, "reproduce", str(tmp_path / device), "adding") == 1
        told = capsys.readouterr().out
        assert "learning.test.mse: stored 0.5, now 0.25" in told
        assert ("may add in another order" in told) == said
