"""Sentences of reports stand alone, agree with their figures, and promise nothing that is not
there."""

import re
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import msgspec
import pytest

from rnnbench.catalogue import Catalogue
from rnnbench.cli.summary import print_answers
from rnnbench.cli.verbosity import Verbosity
from rnnbench.executors.running import without_run
from rnnbench.findings import Findings, find
from rnnbench.records import Result
from rnnbench.suite import read_suite
from rnnbench_reports.page import notes
from rnnbench_reports.page.sections import sections
from tests.builders.findings import RECIPE, cost_result, learned, tuned_results
from tests.builders.records import learning_trial
from tests.builders.report import results
from tests.builders.report_page import Elements, many_cells, page_of, text_of

COUNTED = (
    *("epoch", "seed", "replicate", "trial", "training", "session", "step", "condition", "shape"),
    *("result", "sequence", "cell", "rate", "pair", "span", "horizon", "run", "core", "thread"),
    *("file", "row", "lag"),
)
ONE_OF_MANY = re.compile(rf"(?<![\d.,/-])1 ({'|'.join(COUNTED)})s\b(?! of| a\b)")


def ones() -> list[Result]:
    """One seed, one epoch, one step, one replicate, one session, one of what there is of each."""
    recipe = msgspec.structs.replace(RECIPE, futility_epochs=1)
    solved = learned("gru", 0, 1, recipe=recipe)
    failed = without_run(learning_trial(seed=1, recipe=recipe), "timeout", "too long")
    given_up = msgspec.structs.replace(learned("lstm", 0, recipe=recipe), status="stopped")
    diverged = msgspec.structs.replace(learned("rnn", 0, recipe=recipe), status="diverged")
    return [
        solved,
        given_up,
        diverged,
        failed,
        cost_result(0, 0.1),
        *(learned("gru", 0, 1, task="copying", dials={"horizon": h}) for h in (1, 2)),
    ]


@pytest.mark.parametrize("made", [ones(), results(), ones()[:1], tuned_results()[:4]])
def test_one_is_no_plural(
    made: Sequence[Result], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the page, in findings and on the terminal."""
    findings = find(made)
    print_answers(findings, Verbosity.VERBOSE)
    print_answers(findings)
    printed = capsys.readouterr().out
    page = page_of(findings, tmp_path)
    said = [text_of(page), *Elements(page).values("data-says"), *Elements(page).values("title")]
    for text in (*said, printed, msgspec.json.encode(findings).decode()):
        found = ONE_OF_MANY.search(text)
        assert not found, text[max(0, found.start() - 60) : found.end() + 60]


def test_a_ratio_says_to_what() -> None:
    """An order of cells by speed and by memory names what their numbers are over."""
    made = [cost_result(0, 0.1), *(learned("gru", 0, 3, task=task) for task in ("a", "b"))]
    (speed,) = [one for one in find(made).across if one.name == "speed"]
    assert speed.answer == (
        "At one shape, the ratio is 1.00 (lstm), 2.00 (gru). The ratio is the time of a training"
        " step of the bare cell over that of torch's LSTM of the same shape."
    )


def test_no_note_says_that_a_machine_was_idle() -> None:
    """Caveats say where it was busy; a note that contradicts them would be wrong there."""
    assert "had the machine to themselves" not in notes.COST
    assert "no other trial of the run" in notes.COST


def test_what_a_figure_tells_the_blind_are_its_values(tmp_path: Path) -> None:
    """The last value of each cell that is shown in its colour, and no promise of a table."""
    page = page_of(find(results()), tmp_path)
    labels = Elements(page).values("aria-label", "svg")
    assert not any("tables below" in label for label in labels)
    curves = [label for label in labels if label.startswith("Learning curves: adding, horizon 10")]
    assert re.search(r"validation mse against epoch.*gru, epoch 2: 0\.5, n = 2", curves[0])
    waiting = [label for label in labels if label.startswith("Not yet at the target: adding")]
    assert "gru: 2 of 2 seeds at the target" in waiting[0]
    assert all(":" in label.partition(". ")[2] for label in labels)


def test_the_table_of_spans_is_headed_by_what_it_shows() -> None:
    tables = chain.from_iterable(section.tables for section in shown(find(results())))
    titles = [table.title for table in tables]
    assert "Memory span, adding" in titles


def shown(findings: Findings) -> list:
    return list(sections(findings, {}, {}))


@pytest.mark.parametrize(
    ("made", "title"),
    [
        ([learned("gru", 0, 3)], "Models and epochs to each threshold"),
        (tuned_results(), "Models, epochs to each threshold and the search for learning rates"),
    ],
)
def test_a_fold_promises_what_it_has(made: Sequence[Result], title: str) -> None:
    """No search where there was none, and no further scores of a task with one metric."""
    (section,) = shown(find(made))
    assert section.folds[0].title == title


def test_notes_of_the_page_have_no_marks_of_markdown(tmp_path: Path) -> None:
    """Backticks, that is."""
    page = page_of(many_cells(4), tmp_path / "a") + page_of(find(results()), tmp_path / "b")
    assert "`" not in text_of(page)


def test_no_number_has_an_e(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither small and large scores, nor slow steps, nor a rate: on the page, in tables for a
    paper and on the terminal."""
    recipe = msgspec.structs.replace(RECIPE, epochs=20_000)
    made: list[Result] = []
    ends = {"target": 2e-6, "trivial": 5e8, "learning_rate": 1e-5, "recipe": recipe}
    made += [learned("a", seed, 12_345, 1.23e-6, **ends) for seed in range(8)]  # type: ignore[arg-type]
    made += [learned("b", seed, None, 4.5e7, **ends) for seed in range(8)]  # type: ignore[arg-type]
    made += [cost_result(number, 2e3) for number in range(2)]
    findings = find(made)
    print_answers(findings, Verbosity.VERBOSE)
    print_answers(findings)
    printed = capsys.readouterr().out
    page = page_of(findings, tmp_path)
    said = [text_of(page), *Elements(page).values("data-says"), *Elements(page).values("title")]
    said += [*Elements(page).values("aria-label"), printed]
    for report in ("markdown", "latex", "model-cards"):
        files = Catalogue.present().reports[report].item.load()(findings, tmp_path)
        said += [path.read_text() for path in files]
    for text in said:
        found = re.search(r"(?<![\w.])\d+(\.\d+)?e[-+]\d", text)
        assert not found, text[max(0, found.start() - 60) : found.end() + 60]


MOST_WORDS = 25
FIGURE = re.compile(r"\S+(?: epochs?)? \[[^]]*\]|p = \S+")
"""A figure with its interval, and a p-value, which are read as one word."""


def long_sentences(text: str) -> list[str]:
    """The sentences of more words than are read at once, or of parts between semicolons."""
    sentences = re.split(r"(?<=\.) ", FIGURE.sub("figure", text))
    too_long = []
    for sentence in sentences:
        words = [word for word in sentence.split() if re.search(r"\w", word)]
        if len(words) > MOST_WORDS or ";" in sentence:
            too_long.append(sentence)
    return too_long


@pytest.mark.parametrize("seeds", [3, 12])
def test_an_answer_is_made_of_sentences_that_are_read_at_once(seeds: int) -> None:
    """With and without verdicts: of at most 25 words, without semicolons, a sentence for each
    cell."""
    made: list[Result] = []
    for seed in range(seeds):
        made += [learned("gru", seed, 2 + seed % 2), learned("lstm", seed, 8 + seed % 2)]
        made += [learned("rnn", seed, None, 0.9), learned("irnn", seed, None if seed < 2 else 3)]
        made += [learned("gru", seed, None, 0.5 + 0.01 * seed, task="copying")]
        made += [learned("lstm", seed, None, 0.6, task="copying")]
    findings = find(made)
    for condition in findings.conditions:
        told = f"{condition.answer} {condition.sure}"
        assert long_sentences(told) == []
        assert len(re.split(r"(?<=\.) ", told)) >= len(condition.arms)
    assert [caveat for caveat in findings.caveats if long_sentences(caveat)] == []
    chained = "gru is ahead of lstm in 3 of 3 seeds: mse ≤ 0.1 in 3 of 3 seeds; lstm in 3 of 3."
    assert long_sentences(chained) == [chained]


@pytest.mark.parametrize("suite", sorted(Catalogue.present().suites))
def test_what_a_suite_says_is_read_at_once(suite: str) -> None:
    """Its summary, and the notes of its claims."""
    loaded = read_suite(suite, Catalogue.present())
    said = [loaded.summary, *(claim.note for claim in loaded.claims)]
    parts = " ".join(said).replace("; ", ". ")
    assert long_sentences(parts) == []
