"""What do kills cost? A small suite is run again and again while its driver, its trials and the
server that forks them are killed or stopped at random moments. Counts what must not happen: results
lost or changed, trials run again, trials that die though nobody killed them, tracebacks, processes
and folders left behind. Run: python benchmarks/kills.py [kills] [seed] [folder]"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from textwrap import dedent
from uuid import uuid4

import msgspec
import psutil

from rnnbench.records import Result, trial_id
from rnnbench.store import Store

MARK = "RNNBENCH_KILLS"
OURS = uuid4().hex
LEFT_BEHIND = str(1_000_000 + os.getpid())
"""Seconds for which a process sleeps that a trial leaves behind; by this number it is known."""
PATIENCE_SECONDS = 120.0
GONE_SECONDS = 10.0
SUITE = """
version = 1
summary = "made to be killed"
cells = ["rnn", "gru", "leaves-a-process"]
seeds = 4
[recipe]
tune = false
parameters = 300
batch_size = 8
steps_per_epoch = 60
epochs = 4
validation_examples = 16
test_examples = 16
[[tasks]]
name = "adding"
horizons = [4, 6]
"""
PLUGIN = f"""
    import subprocess
    import rnnbench
    from torch import nn

    class Leaves(nn.GRU):
        '''Leaves a process that has a session of its own and nothing in its environment.'''
        started = False

        def forward(self, x, state=None):
            if self.training and not Leaves.started:
                Leaves.started = True
                subprocess.Popen(["/bin/sleep", "{LEFT_BEHIND}"], env={{}}, start_new_session=True)
            return super().forward(x, state)

    @rnnbench.hookimpl
    def rnnbench_cells():
        build = lambda i, h: Leaves(i, h, batch_first=True)
        return [rnnbench.CellSpec("leaves-a-process", build, "made to be killed")]
"""
SHARES = {"driver": 0.3, "trial": 0.35, "server": 0.35}
SIGNALS = {
    "driver": [["SIGKILL"]] * 6 + [["SIGTERM"], ["SIGHUP"]],
    "trial": [["SIGKILL"]],
    "server": [["SIGKILL"]] * 3 + [["SIGSTOP"], ["SIGSTOP", "SIGKILL"]],
}
PAUSES = (0.05, 0.5, 2.0, 4.0)
"""Seconds of which a random part is waited for before a kill."""
CODES = (0, 1, 130, -signal.SIGKILL, -signal.SIGTERM, -signal.SIGHUP)
"""Exit codes of drivers that are in place; the last two are of drivers that were ended before they
heard signals."""


@dataclass
class Tally:
    """What was done, and what must be 0."""

    kills: Counter[str] = field(default_factory=Counter)
    drivers: int = 0
    results: int = 0
    faults: Counter[str] = field(default_factory=Counter)


class Round:
    """One run of the suite into a folder of its own, from its first driver to the one that ends it
    undisturbed."""

    def __init__(self, work: Path, number: int, tally: Tally, chance: random.Random) -> None:
        self.folder = work / f"run-{number}"
        self.work = work
        self.tally = tally
        self.chance = chance
        self.seen: dict[str, tuple[int, str]] = {}
        self.trials_killed = 0

    def disturb(self, kills: int) -> int:
        """Start drivers until this many kills were done, or nothing is left to run; how many kills
        there were."""
        done = 0
        while done < kills:
            driver, output = self._start()
            while done < kills and driver.poll() is None:
                done += self._kill(driver)
            code = self._end(driver)
            self._look(code, output)
            if code in (0, 1):
                break
        return done

    def finish(self, reference: dict[str, bytes]) -> None:
        """Run to the end, undisturbed, and count what is left."""
        driver, output = self._start()
        self._look(self._end(driver), output)
        results = list(Store(self.folder).read())
        self.tally.results += len(results)
        killed = [result for result in results if result.status == "killed"]
        self._count("trials that were killed by nobody", max(0, len(killed) - self.trials_killed))
        self._count(
            "results of another status",
            sum(result.status not in ("ok", "killed") for result in results),
        )
        for result in results:
            if result.status == "ok" and reference:
                self._count(
                    "figures that changed", reference[trial_id(result.trial)] != figures(result)
                )
        time.sleep(0.5)
        self._count("processes left", len(processes_left()))
        for process in processes_left():
            with suppress(psutil.Error):
                process.kill()
        left = [
            path.name
            for path in (self.work / "tmp").iterdir()
            if not path.name.startswith("torchinductor_")
        ]
        self._count(f"folders left {left}", len(left))

    def _start(self) -> tuple["subprocess.Popen[bytes]", Path]:
        self.tally.drivers += 1
        output = self.work / "output" / f"{self.tally.drivers}.txt"
        command = [
            sys.executable,
            "-m",
            "rnnbench",
            "run",
            "suite",
            str(self.work / "killed.toml"),
            "-j",
            "2",
        ]
        environment = {
            **os.environ,
            MARK: OURS,
            "TMPDIR": str(self.work / "tmp"),
            "PYTHONPATH": os.pathsep.join(
                [str(self.work / "site"), os.environ.get("PYTHONPATH", "")]
            ),
        }
        with output.open("wb") as file:
            driver = subprocess.Popen(
                [*command, "-o", str(self.folder)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        return driver, output

    def _kill(self, driver: "subprocess.Popen[bytes]") -> int:
        """Send one signal, or two, to something of this driver at a random moment; 0 where it ended
        before."""
        kind = self.chance.choices(list(SHARES), list(SHARES.values()))[0]
        signs = self.chance.choice(SIGNALS[kind])
        pause = self.chance.choice(PAUSES) * self.chance.random()
        while driver.poll() is None and not victims_of(driver.pid)[kind]:
            time.sleep(0.02)
        time.sleep(pause)
        victims = victims_of(driver.pid)[kind]
        if not victims or driver.poll() is not None:
            return 0
        victim = self.chance.choice(victims)
        for sign in signs:
            with suppress(psutil.Error):
                victim.send_signal(signal.Signals[sign])
            time.sleep(0.1)
        self.trials_killed += kind == "trial"
        what = f"{kind} {'+'.join(signs)}"
        self.tally.kills[what] += 1
        print(f"  {self.tally.kills.total()}: driver {self.tally.drivers}, {what}", flush=True)
        return 1

    def _end(self, driver: "subprocess.Popen[bytes]") -> int:
        """Its exit code, once it has ended by itself or was found to hang."""
        try:
            return driver.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._count("drivers that hung", 1)
            driver.kill()
            return driver.wait()

    def _look(self, code: int, output: Path) -> None:
        """After the end of a driver: what was stored before is there unchanged, and what is printed
        is in order."""
        text = output.read_text(errors="replace")
        self._count(f"tracebacks ({output.name})", text.count("Traceback"))
        self._count(f"exit codes out of place: {code} ({output.name})", code not in CODES)
        now = {}
        for path in self.folder.glob("trials/*.json"):
            now[path.name] = (path.stat().st_mtime_ns, sha256(path.read_bytes()).hexdigest())
        for name, before in self.seen.items():
            if name not in now:
                self._count(f"results lost ({name})", 1)
            elif now[name] != before:
                self._count(f"trials with a result run again ({name})", 1)
        self.seen |= now
        self._count("damaged results", len(list(self.folder.glob("trials/*.damaged*"))))
        deadline = time.monotonic() + GONE_SECONDS
        while processes_left() and time.monotonic() < deadline:
            time.sleep(0.1)
        self._count(f"processes that outlived their driver ({output.name})", len(processes_left()))

    def _count(self, fault: str, times: int) -> None:
        if times:
            self.tally.faults[fault] += int(times)
            print(f"  FAULT {fault}: {int(times)}", flush=True)


def victims_of(driver: int) -> dict[str, list[psutil.Process]]:
    """The processes of a driver by what they are."""
    found: dict[str, list[psutil.Process]] = {"driver": [], "server": [], "trial": []}
    with suppress(psutil.Error):
        parent = psutil.Process(driver)
        found["driver"] = [parent]
        for server in parent.children():
            if "executors.server" in " ".join(server.cmdline()):
                found["server"].append(server)
                found["trial"] += [child for child in server.children() if child.name() != "sleep"]
    return found


def processes_left() -> list[psutil.Process]:
    """Processes of the drivers that live: by the mark in their environment, or by how long they
    sleep."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            marked = process.environ().get(MARK) == OURS
            if marked or process.cmdline()[1:] == [LEFT_BEHIND]:
                found.append(process)
    return found


def figures(result: Result) -> bytes:
    """What two runs of a trial share."""
    return msgspec.json.encode(result.learning)


def prepare(work: Path) -> None:
    """The suite, a plugin that leaves processes behind, and a folder for temporary files."""
    for name in ("tmp", "output"):
        shutil.rmtree(work / name, ignore_errors=True)
        (work / name).mkdir(parents=True)
    (work / "killed.toml").write_text(SUITE)
    info = work / "site" / "kills-1.0.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (work / "site" / "plugin_of_kills.py").write_text(dedent(PLUGIN))
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kills\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[rnnbench]\nkills = plugin_of_kills\n")


def main(kills: int, seed: int, work: Path) -> int:
    """Disturb until that many kills were done; the number of faults."""
    chance = random.Random(seed)
    tally = Tally()
    prepare(work)
    first = Round(work, 0, tally, chance)
    first.finish({})
    reference = {trial_id(result.trial): figures(result) for result in Store(first.folder).read()}
    number = 0
    while tally.kills.total() < kills:
        number += 1
        round_ = Round(work, number, tally, chance)
        round_.disturb(kills - tally.kills.total())
        round_.finish(reference)
        faults = sum(tally.faults.values())
        print(
            f"round {number}: {tally.kills.total()} kills, {tally.drivers} drivers, {tally.results}"
            f" results, {faults} faults",
            flush=True,
        )
    for kind, count in sorted(tally.kills.items()):
        print(f"{kind}: {count}")
    for fault, count in sorted(tally.faults.items()):
        print(f"FAULT {fault}: {count}")
    print(f"{tally.kills.total()} kills, seed {seed}: {sum(tally.faults.values())} faults")
    return sum(tally.faults.values())


if __name__ == "__main__":
    given = dict(enumerate(sys.argv[1:]))
    faults = main(
        int(given.get(0, "200")),
        int(given.get(1, "0")),
        Path(given.get(2) or mkdtemp(prefix="kills-")).absolute(),
    )
    sys.exit(1 if faults else 0)
