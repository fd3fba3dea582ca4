"""The truth of the tasks on running text: n-grams, streams, reviews, and every way in which a split
could leak."""

import csv
import io
import math
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import chain, groupby
from pathlib import Path
from zipfile import Path as ZipPath, ZipFile

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rnnbench import Batch, DataUnavailable, Splits, score
from rnnbench.archives import open_archives
from rnnbench.baselines.ngrams import log_probabilities
from rnnbench.training.contract import check_batch
from rnnbench_tasks.text import bible as bible_file, language_models, review_texts, reviews
from rnnbench_tasks.text.language_models import ALPHABET, CharLm, WordLm, frequent, read_verses
from rnnbench_tasks.text.reviews import (
    RUN,
    LongDocument,
    Sentiment,
    read_reviews,
    split_in_runs,
    without_repeats,
    words_of,
)

Archives = dict[str, ZipPath]
BIBLE = language_models.BIBLE.package
REVIEWS = reviews.REVIEWS.package
NAMES = ("Adam", "Seth", "Enos", "Cainan", "Jared", "Enoch", "Noah", "Shem")
WORDS = ("good", "bad", "dull", "fine", "it's", "plot", "film", "!", "the", "a", "and")


def zipped(path: Path, member: str, content: bytes) -> ZipPath:
    with ZipFile(path, "w") as archive:
        archive.writestr(member, content)
    return ZipPath(path)


def bible(tmp_path: Path, verses: Sequence[str]) -> Archives:
    """An archive in the layout of the real one; rows are written backwards, for only ids give the
    order."""
    base = tmp_path / "bible.sqlite"
    base.unlink(missing_ok=True)
    database = sqlite3.connect(base)
    database.execute("create table verses (id integer primary key, text text not null)")
    database.executemany("insert into verses values (?, ?)", list(enumerate(verses))[::-1])
    database.commit()
    database.close()
    return {BIBLE: zipped(tmp_path / "bible.whl", bible_file.MEMBER, base.read_bytes())}


def genealogy(count: int = 200) -> list[str]:
    rng = np.random.default_rng(0)
    return [f"And {a} begat {b}, and {c}." for a, b, c in rng.choice(NAMES, (count, 3))]


def plain_witten_bell(train: list[int], test: list[int], symbols: int, order: int) -> list[float]:
    """The definition, word by word."""
    found = []
    for place in range(1, len(test)):
        chance = 1 / symbols
        for length in range(order):
            if length > place:
                break
            context = tuple(test[place - length : place])
            behind = Counter(
                train[i + length]
                for i in range(len(train) - length)
                if tuple(train[i : i + length]) == context
            )
            if behind:
                chance = (behind[test[place]] + len(behind) * chance) / (
                    behind.total() + len(behind)
                )
        found.append(math.log(chance))
    return found


@given(
    seed=st.integers(0, 999),
    symbols=st.integers(1, 4),
    sizes=st.tuples(st.integers(1, 40), st.integers(2, 12)),
)
def test_the_ngram_model_is_that_of_witten_and_bell(
    seed: int, symbols: int, sizes: tuple[int, int]
) -> None:
    """Every order up to 4, against a plain loop over all contexts."""
    rng = np.random.default_rng(seed)
    train, test = (rng.integers(0, symbols, size) for size in sizes)
    for order in range(5):
        expected = plain_witten_bell(train.tolist(), test.tolist(), symbols, order)
        assert log_probabilities(train, test, symbols, order) == pytest.approx(expected)


@given(seed=st.integers(0, 999), order=st.integers(0, 4))
def test_the_chances_of_all_symbols_sum_to_one(seed: int, order: int) -> None:
    """Behind any history, seen or not."""
    rng = np.random.default_rng(seed)
    train = rng.integers(0, 5, 60)
    history = rng.integers(0, 5, 6)
    last = [
        log_probabilities(train, np.append(history, symbol), 5, order)[-1] for symbol in range(5)
    ]
    assert sum(map(math.exp, last)) == pytest.approx(1)


def test_nothing_of_the_test_is_counted() -> None:
    """What is said of the first symbols does not hang on what comes after them."""
    rng = np.random.default_rng(0)
    train = rng.integers(0, 3, 50)
    one = rng.integers(0, 3, 20)
    other = rng.integers(0, 3, 20)
    other[:10] = one[:10]
    assert np.array_equal(
        log_probabilities(train, one, 3, 3)[:9], log_probabilities(train, other, 3, 3)[:9]
    )


def test_too_many_contexts_are_told_well() -> None:
    """They would run over 64 bits in silence."""
    with pytest.raises(ValueError, match="2000 symbols to the power of 6 do not fit"):
        log_probabilities(np.zeros(9, int), np.zeros(9, int), 2000, 6)


def text_of(batch: Batch) -> str:
    symbols = np.append(batch.inputs[0, :1], batch.targets[0])
    return "".join(f"?{ALPHABET}"[symbol] for symbol in symbols)


@pytest.mark.parametrize("characters", [0, 3000])
def test_the_bible_is_split_in_the_order_of_its_verses(tmp_path: Path, characters: int) -> None:
    """90, 5 and 5 % of the verses that end within the first N characters, each split one text
    without a gap."""
    verses = genealogy()
    splits = CharLm(characters=characters).load(bible(tmp_path, verses))
    whole = "".join(f"{verse}\n" for verse in verses)
    if characters:
        whole = whole[: whole.rindex("\n", 0, characters) + 1]
    parts = [text_of(part) for part in (splits.train, splits.validation, splits.test)]
    assert "".join(parts) == whole
    assert [part.count("\n") for part in parts] == pytest.approx(
        np.array([0.9, 0.05, 0.05]) * whole.count("\n"), abs=1
    )


@pytest.mark.parametrize("task", [CharLm(), WordLm(words=9)])
def test_the_answer_at_each_step_is_the_next_symbol(tmp_path: Path, task: CharLm | WordLm) -> None:
    """Each split is one stream of its own, fit for the harness."""
    splits = task.load(bible(tmp_path, genealogy()))
    for part in (splits.train, splits.validation, splits.test):
        check_batch(task, part)
        assert len(part) == 1
        assert np.array_equal(part.inputs[:, 1:], part.targets[:, :-1])


def test_characters_outside_the_alphabet_are_one_more_character(tmp_path: Path) -> None:
    """The alphabet is fixed, with each character once."""
    assert len(set(ALPHABET)) == len(ALPHABET) == CharLm().vocabulary - 1
    splits = CharLm().load(bible(tmp_path, ["Aé1", *genealogy()]))
    assert splits.train.inputs[0, :4].tolist() == [
        ALPHABET.index("A") + 1,
        0,
        0,
        ALPHABET.index("\n") + 1,
    ]


def test_words_are_lower_case_with_marks_and_ends_of_verses(tmp_path: Path) -> None:
    """Against words numbered by hand: the most frequent first, in the order of the alphabet where
    they tie."""
    mark = "\N{RIGHT SINGLE QUOTATION MARK}"
    found = language_models.words_of(f"The LORD{mark}s house-top, said he.")
    assert " ".join(found) == f"the lord{mark}s house-top , said he ."
    verses = [*["He said, He went."] * 18, "Unheard of", "He went."]
    splits = WordLm(words=5).load(bible(tmp_path, verses))
    codes = {"he": 1, "\n": 2, ",": 3, ".": 4}
    expected = [codes.get(word, 0) for word in ["he", "said", ",", "he", "went", ".", "\n"] * 18]
    assert np.append(splits.train.inputs[0, 0], splits.train.targets[0]).tolist() == expected
    assert splits.validation.inputs.tolist() == [[0, 0]]


@pytest.mark.parametrize("task", [CharLm(), WordLm(words=6)])
def test_what_comes_later_leaves_the_training_data_as_they_were(
    tmp_path: Path, task: CharLm | WordLm
) -> None:
    """No word of validation or test enters the vocabulary, however frequent."""
    verses = genealogy()
    before = task.load(bible(tmp_path, verses))
    after = task.load(bible(tmp_path, [*verses[:180], *["Methuselah Methuselah Methuselah"] * 20]))
    assert np.array_equal(before.train.inputs, after.train.inputs)
    assert np.array_equal(before.train.targets, after.train.targets)
    if isinstance(task, WordLm):
        assert set(after.test.targets[0].tolist()) <= {0, *before.train.inputs[0].tolist()}
        assert (after.test.targets == 0).mean() > 0.6


@pytest.mark.parametrize("task", [CharLm(), WordLm(words=9)])
def test_the_bigram_forecast_is_counted_on_training_text_and_scored_on_the_test(
    tmp_path: Path, task: CharLm | WordLm
) -> None:
    """Against the plain loop, in the unit of the metric; uniform and unigram are worse."""
    splits = task.load(bible(tmp_path, genealogy(60)))
    seen, asked = (
        [int(p.inputs[0, 0]), *p.targets[0].tolist()] for p in (splits.train, splits.test)
    )
    loss = -np.mean(plain_witten_bell(seen, asked, task.vocabulary, 2))
    expected = loss / math.log(2) if isinstance(task, CharLm) else math.exp(loss)
    name = task.metric.name
    assert task.trivial(splits.train, splits.test) == {name: pytest.approx(expected)}
    uniform, unigram, bigram = (
        task.ngram_score(splits.train, splits.test, order)[name] for order in range(3)
    )
    assert uniform > unigram > bigram
    assert uniform == pytest.approx(
        math.log2(task.vocabulary) if isinstance(task, CharLm) else task.vocabulary
    )


@pytest.mark.parametrize("task", [CharLm(), WordLm()])
def test_a_reader_that_knows_the_text_by_heart_reaches_the_target(task: CharLm | WordLm) -> None:
    """Probability 1 for each next symbol; an even guess does not."""
    assert task.metric.reaches(task.metric.compute(np.zeros(5), np.zeros(5, int), {}), task.target)
    even = np.full(5, -math.log(task.vocabulary))
    assert not task.metric.reaches(task.metric.compute(even, np.zeros(5, int), {}), task.target)


def test_what_cannot_be_split_or_read_is_told_in_one_sentence(tmp_path: Path) -> None:
    """Too few verses; a file that is no database."""
    with pytest.raises(DataUnavailable, match="char-lm: 2 verses are too few"):
        CharLm().load(bible(tmp_path, ["In the beginning", "And the earth"]))
    with pytest.raises(DataUnavailable, match="verses cannot be read"):
        read_verses(
            zipped(tmp_path / "broken.whl", bible_file.MEMBER, b"SQLite format 3\0" + b"?" * 500)
        )


def sentences(count: int = 1200, source: str = "imdb") -> list[list[str]]:
    """Sorted by label, with markup, ten in a row about one film, each with a word of its own; the
    last is the first."""
    rng = np.random.default_rng(1)
    rows = []
    for place in range(count):
        label = int(place < count // 2)
        said = " ".join(rng.choice(WORDS, rng.integers(3, 12)))
        rows.append([f"Film{place // 10} {said}<br /><br />Own{place}", str(label), source])
    rows[-1] = [f"{rows[0][0].upper().replace('<BR /><BR />', '<br /> ')}.", "1", source]
    return rows


def table(tmp_path: Path, rows: list[list[str]]) -> Archives:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["text", "label", "source"], *rows])
    return {
        REVIEWS: zipped(tmp_path / "reviews.whl", review_texts.MEMBER, text.getvalue().encode())
    }


def loaded(tmp_path: Path, rows: list[list[str]], **dials: object) -> tuple[LongDocument, Splits]:
    """All words known, so that a review can be told by its words."""
    task = LongDocument(**{"words": 5000, "reviews": 0, **dials})  # type: ignore[arg-type]
    return task, task.load(table(tmp_path, rows))


def parts_of(splits: Splits) -> list[list[tuple[int, ...]]]:
    """The reviews of each split as tuples of tokens, without padding."""
    found = []
    for part in (splits.train, splits.validation, splits.test):
        assert part.lengths is not None
        found.append(
            [
                tuple(line[:size].tolist())
                for line, size in zip(part.inputs, part.lengths, strict=True)
            ]
        )
    return found


def test_reviews_are_words_in_lower_case_without_markup(tmp_path: Path) -> None:
    """Tags part words; of punctuation only exclamation and question marks are words."""
    row = ["It's GOOD!<br /><br />Really?? 4/10 -- 'so' naïve_ish", "1", "imdb"]
    ((text, label),) = read_reviews(table(tmp_path, [row])[REVIEWS], "imdb")
    assert " ".join(words_of(text)) == "it's good ! really ? ? 4 10 so naïve ish"
    assert label == 1


def test_reviews_become_tokens_with_their_lengths(tmp_path: Path) -> None:
    """Against a plain loop over the training texts; padding is on the right."""
    rows = sentences()
    task, splits = loaded(tmp_path, rows, words=12)
    check_batch(task, splits.train)
    labels = {text.split("Own")[-1]: int(label) for text, label, _ in rows}
    kept = without_repeats(read_reviews(table(tmp_path, rows)[REVIEWS], "imdb"))
    chosen = [words_of(kept[place][0]) for place in split_in_runs([label for _, label in kept])[0]]
    codes = frequent(list(chain.from_iterable(chosen)), 12)
    assert len(codes) == 11
    assert splits.train.lengths is not None
    assert splits.train.lengths.tolist() == [len(words) for words in chosen]
    for words, line, label in zip(chosen, splits.train.inputs, splits.train.targets, strict=True):
        assert line.tolist() == [codes.get(word, 0) for word in words] + [0] * (
            len(line) - len(words)
        )
        assert labels[words[-1].removeprefix("own")] == label


@pytest.mark.parametrize(("keep", "expected"), [("end", [1, 1]), ("start", [1, 0])])
def test_the_horizon_caps_reviews_from_the_end_that_is_kept(
    tmp_path: Path, keep: str, expected: list[int]
) -> None:
    """At most so many words, the last or the first ones, and the vocabulary is theirs; a short
    review stays whole."""
    rows = [[f"a Own{place} b b", "0", "imdb"] for place in range(800)]
    rows += [[f"a Own{place} b b", "1", "imdb"] for place in range(400, 800)]
    _, splits = loaded(tmp_path, rows, keep=keep, horizon=2, words=2)
    assert np.unique(splits.train.inputs, axis=0).tolist() == [expected]
    _, whole = loaded(tmp_path, sentences())
    _, cut = loaded(tmp_path, sentences(), keep=keep, horizon=6)
    assert cut.test.lengths is not None
    assert whole.test.lengths is not None
    assert np.array_equal(cut.test.lengths, np.minimum(whole.test.lengths, 6))
    assert cut.test.inputs.shape[1] == 6


def test_a_test_review_is_shown_in_its_own_words(tmp_path: Path) -> None:
    """Those that are read, unknown ones too; a long review by both of its ends."""
    task, splits = loaded(tmp_path, sentences(), words=12, horizon=14)
    assert splits.test.lengths is not None
    assert splits.test.lengths.max() == 13
    for place in range(len(splits.test)):
        one = splits.test.take(np.array([place])).trimmed(targets=False)
        shown = task.example(one, np.array([[0.0, 1.0]]))
        assert shown.inputs.endswith("(13 steps)") == (splits.test.lengths[place] == 13)
        assert "film" in shown.inputs
        assert shown.target == ("not liked", "liked")[splits.test.targets[place]]
        assert (shown.answer, shown.right) == ("liked", shown.target == "liked")


def test_the_order_of_the_file_gives_no_label_away(tmp_path: Path) -> None:
    """The file is sorted by label; each split is half and half, and labels change about every other
    review."""
    _, splits = loaded(tmp_path, sentences())
    for part in (splits.train, splits.validation, splits.test):
        assert part.targets.mean() == pytest.approx(0.5, abs=0.02)
        changes = np.mean(part.targets[1:] != part.targets[:-1])
        assert changes == pytest.approx(0.5, abs=4 * 0.5 / math.sqrt(len(part)))
        assert len(list(groupby(part.targets))) > len(part) / 4


def test_no_review_stands_in_two_splits(tmp_path: Path) -> None:
    """By content, one that was sent in twice with other markup and in capitals among them; none is
    lost."""
    rows = sentences()
    _, splits = loaded(tmp_path, rows)
    parts = [set(part) for part in parts_of(splits)]
    assert sum(map(len, parts)) == len(set().union(*parts))
    assert (
        sum(len(part) for part in (splits.train, splits.validation, splits.test)) == len(rows) - 1
    )


def test_reviews_of_one_film_are_not_shared_out_among_splits() -> None:
    """They stand in a row, and runs of neighbours go to a split as a whole: a film can be parted
    only where a run ends. Drawn one by one, nearly every film would be in training and test."""
    labels = [0] * 6000 + [1] * 6000
    parts = split_in_runs(labels)
    film = np.arange(12_000) // 10
    train, validation, test = ({int(f) for f in film[part]} for part in parts)
    assert sorted(np.concatenate(parts)) == list(range(12_000))
    assert not (train & test) | (train & validation) | (validation & test)
    places = chain.from_iterable(sorted(part.tolist()) for part in parts)
    runs = [place // RUN for place in places]
    assert len([run for run, _ in groupby(runs)]) == 12_000 // RUN


def test_the_vocabulary_is_that_of_the_training_reviews(tmp_path: Path) -> None:
    """Other words in every review of validation and test leave the training data as they were, and
    are unknown."""
    rows = sentences()[:-1]
    task, before = loaded(tmp_path, rows, words=15)
    held = np.concatenate(split_in_runs([int(label) for _, label, _ in rows])[1:])
    for place in held:
        rows[place] = [f"{'zounds ' * 9}Own{place}", *rows[place][1:]]
    after = task.load(table(tmp_path, rows))
    assert np.array_equal(before.train.inputs, after.train.inputs)
    assert (after.test.inputs == 0).all()
    assert (after.validation.inputs == 0).all()


def test_fewer_training_reviews_leave_the_others_the_same(tmp_path: Path) -> None:
    """The dial takes the first of the training split; held-out reviews are cut likewise."""
    _, many = loaded(tmp_path, sentences())
    task, few = loaded(tmp_path, sentences(), reviews=100, held_out=30)
    assert [len(part) for part in (few.train, few.validation, few.test)] == [100, 30, 30]
    for small, large in (
        (few.train, many.train),
        (few.validation, many.validation),
        (few.test, many.test),
    ):
        assert small.lengths is not None
        assert large.lengths is not None
        assert np.array_equal(small.lengths, large.lengths[: len(small)])
        assert np.array_equal(small.targets, large.targets[: len(small)])
    again = task.load(table(tmp_path, sentences()))
    assert np.array_equal(again.train.inputs, few.train.inputs)


def test_the_majority_is_that_of_the_training_reviews(tmp_path: Path) -> None:
    """Scored on the test, where it need not be one."""
    task, splits = loaded(tmp_path, sentences())
    negative, positive = (np.flatnonzero(splits.train.targets == label) for label in (0, 1))
    test = splits.test.take(np.flatnonzero(splits.test.targets == 1))
    for chosen, expected in (
        ([*negative, *positive[:50]], 0.0),
        ([*negative[:50], *positive], 1.0),
    ):
        assert task.trivial(splits.train.take(np.array(chosen)), test) == {"accuracy": expected}
    known = score(task.metrics, np.eye(2)[splits.test.targets], splits.test)["accuracy"]
    assert task.metric.reaches(known, task.target)


def test_each_task_reads_the_reviews_of_its_own_source(tmp_path: Path) -> None:
    """Sentences are those of the other one."""
    both = [*sentences(600), *sentences(900, "rotten_tomatoes")]
    archives = table(tmp_path, both)
    for task, count in ((LongDocument(reviews=0), 599), (Sentiment(), 899)):
        splits = task.load(archives)
        assert sum(map(len, (splits.train, splits.validation, splits.test))) == count


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: CharLm(characters=-1), "characters must be at least 0"),
        (lambda: WordLm(words=1), "words must be at least 2"),
        (lambda: Sentiment(words=1), "words must be at least 2"),
        (lambda: Sentiment(reviews=-1), "reviews must be at least 0"),
        (lambda: LongDocument(held_out=0), "held_out must be at least 1"),
        (lambda: LongDocument(horizon=0), "horizon must be at least 1"),
    ],
)
def test_dials_that_make_no_sense_are_refused(make: Callable[[], object], said: str) -> None:
    """With the name of the dial and what it may be."""
    with pytest.raises(ValueError, match=said):
        make()


def test_too_few_reviews_are_told_well(tmp_path: Path) -> None:
    """One run a label leaves nothing to learn from or nothing to hold out."""
    with pytest.raises(DataUnavailable, match="long-document: 20 reviews are too few"):
        LongDocument().load(table(tmp_path, sentences(21)))


@pytest.mark.network
def test_the_real_bible() -> None:
    """31,102 verses and 68 characters, from the first to the last."""
    verses = read_verses(open_archives(CharLm)[BIBLE])
    whole = "".join(f"{verse}\n" for verse in verses)
    assert len(verses) == 31_102
    assert len(whole) == 4_138_498
    assert len(set(whole)) == 68
    assert set(whole) <= set(ALPHABET)
    assert verses[0] == "In the beginning God created the heaven and the earth."
    assert verses[-1] == "The grace of our Lord Jesus Christ be with you all. Amen."
    assert sha256(whole.encode()).hexdigest().startswith("2817b90ce9ea2ce5")
    splits = CharLm().load(open_archives(CharLm))
    assert [part.steps for part in (splits.train, splits.validation, splits.test)] == [
        448_830,
        25_341,
        25_646,
    ]
    assert CharLm().trivial(splits.train, splits.test)["bits per character"] == pytest.approx(
        3.2427, abs=1e-4
    )


@pytest.mark.network
def test_the_real_reviews() -> None:
    """25,000 and 8,530, sorted by label; films stand in runs that hardly reach 40: neighbours share
    rare words, reviews 40 apart no more than any two."""
    root = open_archives(LongDocument)[REVIEWS]
    long, short = (read_reviews(root, source) for source in ("imdb", "rotten_tomatoes"))
    assert [(label, len(list(run))) for label, run in groupby(label for _, label in long)] == [
        (0, 12_500),
        (1, 12_500),
    ]
    assert [(label, len(list(run))) for label, run in groupby(label for _, label in short)] == [
        (1, 4265),
        (0, 4265),
    ]
    assert long[0][0].startswith("I rented I AM CURIOUS-YELLOW")
    assert short[-1][0].endswith("the movie is all portent and no content .")
    assert [len(without_repeats(kind)) for kind in (long, short)] == [24_901, 8_528]
    assert (
        sha256("\n".join(text for text, _ in [*long, *short]).encode())
        .hexdigest()
        .startswith("bda619d37c2911d3")
    )
    words = [set(words_of(text)) for text, _ in long[:6000]]
    seen = Counter(chain.from_iterable(words))
    rare = [{word for word in some if 2 <= seen[word] <= 20} for some in words]
    shared = {
        gap: np.mean([len(a & b) for a, b in zip(rare, rare[gap:], strict=False)])
        for gap in (1, 40, 3000)
    }
    assert shared[1] > 20 * shared[3000]
    assert shared[40] < 3 * shared[3000]
