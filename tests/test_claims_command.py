"""Claims from the command line: listed, shown, run, decided, reported."""

import json
from collections import Counter
from pathlib import Path

import pytest
from torch import nn

from rnnbench.campaign import Progress
from rnnbench.catalogue import Catalogue
from rnnbench.cli.run import print_summary
from rnnbench.model import count_parameters
from rnnbench.records import SeedRule, Shape
from rnnbench.runner.cost.subjects import hidden_size
from rnnbench.suite import Choices, read_suite
from tests.builders.cli import rnnbench
from tests.builders.pages import fenced
from tests.conftest import MakePlugin

TINY = """
version = 1
summary = "claims of a test"
seeds = 7

[recipe]
tune = false
learning_rate = 0.02
parameters = 400
steps_per_epoch = 3
epochs = 2
validation_examples = 16
test_examples = 16

[[claims]]
name = "gru-smaller"
sentence = "A GRU is smaller than an LSTM."
core = true

[[claims.readings]]
cells = ["gru", "lstm"]
figure = "parameters"
at_most = 0.8
shapes = [{ steps = 3, batch = 2, hidden = 4, inputs = 4 }, { steps = 3, batch = 2, parameters = 400, inputs = 4 }]

[[claims]]
name = "nobody-learns"
sentence = "Nobody learns anything in two epochs."

[[claims.readings]]
cells = ["rnn"]
figure = "solved"
at_most = 0.5
shares = [1.0]
tasks = [{ name = "adding", horizons = [10] }]

[[claims]]
name = "warp-learns"
sentence = "The warp cell learns."

[[claims.readings]]
cells = ["warp-cell"]
figure = "solved"
at_most = 0.5
tasks = [{ name = "adding", horizons = [10] }]
"""


@pytest.mark.draws
def test_a_run_prints_verdicts_and_writes_them_down(tmp_path: Path) -> None:
    """A line a claim, verbosely a line a condition too; Markdown, a table with the ids of results, a forest
    plot, and a page. Made again from the folder alone, all is the same."""
    (tmp_path / "tiny.toml").write_text(TINY)
    done = rnnbench("run", "suite", "tiny.toml", "-v", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "MIXED  A GRU is smaller than an LSTM." in lines
    (told,) = [line for line in lines if line.startswith("  gru-smaller: ")]
    assert "The claim holds with equal hidden. The claim fails with equal parameters." in told
    assert any("= 4 I=4" in line or "H=4 I=4" in line for line in lines)
    assert "SUPPORTED  Nobody learns anything in two epochs." in lines
    assert "    + task adding, horizon 10: 0 [0 to 0.41], n = 7, p = 0.016" in lines
    assert "    no such cell: warp-cell" in lines
    assert f"Figure: {Path('runs/tiny/report/claims-forest.svg')}" in lines
    report = tmp_path / "runs" / "tiny" / "report"
    page = (report / "claims.md").read_text()
    ids = [path.stem for path in (tmp_path / "runs" / "tiny" / "trials").glob("*.json")]
    assert len(ids) == 7 + 4
    table = (report / "claims-trials.csv").read_text()
    assert all(f",{identity}\n" in table for identity in ids)
    assert not any(identity in page for identity in ids)
    assert "**supported**" in page
    assert "![" in page
    assert "A GRU is smaller than an LSTM." in (report / "claims-forest.svg").read_text()
    assert (report / "claims-forest.svg").stat().st_size > 5_000
    html = (report / "index.html").read_text()
    assert 'class="pill supported"' in html
    assert "<svg" in html[html.index('id="claim-of-gru-smaller"') :]
    before = {path.name: path.read_bytes() for path in report.iterdir() if path.suffix != ".html"}
    again = rnnbench("report", "runs/tiny", cwd=tmp_path)
    assert again.returncode == 0
    told = again.stdout.splitlines()
    assert "MIXED  A GRU is smaller than an LSTM." in told
    assert "3 claims: 1 mixed, 1 supported, 1 untested." in told
    assert not any(line.startswith(" ") for line in told)
    assert {
        path.name: path.read_bytes() for path in report.iterdir() if path.suffix != ".html"
    } == before


def test_a_dry_run_says_which_claims_have_too_few_seeds(tmp_path: Path) -> None:
    """Before anything is spent; what is counted needs none, and seeds are added up to what each
    claim allows."""
    (tmp_path / "tiny.toml").write_text(TINY)
    few = "few   nobody-learns: 6 seeds carry no verdict, 7 can"
    done = rnnbench("run", "suite", "tiny.toml", "--seeds", "6", "--dry-run", cwd=tmp_path)
    assert [line for line in done.stdout.splitlines() if line.startswith("few")] == [few]
    for enough in (("--seeds", "7"), ("--until-decided",)):
        said = rnnbench("run", "suite", "tiny.toml", *enough, "--dry-run", cwd=tmp_path).stdout
        assert "few " not in said
        assert "warp-learns is not tested whole: no such cell: warp-cell" in said
    assert "then  more seeds, until each claim is decided, at 10, 15, 20, 25, 30 at most" in said


def test_a_part_of_the_claims_is_run_into_the_same_folder(tmp_path: Path) -> None:
    """The core first, then one by its name; the report knows both."""
    (tmp_path / "tiny.toml").write_text(TINY)
    assert rnnbench("run", "suite", "tiny.toml", "--core", cwd=tmp_path).returncode == 0
    assert len(list((tmp_path / "runs" / "tiny" / "trials").glob("*.json"))) == 4
    done = rnnbench(
        "run", "suite", "tiny.toml", "--claim", "nobody-learns", "--until-decided", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "MIXED  A GRU is smaller than an LSTM." in done.stdout
    assert "Nobody learns anything in two epochs." in done.stdout
    assert "\n10 trials: 0 kept from before, 10 ok." in done.stdout


def test_a_task_of_several_claims_is_shown_once(tmp_path: Path) -> None:
    """Whatever recipes it is tried under."""
    tasks = json.loads(rnnbench("show", "claims", "--json", cwd=tmp_path).stdout)["suite"]["tasks"]
    assert len(set(tasks)) == len(tasks) > 10


def test_the_count_of_trials_is_never_below_what_there_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Seeds that were added in an earlier run are kept in a later one."""
    print_summary(Progress(total=18, kept=Counter(ok=54)))
    assert "54 trials: 54 kept from before, nothing new." in capsys.readouterr().out


def test_claims_of_other_plugins_are_taken_in(tmp_path: Path, make_plugin: MakePlugin) -> None:
    """They are listed with their origin, can be shown, and belong to the suite `claims`; a file
    that is wrong is a line that says so."""
    (tmp_path / "theirs.toml").write_text(TINY)
    (tmp_path / "broken.toml").write_text(TINY.replace("sentence", "sentense"))
    make_plugin(
        f"""
        from pathlib import Path
        import rnnbench

        @rnnbench.hookimpl
        def rnnbench_claims():
            return [Path({str(tmp_path / "theirs.toml")!r}), Path({str(tmp_path / "broken.toml")!r})]
        """,
        distribution="my-claims",
    )
    listed = json.loads(rnnbench("list", "claims", "--json", cwd=tmp_path).stdout)
    by_name = {row["name"]: row for row in listed}
    assert by_name["gru-smaller"]["origin"] == "my-claims 1.2.3"
    assert by_name["gru-fewer-epochs"]["origin"].startswith("rnnbench ")
    assert (
        "BROKEN: broken.toml: claims[0]: no key called 'sentense'" in by_name["broken"]["summary"]
    )
    shown = rnnbench("show", "nobody-learns", cwd=tmp_path).stdout
    assert "  solved: rnn, at most 0.5\n    task adding, horizon 10\n" in shown
    (tmp_path / "broken.toml").write_text("version = 1\nsummary = 'none'\n")
    suite = json.loads(rnnbench("show", "claims", "--json", cwd=tmp_path).stdout)["suite"]
    assert {"gru-smaller", "gru-fewer-epochs"} <= set(suite["claims"])


@pytest.mark.parametrize("arguments", [("--core",), ("--until-decided",), ("--claim", "any")])
def test_a_suite_without_claims_says_so(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Rather than run something else."""
    done = rnnbench("run", "suite", "smoke", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "smoke.toml: the suite has no claims" in done.stderr


def test_a_budget_at_a_shape_gives_each_cell_its_hidden_size() -> None:
    """The nearest to it, under the cell's constraints."""
    budget = Shape(parameters=5_000, inputs=16)
    for layer, multiple in ((nn.GRU, 1), (nn.LSTM, 4)):
        size = hidden_size(budget, lambda hidden, layer=layer: layer(16, hidden), multiple)
        miss = {
            h: abs(count_parameters(layer(16, h)) - 5_000) for h in range(multiple, 80, multiple)
        }
        assert size == min(miss, key=miss.__getitem__)
    assert hidden_size(Shape(hidden=7), lambda hidden: nn.GRU(1, hidden)) == 7


def test_the_claim_of_the_docs_is_a_good_one(tmp_path: Path) -> None:
    """Every key and name of it; two conditions."""
    page = (Path(__file__).parent.parent / "docs" / "your-claim.md").read_text()
    ((_, text),) = fenced(page)
    (tmp_path / "chrono.toml").write_text(text)
    suite = read_suite(
        str(tmp_path / "chrono.toml"), Catalogue.present(), Choices(until_decided=True)
    )
    (claim,) = suite.claims
    assert [side.cell.row for side in claim.sides] == ["lstm chrono=40.0", "lstm"] * 2
    assert (claim.by_rule, suite.until_decided) == ((10, 15, 20), SeedRule(10, 5, 20))
