"""How do the parts of `rnnbench report` grow with the number of results, from reading to the page?

Nothing is run: `report_run.py` writes results as if it had been. Each part is measured in a process
of its own, in seconds of CPU of all its processes. Run: python benchmarks/report.py [trainings ...]
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from time import process_time, sleep

import psutil
from report_run import SIZES, write

from rnnbench.catalogue import Catalogue
from rnnbench.driver import open_run, read_run, record_look, render
from rnnbench.records import encode

EVERY_SECONDS = 0.05
MEGABYTE = 1e6


def _use_compiled_modules(folder: str) -> None:
    """Have all processes read compiled modules from here, as those of an installed package do."""
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["PYTHONPYCACHEPREFIX"] = folder
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with TemporaryDirectory() as name:
        write(Path(name), min(SIZES))
        _run("parts", Path(name))


def measure(trainings: int) -> None:
    """Print the seconds by part, the peak memory and the size of the page of one run."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        results = write(folder, trainings)
        parts = json.loads(_run("parts", folder))
        seconds, peak_bytes = _whole(folder)
        page = folder / "report" / "index.html"
        page_bytes = page.stat().st_size if page.exists() else 0
    listed = ", ".join(f"{part} {spent:.2f}" for part, spent in parts.items())
    print(
        f"{trainings:>6} trainings, {results} results: {listed}; in all {seconds:.1f} s of CPU,"
        f" {peak_bytes / MEGABYTE:.0f} MB at most, page {page_bytes / MEGABYTE:.1f} MB",
        flush=True,
    )


def _run(*arguments: str | Path) -> str:
    command = [sys.executable, __file__, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _whole(folder: Path) -> tuple[float, float]:
    """CPU seconds of the command with its processes, and the most memory that they share."""
    command = [sys.executable, "-m", "rnnbench", "report", str(folder)]
    before = _children()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        peaks = [0.0]
        watcher = Thread(target=_watch, args=(process.pid, peaks))
        watcher.start()
        process.wait()
        watcher.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return _children() - before, peaks[0]


def _watch(pid: int, peaks: list[float]) -> None:
    """Note the largest sum of resident memory of a process and those that it started."""
    while True:
        try:
            processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
            peaks[0] = max(peaks[0], sum(each.memory_info().rss for each in processes))
        except psutil.Error:
            if not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie":
                return
        if psutil.pid_exists(pid) and psutil.Process(pid).status() == "zombie":
            return
        sleep(EVERY_SECONDS)


def _children() -> float:
    """CPU seconds of the processes that ended and were waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def parts_of(folder: Path) -> dict[str, float]:
    """Seconds of CPU from the start of this process on, by part."""
    spent = {}
    clock = process_time()
    spent["starting"] = clock

    def lap(part: str) -> None:
        nonlocal clock
        now = process_time()
        spent[part] = now - clock
        clock = now

    contents = read_run(open_run(folder))
    lap("reading")
    findings = contents.findings
    lap("findings")
    record_look(folder, findings)
    lap("look")
    encode(findings)
    lap("encoding")
    catalogue = Catalogue.present()
    lap("catalogue")
    output = folder / "parts"
    output.mkdir(exist_ok=True)
    for report in catalogue.reports.values():
        if report.item.on_request:
            continue
        before = _children()
        render([report], findings, output)
        lap(report.item.name)
        spent[report.item.name] += _children() - before
    return spent


if __name__ == "__main__":
    if sys.argv[1:2] == ["parts"]:
        print(json.dumps(parts_of(Path(sys.argv[2]))))
    else:
        with TemporaryDirectory() as compiled:
            _use_compiled_modules(compiled)
            for number in map(int, sys.argv[1:] or SIZES):
                measure(number)
