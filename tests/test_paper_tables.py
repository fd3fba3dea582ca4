"""Tables for papers, as LaTeX and as Markdown: the figures of findings with their ends, escaped."""

import re
import shutil
import subprocess
from itertools import product
from pathlib import Path

import pytest
from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.findings import Condition, CostFinding, Findings, find
from rnnbench_reports.latex_tables import escaped, number
from rnnbench_reports.paper_tables import paper_tables
from tests.builders.findings import learned, noisy
from tests.builders.report import ODD, results

FINDINGS = find(results())
MANY = find(
    [
        replace(one, trial=replace(one.trial, label=str(n)))
        for one, n in product(results(), range(12))
    ]
)
"""More rows than a page has."""


def written(report: str, findings: Findings, folder: Path) -> dict[str, str]:
    files = Catalogue.present().reports[report].item.load()(findings, folder)
    return {path.name: path.read_text() for path in files}


def rows_of(latex: str) -> list[list[str]]:
    """The rows of a table, split at what divides columns; without rules and notes."""
    lines = [line for line in latex.splitlines() if line.endswith(r" \\") and "caption" not in line]
    return [re.split(r"(?<!\\)&", line.removesuffix(r"\\")) for line in lines]


def test_a_paper_gets_a_table_of_each_kind(tmp_path: Path) -> None:
    """A file each in LaTeX, a section each in Markdown; a kind without rows is left out."""
    names = ["scores", "cost", "spans", "across"]
    assert [table.name for table in paper_tables(FINDINGS)] == names[:2] + names[2:]
    assert list(written("latex", FINDINGS, tmp_path)) == [f"table-{name}.tex" for name in names]
    (page,) = written("markdown", FINDINGS, tmp_path).values()
    assert len(re.findall("^## ", page, re.M)) == 4
    cost = find([result for result in results() if result.costs])
    assert list(written("latex", cost, tmp_path)) == ["table-cost.tex"]


def test_figures_have_their_ends_and_say_what_these_are(tmp_path: Path) -> None:
    """In both forms the same ones; ranges are marked where others are intervals."""
    condition: Condition = FINDINGS.conditions[0]
    gru = next(arm for arm in condition.arms if arm.row == "gru")
    assert gru.epochs
    ends = rf"{gru.epochs.centre:.3g}[ $]*\[\$?{gru.epochs.low:.3g}"
    latex = written("latex", FINDINGS, tmp_path)["table-scores.tex"]
    (page,) = written("markdown", FINDINGS, tmp_path).values()
    for text in (latex, page.split("## ")[1]):
        assert re.search(ends, text)
        assert f"{gru.solved}/{len(gru.seeds)}" in text
        assert "Brackets hold intervals (95 " in text
    cost: CostFinding = FINDINGS.costs[0]
    ratio = cost.rows[0].step_times["train"].ratio
    assert f"| {ratio.centre:.3g} |" in page


def test_ranges_beside_intervals_have_a_dagger(tmp_path: Path) -> None:
    """Test scores of few seeds, beside solve rates and epochs; intervals have none."""
    findings = find([learned("gru", seed, 2, 0.01 * (seed + 1)) for seed in range(3)])
    latex = written("latex", findings, tmp_path)["table-scores.tex"]
    (page,) = written("markdown", findings, tmp_path).values()
    assert "0.02 [0.01, 0.03]† |" in page
    assert r"$0.02$ [$0.01$, $0.03$]$^\dagger$ &" in latex
    for text in (latex, page):
        assert text.count("dagger$" if text is latex else "†") == 1
        assert "with a dagger, the range from the lowest value to the highest." in text


def test_only_what_is_better_than_all_others_is_bold(tmp_path: Path) -> None:
    """By the verdict, and not by the figure; without such a cell the note does not speak of it."""
    decided = find(noisy(20, ratio=2.0))
    assert decided.conditions[0].leader == "a"
    for report, bold in (("latex", r"\textbf{a}"), ("markdown", "| **a** |")):
        text = "".join(written(report, decided, tmp_path).values())
        assert text.count(bold) == 1
        assert "Bold: better than every other cell" in text
        undecided = "".join(written(report, FINDINGS, tmp_path).values())
        assert "Bold" not in undecided
        assert "**" not in undecided


def test_success_on_validation_data_alone_is_in_brackets(tmp_path: Path) -> None:
    """Without epochs, which count nowhere either; and the note says what the brackets are."""
    made = [learned("lucky", seed, 3, test=1.5, trivial=1.0) for seed in range(3)]
    made += [learned("gru", seed, 3) for seed in range(3)]
    latex = written("latex", find(made), tmp_path)["table-scores.tex"]
    (page,) = written("markdown", find(made), tmp_path).values()
    assert "| lucky | (3/3) | - | 1.5 |" in page
    assert "lucky & (3/3) & -- &" in latex
    for text in (latex, page):
        assert text.count("(3/3)") == 1
        assert text.count("(k/n): reached on validation data alone") == 1
    (without,) = written("markdown", find(made[3:]), tmp_path).values()
    assert "(k/n)" not in without


@pytest.mark.parametrize("findings", [FINDINGS, MANY], ids=["short", "long"])
def test_each_latex_file_is_whole(findings: Findings, tmp_path: Path) -> None:
    """What is begun is ended, braces match, each row has as many entries as there are columns; a
    long table repeats its heading on each page."""
    for name, text in written("latex", findings, tmp_path).items():
        begun = re.findall(r"\\begin\{(\w+)\}", text)
        assert begun[::-1] == re.findall(r"\\end\{(\w+)\}", text), name
        bare = re.sub(r"\\[{}\\]", "", text)
        assert bare.count("{") == bare.count("}")
        columns = re.search(r"\\begin\{(?:tabular|longtable)\}\{([lr]+)\}", text)
        assert columns
        assert {len(row) for row in rows_of(text)} == {len(columns[1])}
        assert text.count(r"\label{tab:") == text.count(r"\toprule") == 1
    long = written("latex", MANY, tmp_path)["table-scores.tex"]
    assert r"\endhead" in long
    assert r"\begin{table}" not in long


@pytest.mark.parametrize("text", [*ODD, "50 % & #1_a^2 ~ {x} [y]", "<>|\"'"])
def test_a_text_is_printed_letter_by_letter(text: str) -> None:
    """Every letter that LaTeX gives a meaning is escaped, and none is lost."""
    made = escaped(text)
    bare = re.sub(r"\\text\w+\{\}|\\char34\{\}|\\[{}$&#_%]", "", made)
    assert not re.search(r"[\\{}$&#_%^~<>|\"]", bare)
    letters = "".join(letter if letter.isprintable() else " " for letter in text)
    assert len(re.sub(r"\\text\w+\{\}|\\char34\{\}|\\[{}$&#_%]", "x", made)) == len(
        " ".join(letters.split())
    )


@pytest.mark.parametrize(
    ("value", "formula"),
    [
        (0.93, "$0.93$"),
        (-0.0194, "$-0.0194$"),
        (12300, "$12{,}300$"),
        (1.2e-5, r"$1.2 \times 10^{-5}$"),
        (-1e-14, r"$-10^{-14}$"),
        (4.56e10, r"$4.56 \times 10^{10}$"),
        (0.0, "$0$"),
    ],
)
def test_a_number_is_a_formula(value: float, formula: str) -> None:
    assert number(value) == formula


def test_labels_break_no_row_of_markdown(tmp_path: Path) -> None:
    """Bars and breaks of lines are escaped: each table keeps its columns."""
    odd = replace(FINDINGS, spans=(), across=())
    first = replace(odd.conditions[0], title="a | b\nc <b>")
    (page,) = written("markdown", replace(odd, conditions=(first,)), tmp_path).values()
    assert r"a \| b c &lt;b>" in page
    for section in page.split("## ")[1:]:
        rows = [line for line in section.splitlines() if line.startswith("|")]
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")
def test_latex_takes_them(tmp_path: Path) -> None:
    """In a document that inputs each of them, with names that mean something to LaTeX."""
    odd = replace(FINDINGS.conditions[0], title="".join(ODD[:6]) + "~^\\")
    findings = replace(FINDINGS, conditions=(odd, *FINDINGS.conditions[1:]), suite="a_b & 5 %")
    names = [*written("latex", findings, tmp_path)]
    (tmp_path / "long").mkdir()
    names += [f"long/{name}" for name in written("latex", MANY, tmp_path / "long")]
    inputs = "".join(rf"\input{{{name}}}" for name in names)
    (tmp_path / "all.tex").write_text(
        r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{booktabs,longtable}"
        rf"\begin{{document}}{inputs}\end{{document}}"
    )
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        errors="replace",
    )
    assert done.returncode == 0, done.stdout[-2000:]
