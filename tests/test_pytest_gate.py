"""`pytest --rnnbench-gate BASE`: a test a figure, which passes, fails and skips as the gate does."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from rnnbench.compare import compare, rule
from rnnbench.records import Result
from tests.builders.compare import of
from tests.builders.gate import BASELINE, KEPT, Edit, again, edited, first, is_learned, written

pytest_plugins = ["pytester"]

PARAMETERS = "adding.h4.gru.s0: parameters"


def one_parameter_more(result: Result) -> Result:
    assert result.learning
    return replace(
        result, learning=replace(result.learning, parameters=result.learning.parameters + 1)
    )


def another_loss(result: Result) -> Result:
    assert result.learning
    *before, last = result.learning.curve
    curve = (*before, replace(last, train_loss=last.train_loss + 1e-9))
    return replace(result, learning=replace(result.learning, curve=curve))


def on_another_processor(result: Result) -> Result:
    machine = replace(result.provenance.machine, processor="another one")
    return replace(result, provenance=replace(result.provenance, machine=machine))


def gone(_: Result) -> None:
    return None


def as_it_is(result: Result) -> Result:
    return result


def gated(pytester: pytest.Pytester, head: Path, *options: str) -> pytest.RunResult:
    """Run pytest in an empty folder with the gate."""
    arguments = (f"--rnnbench-gate={BASELINE}", f"--rnnbench-gate-head={head}", *options)
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-rA", *arguments)


def outcomes(done: pytest.RunResult) -> dict[str, list[str]]:
    """The names of the tests by what became of them, from the summary of pytest."""
    found: dict[str, list[str]] = {"PASSED": [], "FAILED": [], "SKIPPED": []}
    for line in done.outlines:
        word, _, rest = line.partition(" ")
        if word in found:
            found[word].append(rest.partition("::")[2])
    return found


def test_each_figure_that_the_gate_judges_is_a_test(pytester: pytest.Pytester) -> None:
    """One for each figure, and one that there was anything to compare. What the gate passes over,
    times of other sessions and learning with two seeds, is skipped."""
    head = written(pytester.path / "head", edited(as_it_is))
    done = gated(pytester, head)
    assert done.ret == 0
    ruling = rule(compare(of(KEPT), of(map(again, KEPT))))
    compared = sum(ruling.compared.values())
    assert done.parseoutcomes() == {"passed": compared + 1, "skipped": 2 + 4}
    names = outcomes(done)["PASSED"]
    assert len(set(names)) == len(names)
    assert {"the baseline", PARAMETERS, "adding.h4.gru.s0: training loss, epoch 2"} <= set(names)
    done.stdout.fnmatch_lines([f"rnnbench gate: {ruling.verdict}. {ruling.sentence}"])


@pytest.mark.parametrize(
    ("edit", "options", "failed", "said"),
    [
        (
            first(one_parameter_more),
            (),
            [PARAMETERS],
            "worse, parameters (exact): 507 -> 508 +0.2%",
        ),
        (
            first(another_loss),
            (),
            ["adding.h4.gru.s0: training loss, epoch 2"],
            "changed, training loss, epoch 2 (deterministic): *",
        ),
        (first(another_loss), ("--rnnbench-gate-on-change=ignore",), [], "*passed*"),
        (first(gone), (), ["adding.h4.gru.s0: outcome"], "missing, HEAD has no such trial"),
        (
            first(one_parameter_more),
            ("--rnnbench-gate-kind=memory",),
            [],
            "*4 memory): none worse.",
        ),
        (
            on_another_processor,
            ("--rnnbench-gate-skip-incomparable",),
            [],
            "*64 exact): none worse, 84 figures left out.",
        ),
        (gone, (), None, "HEAD (*head) holds no results."),
    ],
)
def test_what_the_gate_calls_worse_or_undecided_fails_with_its_line(
    pytester: pytest.Pytester,
    edit: Edit,
    options: Sequence[str],
    failed: list[str] | None,
    said: str,
) -> None:
    """And nothing else does; of a head without results everything fails."""
    head = written(pytester.path / "head", edited(edit))
    done = gated(pytester, head, *options)
    found = [name.partition(" - ")[0] for name in outcomes(done)["FAILED"]]
    if failed is None:
        assert {"the baseline", "adding.h4.gru.s0: outcome"} <= set(found)
        assert not outcomes(done)["PASSED"]
    else:
        assert found == failed
    assert done.ret == (1 if found else 0)
    done.stdout.fnmatch_lines([said.replace("[", "[[]")])


def test_a_failure_says_how_the_figure_is_measured_again(pytester: pytest.Pytester) -> None:
    head = written(pytester.path / "head", edited(first(one_parameter_more)))
    done = gated(pytester, head)
    done.stdout.fnmatch_lines([f"again: rnnbench reproduce {head} adding.h4.gru.s0.*"])


@pytest.mark.parametrize("verdict", ["fail", "undecided"])
def test_the_policy_of_a_file_is_that_of_the_tests(pytester: pytest.Pytester, verdict: str) -> None:
    """What is typed beside it takes precedence."""
    head = written(pytester.path / "head", edited(first(another_loss)))
    policy = pytester.path / "policy.toml"
    policy.write_text('[gate]\non_change = "ignore"\n')
    assert gated(pytester, head, f"--rnnbench-gate-policy={policy}").ret == 0
    typed = (f"--rnnbench-gate-policy={policy}", f"--rnnbench-gate-on-change={verdict}")
    assert gated(pytester, head, *typed).ret == 1


def test_figures_can_be_chosen_by_kind_and_cell(pytester: pytest.Pytester) -> None:
    """As tests are chosen anywhere in pytest."""
    head = written(pytester.path / "head", edited(as_it_is))
    done = gated(pytester, head, "-k", "memory and gru and not outcome")
    assert sorted(outcomes(done)["PASSED"]) == [
        "cost.peak-memory.gru at T=5 B=4 H=8 I=8: bytes saved for backward",
        "cost.peak-memory.gru at T=5 B=4 H=8 I=8: parameter bytes",
        "cost.peak-memory.gru at T=5 B=4 H=8 I=8: parameters",
        "cost.peak-memory.gru at T=5 B=4 H=8 I=8: peak of a training step",
        "cost.peak-memory.gru at T=5 B=4 H=8 I=8: state bytes",
    ]


@pytest.mark.parametrize("chosen", ["memory and gru", "parameters"])
def test_what_is_chosen_is_not_green_where_the_gate_is_undecided(
    pytester: pytest.Pytester, chosen: str
) -> None:
    """As where a file of HEAD cannot be read, which may be of any figure."""
    head = written(pytester.path / "head", edited(as_it_is))
    assert gated(pytester, head, "-k", chosen).ret == 0
    (head / "trials" / "damaged.json").write_text("{")
    done = gated(pytester, head, "-k", chosen)
    assert done.ret == 1
    assert not outcomes(done)["PASSED"]
    done.stdout.fnmatch_lines(["*damaged.json cannot be read: *"])


def test_without_a_head_it_is_the_usual_folder_of_the_suite(pytester: pytest.Pytester) -> None:
    """`rnnbench run suite smoke` writes into runs/smoke."""
    written(pytester.path / "runs" / "smoke", edited(as_it_is))
    done = pytester.runpytest_inprocess("-p", "no:cacheprovider", f"--rnnbench-gate={BASELINE}")
    assert done.ret == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--rnnbench-gate=nowhere"], "--rnnbench-gate-head: should be given, since nowhere holds"),
        ([f"--rnnbench-gate={BASELINE}/trials"], f"give its folder, {BASELINE}"),
        (
            [f"--rnnbench-gate={BASELINE}", "--rnnbench-gate-kind=memry"],
            "no kind called 'memry'. Did you mean 'memory'?",
        ),
        (
            [f"--rnnbench-gate={BASELINE}", "--rnnbench-gate-policy=absent.toml"],
            "absent.toml",
        ),
    ],
)
def test_what_does_not_exist_is_an_error_of_usage(
    pytester: pytest.Pytester, options: list[str], said: str
) -> None:
    """One sentence, and pytest's exit code for it."""
    done = pytester.runpytest_inprocess("-p", "no:cacheprovider", *options)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    assert said in done.stderr.str()


@pytest.mark.parametrize("base", [(), KEPT])
def test_nothing_measured_is_never_green(
    pytester: pytest.Pytester, base: tuple[Result, ...]
) -> None:
    """Neither a missing baseline, nor results of the baseline itself; both say what to do."""
    written(pytester.path / "base", base)
    options = ("--rnnbench-gate=base", f"--rnnbench-gate-head={BASELINE}")
    done = pytester.runpytest_inprocess("-p", "no:cacheprovider", *options)
    assert done.ret == 1
    advice = "another folder" if base else "rnnbench run suite smoke -o base"
    assert advice in done.stdout.str()


@pytest.mark.slow
def test_workers_side_by_side_give_the_same_tests(tmp_path: Path) -> None:
    """Under pytest-xdist each worker reads both runs, and each figure is tested once."""
    head = written(tmp_path / "head", edited(first(one_parameter_more)))
    written(tmp_path / "base", (result for result in KEPT if not is_learned(result, seed=1)))
    command = ["-n", "2", "--rnnbench-gate=base", f"--rnnbench-gate-head={head}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *command],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "RNNBENCH_HOME": str(tmp_path / "home")},
    )
    assert done.returncode == 1
    assert "1 failed" in done.stdout
    assert done.stdout.count("FAILED rnnbench-gate::") == 1
