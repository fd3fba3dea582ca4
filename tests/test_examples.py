"""Examples: what a few sequences ask, what a trained model answers, and that no figure moves."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import numpy as np
import pytest
import torch
from msgspec.structs import replace

import rnnbench
from rnnbench.catalogue import Catalogue
from rnnbench.cli.reproducing import _differences, _figures
from rnnbench.combine.learning import _differ
from rnnbench.compare.figures import learning_figures
from rnnbench.contracts import Array, Batch
from rnnbench.findings import find
from rnnbench.records import Example, Result
from rnnbench.training import Feed, Outcome, loop, open_feed, train
from rnnbench.training.examples import examples
from rnnbench_reports.looks import MOST_FEATURED
from rnnbench_tasks.counting import dyck
from rnnbench_tasks.images.digits import DigitsRows
from rnnbench_tasks.long_range.adding import Adding
from rnnbench_tasks.recall.recall_first import RecallFirst
from rnnbench_tasks.text.reviews import Sentiment
from tests.builders.browser import Seen, browser
from tests.builders.findings import learned, only
from tests.builders.records import learning_trial
from tests.builders.report_page import Elements, page_of, text_of
from tests.builders.training import SIZE, SMALL, small_model

RIGHT = 9.0
"""A logit of a right answer; all others are 0."""


@dataclass(frozen=True)
class Drawing(RecallFirst):
    """A task whose example draws from all global generators."""

    name: ClassVar[str] = "drawing"

    def example(self, one: Batch, outputs: Array) -> Example:
        torch.rand(1)
        np.random.rand()
        return super().example(one, outputs)


class Raising(RecallFirst):
    def example(self, one: Batch, outputs: Array) -> Example:
        raise ValueError(f"no words for {len(one)}")


class Endless(RecallFirst):
    def example(self, one: Batch, outputs: Array) -> Example:
        return replace(super().example(one, outputs), error=float("inf"))


class Careless(RecallFirst):
    def example(self, one: Batch, outputs: Array) -> Any:
        return "seven"


class Wordy(RecallFirst):
    def example(self, one: Batch, outputs: Array) -> Example:
        return replace(super().example(one, outputs), inputs="word " * 1000)


def trained(task: rnnbench.Task, seed: int = 0, **trial: Any) -> Outcome:
    of_task = learning_trial(task=task.name, seed=seed, recipe=SMALL, dials={}, **trial)
    feed = open_feed(task, of_task, {})
    torch.manual_seed(seed)
    return train(of_task, task, small_model(task, feed), feed, SIZE)


def feed_of(task: rnnbench.Task, **trial: Any) -> Feed:
    return open_feed(task, learning_trial(task=task.name, recipe=SMALL, **trial), {})


@pytest.mark.parametrize("task", [Adding(10), DigitsRows()], ids=lambda task: task.name)
def test_all_cells_and_seeds_are_asked_the_same(task: rnnbench.Task) -> None:
    """Recorded tasks show the first test data; generated ones have test data by seed, and show
    others."""
    shown = feed_of(task).shown
    assert len(shown) == 3
    assert np.array_equal(feed_of(task, seed=7, learning_rate=0.5).shown.inputs, shown.inputs)
    first = feed_of(task).test.inputs[:3]
    assert np.array_equal(first, shown.inputs) == isinstance(task, rnnbench.RecordedTask)


def test_no_figure_moves_for_an_example(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does a draw, though the task draws from the global generators."""
    with_examples = trained(Drawing(6)).learning
    assert len(with_examples.examples) == 3
    monkeypatch.setattr(loop, "examples", lambda *_: ())
    assert trained(Drawing(6)).learning == with_examples.figures


def test_the_chosen_weights_answer() -> None:
    """After the trial the model has them: it gives the same answers again."""
    task = RecallFirst(3)
    trial = learning_trial(task=task.name, recipe=SMALL)
    feed = open_feed(task, trial, {})
    model = small_model(task, feed)
    learning = train(trial, task, model, feed, SIZE).learning
    with torch.no_grad():
        answers = model(torch.from_numpy(feed.shown.inputs), None, None).argmax(dim=-1)
    assert [example.answer for example in learning.examples] == [str(int(a)) for a in answers]
    assert [example.target for example in learning.examples] == list(map(str, feed.shown.targets))


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        (Raising(4), "ValueError: no words for 1"),
        (Endless(4), "ValueError: the error of an example is inf"),
        (Careless(4), "ValidationError"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_example_that_fails_ends_no_trial(task: rnnbench.Task, reason: str) -> None:
    """The reason is kept, and all figures are there."""
    outcome = trained(task)
    assert outcome.status == "ok"
    assert outcome.learning.examples == ()
    assert reason in outcome.learning.absent["examples"]
    assert outcome.learning.figures == trained(RecallFirst(4)).learning.figures


def test_a_text_of_any_length_is_cut() -> None:
    assert all(len(example.inputs) == 300 for example in trained(Wordy(4)).learning.examples)


@pytest.mark.parametrize("fields", [{"mode": "stream"}, {"mode": "decode"}, {"loss": "ctc"}, {}])
def test_what_has_no_sensible_example_says_nothing(fields: dict[str, str]) -> None:
    """Streams, answers that are written on, CTC; and the search leaves test data alone."""
    task = type("Other", (Adding,), fields)(10)
    trial = learning_trial(phase="evaluation" if fields else "tuning")
    nothing: Any = None
    absent: dict[str, str] = {}
    assert examples(trial, task, nothing, nothing, absent) == ()
    assert absent == {}


def test_frames_have_no_example() -> None:
    moving = Catalogue.present().tasks["moving-digits"].item
    frames = np.zeros((1, 2, 1, 32, 32), np.float32)
    one = Batch(frames, np.zeros((1, 2, 1024), np.float32))
    assert moving().example(one, np.zeros((1, 2, 1024))) is None  # type: ignore[call-arg]


def classes(*numbers: int) -> Array:
    """Logits by which these classes, of twenty, are the answers, (1, T, O)."""
    return RIGHT * np.eye(20)[None, list(numbers)]


@pytest.mark.parametrize(
    ("one", "outputs", "expected"),
    [
        (Batch(np.array([[3, 1]]), np.array([3])), classes(3)[:, 0], ("3 1", "3", "3", True, None)),
        (
            Batch(np.array([[3, 1]]), np.array([[3, 1]]), mask=np.array([[False, True]])),
            classes(0, 1),
            ("3 1", "1", "1", True, None),
        ),
        (
            Batch(np.array([range(14)]), np.array([range(14)])),
            classes(*range(13), 0),
            (
                "0 1 2 3 4 5 … 8 9 10 11 12 13 (14 steps)",
                "0 1 2 3 4 5 … 8 9 10 11 12 13 (14 steps)",
                "0 1 2 3 4 5 … 8 9 10 11 12 0 (1 of 14 wrong)",
                False,
                None,
            ),
        ),
        (
            Batch(np.float32([[[0.12345, 1], [-0.0, 0]]]), np.float32([[1.5]])),
            np.float32([[1.25]]),
            ("(0.123, 1) (0, 0)", "1.5", "1.25", None, 0.25),
        ),
        (
            Batch(np.float32([[[1], [2]]]), np.float32([[[1], [4]]])),
            np.float32([[[2], [4]]]),
            ("1 2", "1 4", "2 4", None, 0.5),
        ),
        (
            Batch(np.float32([[[1]]]), np.float32([range(20)])),
            np.float32([range(20)]),
            (
                "1",
                "(0, 1, 2, 3, 4, 5, …, 14, 15, 16, 17, 18, 19)",
                "(0, 1, 2, 3, 4, 5, …, 14, 15, 16, 17, 18, 19)",
                None,
                0.0,
            ),
        ),
        (
            Batch(np.float32([[[1, 2, 3, 4]]]), np.float32([[1, 2, 3, 4]])),
            np.float32([[1, 2, 3, 4]]),
            ("1 step of 4 numbers from 1 to 4", "(1, 2, 3, 4)", "(1, 2, 3, 4)", None, 0.0),
        ),
    ],
    ids=["last step", "mask", "long", "number", "numbers at steps", "many numbers", "wide steps"],
)
def test_the_default_shows_numbers_and_classes(one: Batch, outputs: Array, expected: Any) -> None:
    """With three digits, and by number; of long sequences both ends, and how many are wrong."""
    assert msgspec.structs.astuple(rnnbench.example_of(one, outputs)) == expected


def test_two_labels_at_a_time_are_shown_as_probabilities() -> None:
    task = type("Two", (Adding,), {"loss": "binary-cross-entropy"})(2)
    one = Batch(np.float32([[[1, 2], [3, 4]]]), np.float32([[0, 1]]))
    shown = task.example(one, np.float32([[0, 50]]))
    assert (shown.target, shown.answer, shown.error) == ("(0, 1)", "(0.5, 1)", 0.25)


WORDS = {
    "anbn": ("a b", "ab $"),
    "copy": ("_", "_"),
    "dyck-2": ("( [", "([)"),
    "modular-arithmetic": ("+ -", ""),
    "mqar": ("k v", "v"),
    "mqar-compound": ("k v", "v"),
    "mqar-overwrite": ("k v", "v"),
    "needle": ("! ?", ""),
    "reverse": ("?", ""),
    "selective-copy": ("_ ?", ""),
    "temporal-order": ("E B", "X Y"),
}
"""Parts of what is read and of what is right, by task."""


def oracle(batch: Batch, size: int) -> Array:
    """The right outputs: those of the targets, or of all symbols that may come next."""
    if "chances" in batch.extra:
        return np.log(np.maximum(batch.extra["chances"], 1e-9))
    return RIGHT * np.eye(size)[batch.targets]


def generated_tasks_of_classes() -> list[str]:
    tasks = {name: one.item for name, one in Catalogue.present().tasks.items()}
    return [
        name
        for name, kind in tasks.items()
        if issubclass(kind, rnnbench.GeneratedTask) and kind.loss == "cross-entropy"
    ]


@pytest.mark.parametrize("name", generated_tasks_of_classes())
def test_the_right_answer_is_called_right_and_another_wrong(name: str) -> None:
    """By each generated task of classes, in its own words."""
    task = Catalogue.present().tasks[name].item()  # type: ignore[call-arg]
    assert isinstance(task, rnnbench.GeneratedTask)
    batch = task.generate(np.random.default_rng(0), 20)
    texts = []
    for place in range(20):
        one = batch.take(np.array([place])).trimmed(targets=task.asks_at_steps)
        outputs = oracle(batch, task.output_size)[[place]]
        outputs = outputs[:, : one.steps] if task.asks_at_steps else outputs
        right = task.example(one, outputs)
        wrong = task.example(one, RIGHT * np.eye(task.output_size)[one.targets - 1])
        assert right is not None
        assert wrong is not None
        assert (right.right, right.answer) == (True, right.target)
        assert (wrong.right, wrong.inputs, wrong.target) == (False, right.inputs, right.target)
        texts.append(right)
    read, due = WORDS.get(name, ("", ""))
    for part in read.split():
        assert any(part in text.inputs for text in texts)
    for part in due.split():
        assert any(part in text.target for text in texts)


def test_a_review_is_shown_in_its_words() -> None:
    words = np.array(["not bad at all"])
    one = Batch(np.array([[1, 2]]), np.array([1]), extra={"words": words})
    shown = Sentiment().example(one, np.array([[1.0, 0.0]]))
    assert msgspec.structs.astuple(shown)[:4] == ("not bad at all", "liked", "not liked", False)


@pytest.mark.parametrize(
    ("task", "target"),
    [
        ("speakers", "speaker 3"),
        ("osuleaf", "class 3 of 6"),
        ("keywords", "two"),
        ("digits-rows", "2"),
    ],
)
def test_recorded_classes_have_the_names_of_their_sources(task: str, target: str) -> None:
    """Which count from one, or have words."""
    one = Batch(np.zeros((1, 4, 1), np.float32), np.array([2]))
    kind: Any = Catalogue.present().tasks[task].item
    shown = kind().example(one, classes(0)[:, 0])
    assert shown.target == target
    assert shown.right is False


def test_the_blank_is_no_number() -> None:
    task = RecallFirst(3, distractors="blanks")
    one = task.generate(np.random.default_rng(0), 1)
    shown = task.example(one, classes(0)[:, 0])
    assert shown.inputs == f"{one.targets[0]} _ _"


def test_the_sets_of_brackets_are_those_of_the_metric() -> None:
    """A sequence is right where the metric that decides counts it."""
    task = dyck.DyckTwo(8)
    batch = task.generate(np.random.default_rng(1), 30)
    outputs = np.random.default_rng(2).normal(0, 0.4, (30, batch.steps, 4))
    outputs += np.log(np.maximum(batch.extra["chances"], 1e-3))
    right = []
    for place in range(30):
        one = batch.take(np.array([place])).trimmed(targets=True)
        right.append(task.example(one, outputs[[place], : one.steps]).right)
    assert 0 < sum(map(bool, right)) < 30
    assert np.mean(right) == rnnbench.score(task.metrics, outputs, batch)["sequence accuracy"]


# ---- Results, and what reads them


def answering(result: Result, *answers: Example) -> Result:
    assert result.learning
    return replace(result, learning=replace(result.learning, examples=answers))


def word(answer: str, target: str = "yes", inputs: str = "a b") -> Example:
    return Example(inputs=inputs, target=target, answer=answer, right=answer == target)


def test_results_from_before_examples_are_read() -> None:
    """The field is optional, and results of format 2 are read."""
    result = answering(learned("gru", 0, 3), word("no"))
    content = msgspec.json.decode(msgspec.json.encode(result))
    assert msgspec.convert(content, Result) == result
    del content["learning"]["examples"]
    content["format"] = 2
    assert msgspec.convert(content, Result).learning == learned("gru", 0, 3).learning


def test_examples_are_no_figures() -> None:
    """Neither the gate, nor a history, nor `reproduce`, nor a report of two folders holds a trial
    to them."""
    before = learned("gru", 0, 3)
    after = answering(before, word("no"))
    assert before.learning
    assert after.learning
    said = replace(after.learning, absent={**after.learning.absent, "examples": "raised"})
    for learning in (after.learning, said):
        other = replace(after, learning=learning)
        assert list(learning_figures(learning)) == list(learning_figures(before.learning))
        assert not _differ(before, other)
        assert list(_differences(_figures(before), _figures(other), "")) == []


def test_each_cell_gives_the_answer_of_its_first_seed() -> None:
    """How many of its seeds are right is counted; a sequence is told once."""
    results = [
        answering(learned("gru", 1, 3), word("yes"), word("no")),
        answering(learned("gru", 0, 3), word("no"), word("yes")),
        answering(learned("gru", 2, 3), word("yes"), word("yes", inputs="other data")),
        learned("lstm", 0, 3),
        answering(learned("lstm", 1, 3), word("yes"), word("maybe")),
        learned("rnn", 0, 3),
    ]
    first, second = only(results).examples
    assert (first.inputs, first.target) == ("a b", "yes")
    found = [(a.row, a.seed, a.answer, a.right, a.seeds, a.seeds_right) for a in first.answers]
    assert found == [("gru", 0, "no", False, 3, 2), ("lstm", 1, "yes", True, 1, 1)]
    assert [(a.answer, a.seeds, a.seeds_right) for a in second.answers] == [
        ("yes", 2, 1),
        ("maybe", 1, 0),
    ]


def test_numbers_have_an_error_in_place_of_right_and_wrong() -> None:
    number = Example(inputs="1 2", target="3", answer="2.5", error=0.5)
    (example,) = only([answering(learned("gru", seed, 3), number) for seed in (0, 1)]).examples
    (answer,) = example.answers
    assert (answer.right, answer.error, answer.seeds, answer.seeds_right) == (None, 0.5, 2, None)


def of_cells(number: int) -> list[Result]:
    """So many cells, of which the last is ahead, two seeds each."""
    results = []
    for place in range(number):
        for seed in (0, 1):
            epochs = 2 if place == number - 1 else 5
            said = word("yes" if seed else "no"), Example(inputs="<b>", target="3", answer="2")
            far = replace(said[1], error=0.25)
            results.append(answering(learned(f"cell-{place}", seed, epochs), said[0], far))
    return results


def rows_of(page: str) -> list[str]:
    """The cells that the table of examples shows."""
    table = page[page.index('id="examples-') :]
    table = table[table.index("<tbody>") : table.index("</tbody>")]
    return Elements(table).values("data-cell", "tr")


def test_the_page_shows_what_cells_answer(tmp_path: Path) -> None:
    """Folded, in words that are read aloud, with what was read and the right answer once each."""
    page = page_of(find(of_cells(2)), tmp_path)
    said = text_of(page)
    assert "Examples, with the cells' own answers" in said
    assert rows_of(page) == ["cell-1", "cell-0"]
    assert said.count("no: ✗ wrong, right in 1 of 2 seeds") == 2
    assert said.count("2: off by 0.25") == 2
    assert page.count(">a b<") == 1
    assert "<b>" in said
    folds = [of for tag, of in Elements(page).found if tag == "details"]
    (fold,) = [of for of in folds if str(of.get("id")).startswith("examples-of-")]
    assert "open" not in fold


def test_the_page_shows_eight_cells_at_most_with_the_leader(tmp_path: Path) -> None:
    """And says how many it leaves out."""
    findings = find(of_cells(12))
    page = page_of(findings, tmp_path)
    shown = rows_of(page)
    assert shown[0] == findings.conditions[0].leader == "cell-11"
    assert len(shown) <= MOST_FEATURED
    assert f"{12 - len(shown)} cells left out" in text_of(page)


@pytest.mark.browser
def test_sorting_leaves_the_question_above_the_answers(tmp_path: Path) -> None:
    page_of(find(of_cells(3)), tmp_path / "report")
    with browser() as opened, Seen(opened, tmp_path / "report" / "index.html") as seen:
        seen.unfold()
        table = "[id^=examples-] table.data"
        seen.page.locator(table).first.scroll_into_view_if_needed()
        for _ in range(2):
            seen.page.click(f"{table} th:nth-child(3) button")
            firsts = seen.page.locator(f"{table} tbody td:first-child").all_inner_texts()
            assert firsts[:2] == ["what is read", "right answer"]
        assert sorted(firsts[2:]) == ["cell-0", "cell-1", "cell-2"]
        assert seen.problems == []


def test_nothing_is_said_where_there_are_no_examples(tmp_path: Path) -> None:
    findings = find([learned("gru", 0, 3)])
    assert findings.conditions[0].examples == ()
    assert "Examples, with" not in text_of(page_of(findings, tmp_path))
