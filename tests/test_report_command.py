"""`rnnbench report` of several folders, of a folder of runs, in a browser, and while a run goes
on."""

import csv
import json
import re
import shutil
import webbrowser
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from shlex import quote

import pytest
from markupsafe import escape
from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.cli import watching
from rnnbench.cli.exporting import OF_RESULTS
from rnnbench.cli.report import report
from rnnbench.combine import Combined
from rnnbench.executors.running import without_run
from rnnbench.overview import read_runs, write_overview
from rnnbench.records import CellUse, Result
from tests.builders.gate import KEPT, written
from tests.builders.inside import rnnbench_here
from tests.builders.readme import ROOT
from tests.builders.records import learning_trial


@pytest.fixture
def no_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings are written as JSON, and no page is drawn."""

    def render(reports: object, findings: object, folder: Path) -> list[object]:
        (folder / "index.html").write_text("drawn")
        return []

    monkeypatch.setattr("rnnbench.driver.reporting.render", render)


def smoke(folder: Path, seeds: tuple[int, ...] = (0, 1)) -> Path:
    """A run of the smoke suite, with these seeds."""
    results = [result for result in KEPT if getattr(result.trial, "seed", 0) in seeds]
    return written(folder, results)


@pytest.mark.usefixtures("no_rendering")
def test_several_folders_are_one_report(tmp_path: Path) -> None:
    """Written where -o says, and nowhere else; the terminal names the folders and their sizes."""
    smoke(tmp_path / "a", (0,))
    smoke(tmp_path / "b", (1,))
    done = rnnbench_here("report", "a", "b", "./a", "-o", "both", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    findings = json.loads((tmp_path / "both" / "findings.json").read_text())
    assert findings["folders"] == ["a", "b"]
    assert [arm["seeds"] for arm in findings["conditions"][0]["arms"]] == [[0, 1], [0, 1]]
    assert re.search(r"^Combined: a \(\d+ results\), b \(\d+ results\)\.$", done.stderr, re.M)
    assert not list(tmp_path.glob("[ab]/report"))


@pytest.mark.usefixtures("no_rendering")
def test_one_folder_may_be_written_elsewhere_and_is_one_however_it_is_spelt(tmp_path: Path) -> None:
    smoke(tmp_path / "a")
    done = rnnbench_here("report", "a", "./a/", "-o", "elsewhere", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "elsewhere" / "findings.json").read_text())["folders"] == []
    assert not (tmp_path / "a" / "report").exists()


@pytest.mark.parametrize("command", ["report", "export --format csv", "export --format markdown"])
def test_several_folders_need_a_place(tmp_path: Path, command: str) -> None:
    smoke(tmp_path / "a")
    smoke(tmp_path / "b")
    done = rnnbench_here(*command.split(), "a", "b", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "needs a folder to be written to: -o OUT" in done.stderr


def test_several_folders_are_one_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of results have those of both, and tables of verdicts the seeds of both. To write
    results is no look at verdicts, and to write verdicts is one."""
    looks: list[int] = []

    def record(combined: Combined) -> list[str]:
        looks.append(len(combined.parts))
        return []

    monkeypatch.setattr(Combined, "record_look", record)
    smoke(tmp_path / "a", (0,))
    smoke(tmp_path / "b", (1,))
    done = rnnbench_here("export", "a", "b", "--format", "csv", "-o", "both", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("Combined: a (")
    with (tmp_path / "both" / "results-trials.csv").open() as table:
        rows = list(csv.DictReader(table))
    assert sorted({row["seed"] for row in rows if row["phase"] == "evaluation"}) == ["0", "1"]
    assert len(rows) == len(KEPT)
    assert looks == []
    done = rnnbench_here("export", "a", "b", "--format", "markdown", "-o", "both", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "| gru | 0/2 |" in (tmp_path / "both" / "tables.md").read_text()
    assert looks == [2]


def test_a_folder_without_a_run_among_several_is_refused(tmp_path: Path) -> None:
    smoke(tmp_path / "a")
    done = rnnbench_here("report", "a", "nowhere", "-o", "out", cwd=tmp_path)
    assert done.returncode == 2
    assert "nowhere: there is no run here (no folder 'trials')" in done.stderr


@pytest.mark.usefixtures("no_rendering")
def test_the_page_is_opened_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its address; a machine without a browser is told where it lies."""
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: not opened.append(address))
    folder = smoke(tmp_path / "a run")
    page = folder / "report" / "index.html"
    done = rnnbench_here("report", "a run", "--open", cwd=tmp_path)
    assert (done.returncode, opened) == (0, [page.as_uri()])
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    done = rnnbench_here("report", "a run", "--open", cwd=tmp_path)
    assert done.returncode == 0
    assert "No browser could be opened; the page is a run/report/index.html." in done.stderr


def interrupted_after(*steps: Callable[[], object]) -> Callable[[float], None]:
    """A pause in which the next of these things happens; Ctrl-C is typed behind the last one."""
    left = list(steps)

    def pause(seconds: float) -> None:
        assert seconds >= watching.PAUSE_SECONDS
        if not left:
            raise KeyboardInterrupt
        left.pop(0)()

    return pause


@pytest.mark.usefixtures("no_rendering")
def test_a_watched_run_is_reported_again_when_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before there is a run with a result, and not where nothing came; it ends as interruptions
    do, and opens the page once."""
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: not opened.append(address))
    steps = (
        lambda: written(tmp_path / "run", []),
        lambda: smoke(tmp_path / "run", (0,)),
        lambda: None,
        lambda: smoke(tmp_path / "run", (1,)),
    )
    monkeypatch.setattr(watching, "sleep", interrupted_after(*steps))
    done = rnnbench_here("report", "run", "--watch", "--open", cwd=tmp_path)
    assert done.returncode == 130
    assert "run does not exist yet; the report is made when it holds results." in done.stderr
    counts = re.findall(r"^\d\d:\d\d:\d\d  (\d+) results, made in", done.stdout, re.M)
    assert counts == [str(len(KEPT) - 4), str(len(KEPT))]
    assert len(opened) == 1


def overview(folder: Path) -> str:
    done = rnnbench_here("report", str(folder), cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"Page of runs: {folder / 'index.html'}\n"
    return (folder / "index.html").read_text()


def of_day(results: tuple[Result, ...], day: int) -> list[Result]:
    return [replace(result, started=f"2026-01-{day:02}T10:00:00+00:00") for result in results]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Runs of several days, one of them with a report, beside a folder that is none, and a file."""
    folder = tmp_path / "runs"
    written(folder / "first", of_day(KEPT, 1))
    written(folder / "third & last", of_day(KEPT, 3))
    cells = [CellUse(name="gru", label=f"<b>gru</b> {number}") for number in range(9)]
    failed = [without_run(learning_trial(cell=cell), "error", "no luck") for cell in cells]
    older = without_run(learning_trial(suite_version=0), "error", "no luck")
    written(folder / "second", of_day((*failed, older), 2))
    (folder / "second" / "trials" / "broken.json").write_text("{")
    (folder / "notes").mkdir()
    (folder / "todo.txt").write_text("")
    made = folder / "third & last" / "report"
    made.mkdir()
    (made / "index.html").write_text("a report")
    (made / "findings.json").write_text(json.dumps(REPORT))
    return folder


HEADLINE = "gru is ahead in 2 of 3 settings."
REPORT = {"suite_version": 1, "counts": {"ok": len(KEPT)}, "headline": HEADLINE}


def test_a_folder_of_runs_has_a_page_with_a_line_for_each(runs: Path) -> None:
    """The newest first, with what its report says and a link to it, or the command that makes it;
    results of older versions and unreadable files are counted."""
    page = overview(runs)
    names = re.findall(r'<th scope="row">\s*(?:<a href="(.*?)">)?([^<\n]*)', page)
    assert names == [
        ("third%20%26%20last/report/index.html", "third &amp; last"),
        ("", "second"),
        ("", "first"),
    ]
    assert HEADLINE in page
    assert f"rnnbench report {runs / 'first'} makes it." in page
    assert "9 error, 1 unreadable, 1 of older versions" in page
    assert f"{len(KEPT)} ok" in page
    assert (runs / "third & last" / "report" / "index.html").is_file()


def test_the_page_of_runs_fetches_and_runs_nothing_and_escapes(runs: Path) -> None:
    """It is light and dark, and has no script."""
    page = overview(runs)
    assert "<script" not in page
    assert "prefers-color-scheme: dark" in page
    assert not re.search(r"""(src|href)=["']?(https?:|//)|@import|url\(""", page)
    assert "<b>gru</b>" not in page
    assert "&lt;b&gt;gru&lt;/b&gt; 0" in page
    assert "and 3 more" in page


def test_what_is_no_run_is_left_out_with_a_sentence(runs: Path) -> None:
    """A file is no folder, and is passed over; a run is not."""
    written(runs / "empty", [])
    done = rnnbench_here("report", str(runs), cwd=runs)
    assert done.stderr.splitlines() == [
        f"{runs / 'empty'}: left out, since it holds no result that can be read.",
        f"{runs / 'notes'}: left out, since it is no run (no folder 'trials').",
    ]


def test_a_report_that_is_older_than_results_is_called_so(runs: Path) -> None:
    (file,) = runs.glob("*/report/findings.json")
    file.write_text(json.dumps({**REPORT, "counts": {"ok": 5}}))
    assert "The report is of 5 trials of version 1." in overview(runs)
    file.write_text("{")
    command = escape(f"rnnbench report {quote(str(runs / 'third & last'))} makes it.")
    assert str(command) in overview(runs)


def test_the_page_of_runs_may_lie_elsewhere_and_looks_at_nothing(
    runs: Path, tmp_path: Path
) -> None:
    """Links lead there from where it lies; no look is recorded, since no verdict is made."""
    done = rnnbench_here("report", str(runs), "-o", "pages/here", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "pages" / "here" / "index.html").read_text()
    assert 'href="../../runs/third%20%26%20last/report/index.html"' in page
    assert not list(runs.glob("*/looks"))


def test_the_headline_is_that_of_the_report(runs: Path) -> None:
    """A report from before headlines is to be made again."""
    assert read_runs(runs)[0][0].headline == REPORT["headline"]
    (file,) = runs.glob("*/report/findings.json")
    file.write_text(json.dumps({**REPORT, "headline": ""}))
    assert read_runs(runs)[0][0].headline.endswith("makes it again.")


def test_a_folder_of_runs_is_not_watched_and_one_without_runs_is_none(runs: Path) -> None:
    done = rnnbench_here("report", str(runs), "--watch", cwd=runs)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--watch takes a run" in done.stderr
    for name in ("first", "second", "third & last"):
        shutil.rmtree(runs / name)
    done = rnnbench_here("report", str(runs), cwd=runs)
    assert done.returncode == 2
    assert "there is no run here (no folder 'trials')" in done.stderr


def test_a_page_that_cannot_be_written_is_an_error(runs: Path) -> None:
    (runs / "index.html").mkdir()
    done = rnnbench_here("report", str(runs), cwd=runs)
    assert done.returncode == 2
    assert f"{runs / 'index.html'}: cannot be written: " in done.stderr


def test_runs_keep_their_page_when_both_are_moved(runs: Path, tmp_path: Path) -> None:
    """Links are relative."""
    found, _ = read_runs(runs)
    write_overview(found, "runs", runs)
    shutil.move(runs, tmp_path / "moved")
    (link,) = re.findall(r'<a href="(.*?)">', (tmp_path / "moved" / "index.html").read_text())
    assert (tmp_path / "moved" / link.replace("%20", " ").replace("%26", "&")).is_file()


def test_the_page_on_reports_names_every_format_and_option() -> None:
    """Of those that come with rnnbench, and of the command."""
    page = (ROOT / "docs" / "reports.md").read_text()
    table = page[page.index("## Formats") :]
    ours = {
        name
        for name, contribution in Catalogue.present().reports.items()
        if contribution.plugin.distribution == "rnnbench" and contribution.item.on_request
    }
    assert {name for name in (*ours, *OF_RESULTS) if f"`{name}`" not in table} == set()
    options = chain.from_iterable(parameter.opts for parameter in report.params)
    asked = {option for option in options if option.startswith("--")} - {"--output"}
    assert {option for option in asked if f"{option}`" not in page} == set()


def test_figures_are_written_in_a_style(tmp_path: Path) -> None:
    """As vectors, as wide as a column of a paper, beside the report."""
    smoke(tmp_path / "a")
    done = rnnbench_here("report", "a", "--style", "paper", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "a" / "report" / "paper"
    drawn = (folder / "learning-curves-adding.svg").read_text()
    points = float(re.search(r'width="([\d.]+)pt"', drawn)[1])  # type: ignore[index]
    assert points == pytest.approx(72 * 3.25)
    assert (folder / "learning-curves-adding.pdf").read_bytes().startswith(b"%PDF")
    files = len(list(folder.iterdir()))
    assert f"Figures: {files} files in " in done.stdout
