"""What a server does on every commit: `action.yml`, `ci.sh`, and what docs/ci.md has to paste."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
import yaml

from rnnbench.catalogue import Catalogue
from rnnbench.cli.main import cli
from rnnbench.project import KINDS, Kind, Names, write_project
from rnnbench.suite import read_suite
from tests.builders.action import ACTION, BASH, EXPRESSION, Job
from tests.builders.new import installed
from tests.builders.pages import fenced

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "ci.md").read_text()
BLOCKS = fenced(PAGE)
(SCRIPT,) = [text for language, text in BLOCKS if language == "bash"]
PASTED: list[dict[str, Any]] = [yaml.safe_load(text) for kind, text in BLOCKS if kind == "yaml"]
BY_ACTION, SPELLED_OUT, GITLAB = PASTED
RESTORE, DECIDE, KEEP = ACTION["runs"]["steps"]
FIRST_EVER = "There is no baseline yet, so nothing was compared."


# The three places that have the script, and the page


def project(kind: Kind, folder: Path) -> Path:
    """A project as `rnnbench new` writes it."""
    write_project(kind, Names("my-cell"), folder)
    return folder


def test_the_action_the_page_and_new_projects_have_one_script(tmp_path: Path) -> None:
    """To the letter; in the action without the lines that describe it."""
    made = project("cell", tmp_path / "project")
    assert (made / "ci.sh").read_text() == SCRIPT
    head, body = SCRIPT.split("\n\n", 1)
    assert all(line.startswith("#") for line in head.splitlines())
    assert DECIDE["run"] == body


def test_the_page_shows_the_workflow_and_the_suite_of_a_new_project(tmp_path: Path) -> None:
    """The job that compares, step by step, and its suite, which can be read."""
    made = project("cell", tmp_path / "project")
    written = yaml.safe_load((made / ".github" / "workflows" / "ci.yml").read_text())
    assert written["jobs"]["compare"] == SPELLED_OUT["jobs"]["compare"]
    (shown,) = [text for language, text in BLOCKS if language == "toml"]
    assert (made / "ci.toml").read_text() == shown
    (tmp_path / "ci.toml").write_text(shown.replace("my-cell", "lstm"))
    assert len(read_suite(str(tmp_path / "ci.toml"), Catalogue.present()).cells) == 2


def test_the_table_of_the_page_has_every_input_and_every_variable() -> None:
    """Each input of the action beside the variable through which the script has it."""
    rows = re.findall(r"^\| (?:`([\w-]+)` )?\| (?:`(\w+)` )?\|", PAGE, re.MULTILINE)
    assert {name for name, _ in rows if name} == set(ACTION["inputs"])
    assert {variable for _, variable in rows if variable} == set(DECIDE["env"])
    assert set(BY_ACTION["jobs"]["compare"]["steps"][-1]["with"]) <= set(ACTION["inputs"])


def words_of_commands() -> list[list[str]]:
    """The commands of rnnbench in the script and in all that is pasted, word by word."""
    texts = [SCRIPT, *(text for language, text in BLOCKS if language == "yaml")]
    lines = chain.from_iterable(text.replace("\\\n", " ").splitlines() for text in texts)
    found = [re.search(r"(?:^|run: |- )\s*rnnbench ((?:run|gate|ab)\b.*)", line) for line in lines]
    commands = [re.split(r"[ {}()]+", match[1]) for match in found if match]
    assert len(commands) == 3
    return commands


@pytest.mark.parametrize("words", words_of_commands(), ids=lambda words: words[0])
def test_every_command_and_option_that_is_pasted_exists(words: list[str]) -> None:
    """Also those that are typed only where a variable is set."""
    command: click.Command = cli
    context = click.Context(cli)
    while isinstance(command, click.Group):
        found = command.get_command(context, words.pop(0))
        assert found
        command = found
    known = set(chain.from_iterable(parameter.opts for parameter in command.params))
    typed = set(re.findall(r"--[a-z][a-z-]*", "\n".join(words)))
    assert typed <= known
    assert len(typed) >= 2


def test_no_input_is_written_into_a_command() -> None:
    """A shell gets them as variables; only GitHub's own actions are used, by their major version."""
    jobs = [BY_ACTION["jobs"]["compare"], SPELLED_OUT["jobs"]["compare"]]
    steps = list(chain.from_iterable(part["steps"] for part in (ACTION["runs"], *jobs)))
    assert [step["run"] for step in steps if EXPRESSION.search(step.get("run", ""))] == []
    used = {step["uses"] for step in steps if "uses" in step} - {"OWNER/rnnbench@main"}
    assert used
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", name) for name in used)


@pytest.mark.parametrize(
    ("schema", "documents"),
    [
        ("github-actions", (ACTION,)),
        ("github-workflows", (BY_ACTION, SPELLED_OUT)),
        ("gitlab-ci", (GITLAB,)),
    ],
)
def test_what_is_pasted_is_what_servers_read(
    schema: str, documents: tuple[dict[Any, Any], ...], tmp_path: Path
) -> None:
    """By the schemas that SchemaStore and GitLab publish."""
    files = []
    for number, document in enumerate(documents):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps({str(k).replace("True", "on"): v for k, v in document.items()}))
        files.append(str(file))
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]
    done = subprocess.run([*command, *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


# How it ends


def stub(file: Path, text: str) -> Path:
    """A program of bash."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/usr/bin/env bash\n{text}")
    file.chmod(0o755)
    return file


def typed_by(folder: Path, python: str, **variables: str) -> int:
    """Run the script with this text of bash as its Python, and return how it ended."""
    program = stub(folder / "python", python)
    environment = {"PATH": os.environ["PATH"], "PYTHON": str(program), "SUITE": "s", **variables}
    command = [*BASH, SCRIPT]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True).returncode


def ended(folder: Path, codes: Mapping[str, int], **variables: str) -> tuple[int, list[str]]:
    """How the script ends where its commands end with these codes, and what it typed."""
    cases = "".join(f"{name}) exit {code};;\n" for name, code in codes.items())
    made = 'if [ "$1" = run ]; then mkdir -p "$5/trials"; fi'  # run suite SUITE --output FOLDER
    python = f'shift 2\necho "$*" >> typed\n{made}\ncase $1 in\n{cases}esac\n'
    code = typed_by(folder, python, **variables)
    return code, (folder / "typed").read_text().splitlines()


def with_baseline(folder: Path) -> Path:
    """The folder, where the script finds a baseline in it."""
    (folder / "runs" / "baseline" / "trials").mkdir(parents=True)
    return folder


@pytest.mark.parametrize(
    ("run", "gate", "ab", "variables", "code"),
    [
        (0, 0, 0, {}, 0),
        (1, 3, 0, {}, 3),
        (1, 0, 0, {}, 1),
        (2, 5, 2, {}, 2),
        (0, 4, 0, {}, 4),
        (0, 4, 3, {}, 3),
        (0, 4, 5, {}, 5),
        (0, 0, 4, {}, 4),
        (0, 0, 4, {"UNDECIDED": "pass"}, 0),
        (0, 0, 4, {"WARN_ONLY": "true"}, 0),
        (1, 4, 4, {"UNDECIDED": "pass"}, 1),
        (0, 3, 4, {"UNDECIDED": "pass"}, 3),
        (0, 130, 0, {}, 130),
    ],
)
def test_the_worst_exit_code_counts(
    run: int, gate: int, ab: int, variables: dict[str, str], code: int, tmp_path: Path
) -> None:
    """A regression before all else, undecided after all else, and each command is reached; where
    `ab` leaves no summary, such as for a base that cannot be installed, a sentence stands for it."""
    codes = {"run": run, "gate": gate, "ab": ab}
    found, typed = ended(with_baseline(tmp_path), codes, AB_BASE="origin/main", **variables)
    assert [line.split()[0] for line in typed] == ["run", "gate", "ab"]
    assert found == code
    assert "Times were not compared" in (tmp_path / "runs" / "ci" / "summary.md").read_text()


def test_every_variable_reaches_its_command(tmp_path: Path) -> None:
    """Settings may have stars and stand in several lines; nothing is split or expanded."""
    (tmp_path / "kept" / "trials").mkdir(parents=True)
    variables = {
        "SUITE": "my suite.toml",
        "SETTINGS": "seeds=2\n tasks.*.recipe.epochs=1",
        "BASELINE": "kept",
        "FOLDER": "made",
        "POLICY": "a policy.toml",
        "ON_CHANGE": "ignore",
        "WARN_ONLY": "true",
        "AB_BASE": "HEAD^",
        "AB_MINUTES": "7",
    }
    (tmp_path / "tasks.x.recipe.epochs=1").write_text("a file that the star fits")
    _, (run, gate, ab) = ended(tmp_path, {}, **variables)
    settings = "--set=seeds=2 --set=tasks.*.recipe.epochs=1"
    assert run == f"run suite my suite.toml --output made/run --fresh {settings}"
    policy = "--policy a policy.toml --warn-only"
    assert gate.startswith(f"gate kept made/run --skip-incomparable --on-change ignore {policy} ")
    assert ab.startswith(f"ab my suite.toml --base-ref HEAD^ --minutes 7 {settings} {policy} ")


def test_the_policy_of_a_suite_file_is_used_where_it_has_one(tmp_path: Path) -> None:
    """`rnnbench gate` looks only into suites that are installed."""
    with_baseline(tmp_path)
    (tmp_path / "s").write_text('summary = "no policy"\n')
    assert "--policy" not in ended(tmp_path, {})[1][1]
    (tmp_path / "s").write_text('[gate]\non_change = "ignore"\n')
    assert "--policy s" in ended(tmp_path, {})[1][-1]


@pytest.mark.parametrize(
    ("variables", "code"),
    [({}, 4), ({"RENEW": "true"}, 0), ({"WARN_ONLY": "true"}, 0), ({"UNDECIDED": "pass"}, 0)],
)
def test_without_a_baseline_only_the_main_branch_passes(
    variables: dict[str, str], code: int, tmp_path: Path
) -> None:
    """Elsewhere it is undecided; a sentence says so in either case."""
    found, typed = ended(tmp_path, {}, **variables)
    assert (found, len(typed)) == (code, 1)
    assert (tmp_path / "runs" / "ci" / "summary.md").read_text().startswith(FIRST_EVER)


def test_a_summary_is_cut_where_github_would_refuse_it(tmp_path: Path) -> None:
    """It takes 1 MiB."""
    python = 'if [ "$3" = gate ]; then yes | head -c 3000000 > runs/ci/gate.md; fi'
    summary = tmp_path / "summary"
    typed_by(with_baseline(tmp_path), python, GITHUB_STEP_SUMMARY=str(summary))
    assert (tmp_path / "runs" / "ci" / "gate.md").stat().st_size == 3_000_000
    assert 900_000 < summary.stat().st_size < 1 << 20


# Which artifact is the baseline


def artifact(run: int, branch: str = "main", repository: int = 1, *, expired: bool = False) -> Any:
    """As the API of GitHub lists it."""
    where = {"head_branch": branch, "head_repository_id": repository, "repository_id": 1}
    return {"expired": expired, "workflow_run": {"id": run, **where}}


@pytest.mark.skipif(not shutil.which("jq"), reason="jq, whose language gh speaks, is not installed")
@pytest.mark.parametrize(
    ("artifacts", "run"),
    [
        ([], ""),
        ([artifact(3), artifact(2)], "3"),
        ([artifact(4, branch="other"), artifact(3)], "3"),
        ([artifact(4, repository=2), artifact(3)], "3"),
        ([artifact(4, expired=True)], ""),
    ],
)
def test_the_baseline_is_the_newest_of_the_main_branch_of_this_repository(
    artifacts: list[Any], run: str
) -> None:
    """Not that of another branch, nor of a branch `main` of a fork, nor one that has ended."""
    answer = json.dumps({"artifacts": artifacts})
    command = ["jq", "-r", RESTORE["env"]["NEWEST"]]
    environment = {**os.environ, "MAIN": "main"}
    done = subprocess.run(command, input=answer, env=environment, capture_output=True, text=True)
    assert (done.stdout.strip(), done.returncode) == (run, 0)


@pytest.mark.parametrize(
    ("event", "ref", "renews"),
    [
        ("push", "refs/heads/main", True),
        ("schedule", "refs/heads/main", True),
        ("push", "refs/heads/other", False),
        ("push", "refs/tags/main", False),
        ("pull_request", "refs/pull/1/merge", False),
        ("pull_request_target", "refs/heads/main", False),
    ],
)
def test_only_runs_of_the_main_branch_itself_become_the_baseline(
    event: str, ref: str, renews: bool, tmp_path: Path
) -> None:
    """A `pull_request_target` has the ref of the main branch and may run the code of anybody."""
    job = toy_job(tmp_path, event, ref)
    python = stub(tmp_path / "python", 'mkdir -p "$7/trials"')  # -m rnnbench run suite S --output
    assert job.run(suite="s", python=str(python), undecided="pass") == 0
    assert (job.artifacts / "rnnbench-baseline" / "trials").is_dir() == renews


def test_a_baseline_that_cannot_be_looked_up_fails_the_job(tmp_path: Path) -> None:
    """Nothing is run, and nothing passes."""
    job = toy_job(tmp_path, "pull_request", "refs/pull/1/merge")
    stub(tmp_path / "bin" / "gh", "echo 'HTTP 403: Resource not accessible' >&2; exit 1\n")
    assert job.run(suite="s", python="true", warn_only="true") == 1
    assert "HTTP 403" in job.printed
    assert job.summary == ""


GH = """
if [ "$1" = api ]; then
  if [ -d "$ARTIFACTS/$ARTIFACT" ]; then echo 7; fi
else
  [ "$*" = "run download 7 --repo an/owner --name $ARTIFACT --dir ${!#}" ] && cp -r "$ARTIFACTS/$ARTIFACT" "${!#}"
fi
"""


def toy_job(folder: Path, event: str, ref: str) -> Job:
    """A job in `checkout`, where `gh` finds what earlier jobs have uploaded."""
    checkout = folder / "checkout"
    checkout.mkdir(exist_ok=True)
    stub(folder / "bin" / "gh", GH)
    variables = {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(checkout),
        "PYTHONDONTWRITEBYTECODE": "1",  # sources change within a second
        "RNNBENCH_HOME": str(folder / "home"),
        "ARTIFACTS": str(folder / "artifacts"),
        "GITHUB_EVENT_NAME": event,
        "GITHUB_REF": ref,
        "GITHUB_REPOSITORY": "an/owner",
        "GITHUB_BASE_REF": "",
    }
    github = {"token": "none", "event.repository.default_branch": "main"}
    return Job(checkout, folder / "temporary", folder / "artifacts", variables, github)


# Which commit times are compared with

AB = """
if [ "$3" = ab ]; then echo "$6" > ../base; echo '## rnnbench ab' > "${@: -3:1}"; fi
"""
"""A Python that notes what follows `ab SUITE --base-ref`, where that is reached."""


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose main branch went on after a branch began, and after it was merged for a
    pull request."""
    origin = tmp_path_factory.mktemp("origin")
    git(origin, "init", "-q", "-b", "main")
    for branch, title in (
        ("main", "root"),
        ("main", "began"),
        ("other", "stacked-on"),
        ("main", "faster"),
        ("main", "newest"),
    ):
        written(origin, branch, title)
    for name, start in (("topic", "began"), ("stacked", "stacked-on"), ("idle", "began")):
        git(origin, "branch", name, start)
    written(origin, "topic", "change")
    written(origin, "stacked", "change-of-stacked")
    git(origin, "switch", "-q", "-c", "merged", "faster")
    git(origin, "merge", "-q", "--no-ff", "-m", "Merge change into faster", "topic")
    git(origin, "switch", "-q", "--orphan", "stray")
    written(origin, "stray", "of-its-own")
    return origin


def written(repository: Path, branch: str, title: str) -> None:
    """Commit a file of this name on the branch, and tag the commit with it."""
    if git(repository, "branch", "--show-current") != branch:
        known = git(repository, "branch", "--list", branch)
        git(repository, "switch", "-q", *([] if known else ["-c"]), branch)
    (repository / title).write_text("")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", title)
    git(repository, "tag", title)


def cloned(origin: Path, folder: Path, branch: str, *options: str) -> None:
    """Clone this one branch of a repository into `checkout` in the folder."""
    options = (*options, "--no-tags", "--single-branch", "--branch", branch)
    git(folder, "clone", "-q", *options, f"file://{origin}", "checkout")


@pytest.mark.parametrize("options", [("--depth=1",), ()], ids=["shallow", "full"])
@pytest.mark.parametrize(
    ("branch", "target", "base"),
    [
        ("topic", "", "began"),
        ("merged", "main", "faster"),
        ("stacked", "other", "stacked-on"),
    ],
)
def test_times_are_compared_with_the_commit_at_which_the_branch_began(
    branch: str,
    target: str,
    base: str,
    options: tuple[str, ...],
    origin: Path,
    tmp_path: Path,
) -> None:
    """Not with what the main branch has become, however little of the history was checked out."""
    cloned(origin, tmp_path, branch, *options)
    event = "pull_request" if target else "push"
    job = toy_job(tmp_path, event, "refs/pull/1/merge" if target else f"refs/heads/{branch}")
    job.variables = {**job.variables, "GITHUB_BASE_REF": target}
    python = stub(tmp_path / "python", AB)
    job.run(suite="s", python=str(python), ab_minutes="2")
    assert (tmp_path / "base").read_text().strip() == git(origin, "rev-parse", base), job.printed


@pytest.mark.parametrize(
    ("branch", "inputs", "code", "said"),
    [
        ("stray", {}, 4, "git found no commit that HEAD and main of origin have in common."),
        ("stray", {"warn_only": "true"}, 0, "git found no commit"),
        ("topic", {"main": "trunk"}, 4, "git found no commit that HEAD and trunk of origin have"),
        ("idle", {}, 0, "no file differs from commit"),
    ],
)
def test_without_such_a_commit_times_are_left_out(
    branch: str, inputs: dict[str, str], code: int, said: str, origin: Path, tmp_path: Path
) -> None:
    """Which is undecided, as `ab` itself is; a branch that changes nothing has nothing to time."""
    cloned(origin, tmp_path, branch, "--depth=1")
    (tmp_path / "artifacts" / "rnnbench-baseline" / "trials").mkdir(parents=True)
    job = toy_job(tmp_path, "push", f"refs/heads/{branch}")
    python = stub(tmp_path / "python", AB)
    assert job.run(suite="s", python=str(python), ab_minutes="2", **inputs) == code, job.printed
    assert f"Times were not compared: {said}" in job.summary
    assert not (tmp_path / "base").exists()


@pytest.mark.parametrize(
    ("branch", "variables", "base"),
    [
        ("topic", {"CI_MERGE_REQUEST_DIFF_BASE_SHA": "began"}, "began"),
        ("topic", {}, "began"),
        (
            "merged",
            {
                "CI_MERGE_REQUEST_DIFF_BASE_SHA": "began",
                "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "change",
            },
            "faster",
        ),
    ],
    ids=["its own", "without a merge request", "merged results"],
)
def test_gitlab_compares_times_with_the_commit_at_which_the_branch_began(
    branch: str, variables: dict[str, str], base: str, origin: Path, tmp_path: Path
) -> None:
    """GitLab's variable is the base of the branch; a pipeline of merged results has what main has."""
    cloned(origin, tmp_path, branch, "--depth=1")
    checkout = tmp_path / "checkout"
    (checkout / "ci.sh").write_text(SCRIPT)
    job = GITLAB["rnnbench"]
    rule = job["rules"][0]["variables"]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHON": str(stub(tmp_path / "python", AB)),
        **job["variables"],
        **rule,
        "MAIN": "main",
        **{name: git(origin, "rev-parse", title) for name, title in variables.items()},
    }
    command = [*BASH, "\n".join(job["script"][1:])]
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True)
    assert (tmp_path / "base").read_text().strip() == git(origin, "rev-parse", base), done.stderr
    assert rule["MAIN"] == "$CI_MERGE_REQUEST_TARGET_BRANCH_NAME"


# A toy repository with twelve commits

LAYER = """
import torch

class Toy(torch.nn.Module):
    def __init__(self, inputs, hidden):
        super().__init__()
        self.rnn = torch.nn.RNN(inputs, hidden, batch_first=True)

    def forward(self, x_BTI, state=None):
        y_BTH, state = self.rnn(x_BTI, state)
        return y_BTH, state
"""
COMMENT = LAYER.replace("import torch\n", "import torch  # a comment\n")
LARGER = LAYER.replace("torch.nn.RNN(", "torch.nn.GRU(")
BROKEN = LAYER.replace("return y_BTH, state", "raise RuntimeError('it broke')")
LAST_BITS = LAYER.replace("return y_BTH", "return y_BTH * 1.000001")
PLUGIN = """
import rnnbench

@rnnbench.hookimpl
def rnnbench_cells():
    return [rnnbench.CellSpec("toy", "toy_layer:Toy", "A toy.")]
"""
TOY_SUITE = """
version = 1
summary = "One training of a second."
cells = ["toy"]
seeds = 1
recipe = { tune = false, match = "hidden", hidden_size = 4, batch_size = 4, steps_per_epoch = 2, epochs = 1 }
tasks = [{ name = "adding", horizons = [3], recipe = { validation_examples = 8, test_examples = 8 } }]
"""
FILES = {
    "toy.py": PLUGIN,
    "toy_layer.py": LAYER,
    "ci.toml": TOY_SUITE,
    "toy-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: toy\nVersion: 1\n",
    "toy-1.dist-info/entry_points.txt": "[rnnbench]\ntoy = toy\n",
}
WITHOUT_REPORTS = """
import rnnbench.cli.run
from rnnbench.cli.ending import run_to_the_end
rnnbench.cli.run.make_reports = lambda *_: None
run_to_the_end()
"""
PYTHON = f"""
case $3 in
  run) exec {sys.executable} -c '{WITHOUT_REPORTS}' "${{@:3}}" --no-check ;;  # a third of the time
  ab) [[ "$*" == *" --base-ref $(git rev-parse origin/main) --minutes 2 "* ]] && echo '## rnnbench ab' > "${{@: -3:1}}"
      exit 3 ;;
  *) exec {sys.executable} "$@" ;;
esac
"""


class Commit(NamedTuple):
    """A commit, and how its job ends.

    said:     what the summary contains.
    layer:    the source of the cell; None keeps it.
    is_kept:  whether it is on the main branch, and becomes the baseline.
    """

    title: str
    branch: str
    code: int
    said: str
    layer: str | None = None
    inputs: Mapping[str, str] = {}
    is_kept: bool = False


COMMITS = [
    Commit("first of all", "main", 0, FIRST_EVER, LAYER, is_kept=True),
    Commit("nothing", "main", 0, "rnnbench gate: passed", is_kept=True),
    Commit("a comment", "words", 0, "rnnbench gate: passed", COMMENT),
    Commit("more parameters", "larger", 3, "| parameters | exact |", LARGER),
    Commit("training breaks", "broken", 3, "RuntimeError: it broke", BROKEN),
    Commit("other last bits", "bits", 4, "rnnbench gate: undecided", LAST_BITS),
    Commit("which is meant", "bits", 0, "gate: passed", inputs={"on_change": "ignore"}),
    Commit("times too", "slower", 3, "rnnbench ab", COMMENT, {"ab_minutes": "2"}),
    Commit("merged", "main", 4, "rnnbench gate: undecided", LAST_BITS, is_kept=True),
    Commit("nothing again", "main", 0, "rnnbench gate: passed", is_kept=True),
    Commit("main breaks", "main", 3, "RuntimeError: it broke", BROKEN),
    Commit("main is mended", "main", 0, "rnnbench gate: passed", LAST_BITS, is_kept=True),
]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_twelve_commits_end_as_they_should(tmp_path: Path) -> None:
    """What changes nothing passes; what is worse is a regression, also where the run fails, and the
    main branch is red once and not for ever."""
    checkout = tmp_path / "checkout"
    for name, text in FILES.items():
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text(text)
    git(tmp_path, "init", "-q", "--bare", "origin.git")
    git(checkout, "init", "-q", "-b", "main")
    git(checkout, "commit", "-q", "--allow-empty", "-m", "the root")
    git(checkout, "remote", "add", "origin", f"file://{tmp_path}/origin.git")
    python = stub(tmp_path / "python", PYTHON)
    for commit in COMMITS:
        on_main = commit.branch == "main"
        if on_main or git(checkout, "branch", "--list", commit.branch):
            git(checkout, "switch", "-q", commit.branch)
        else:
            git(checkout, "switch", "-q", "-c", commit.branch, "main")
        if commit.layer:
            (checkout / "toy_layer.py").write_text(commit.layer)
        git(checkout, "add", ".")
        git(checkout, "commit", "-q", "--allow-empty", "-m", commit.title)
        if on_main:
            git(checkout, "push", "-q", "origin", "main")
        ref = "refs/heads/main" if on_main else "refs/pull/1/merge"
        job = toy_job(tmp_path, "push" if on_main else "pull_request", ref)
        before = kept(job)
        code = job.run(suite="ci.toml", python=str(python), **commit.inputs)
        assert code == commit.code, f"{commit.title}\n{job.printed}"
        assert commit.said in job.summary, f"{commit.title}\n{job.summary}\n{job.printed}"
        assert (kept(job) != before) == commit.is_kept, commit.title
    assert len(COMMITS) == 12


def kept(job: Job) -> list[bytes]:
    """The baseline."""
    return [path.read_bytes() for path in sorted(job.artifacts.rglob("*.json"))]


def git(folder: Path, *arguments: str) -> str:
    """What git prints."""
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_new_project_passes_beside_itself(kind: Kind, tmp_path: Path) -> None:
    """With what its workflow sets: first on the main branch, then in a pull request."""
    made = project(kind, tmp_path / "project")
    workflow = yaml.safe_load((made / ".github" / "workflows" / "ci.yml").read_text())
    own = {key: text for key, text in workflow["jobs"]["compare"]["env"].items() if "$" not in text}
    assert own.keys() == {"SUITE"} | ({"SETTINGS"} if kind == "suite" else set())
    environment = {**os.environ, **own, "PYTHON": sys.executable}
    environment["PYTHONPATH"] = str(installed(made, tmp_path))
    environment["RNNBENCH_HOME"] = str(tmp_path / "home")
    for renew, said in (("true", FIRST_EVER), ("false", "rnnbench gate: passed")):
        variables = {**environment, "RENEW": renew}
        done = subprocess.run(
            ["bash", "ci.sh"], cwd=made, env=variables, capture_output=True, text=True
        )
        summary = (made / "runs" / "ci" / "summary.md").read_text()
        assert done.returncode == 0, f"{done.stdout}{done.stderr}\n{summary}"
        assert said in summary
