"""The brand by which processes are known that a run has left behind."""

import os
import subprocess
import sys

import psutil
import pytest

from rnnbench.executors import branding
from rnnbench.executors.branding import brand_of, end_abandoned, own_brand

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="limits of other processes are read on Linux"
)
BRANDED = (
    "from rnnbench.executors.branding import brand_myself; brand_myself({}); import os;"
    " os.execvpe(*{})"
)
SLEEPS = ("/bin/sleep", ["sleep", "1000"], {})


def branded(brand: int) -> psutil.Popen:
    """A process of another program that carries this brand, in a session of its own and without an
    environment."""
    process = psutil.Popen(
        [sys.executable, "-c", BRANDED.format(brand, SLEEPS)], start_new_session=True
    )
    while process.name() != "sleep":
        assert process.poll() is None
    return process


def dead_driver() -> int:
    """The brand of a process that is gone."""
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    brand = branding._brand(gone.pid)
    gone.wait()
    return brand


def test_a_brand_outlives_session_environment_and_program() -> None:
    """And nobody else has it."""
    with branded(own_brand()) as process:
        assert brand_of(process.pid) == own_brand()
        assert brand_of(os.getpid()) == 0
        process.kill()


def test_what_a_dead_driver_has_left_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """What belongs to one that lives, and to one in another namespace, is not."""
    with (
        branded(own_brand()) as living,
        branded(dead_driver()) as dead,
        psutil.Popen(["sleep", "1000"]) as stranger,
    ):
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(branding, "_namespace", lambda pid: str(pid == os.getpid()))
            end_abandoned()
        assert dead.poll() is None
        end_abandoned()
        assert dead.wait(10) != 0
        for process in (living, stranger):
            assert process.poll() is None
            process.kill()
