"""The truth of the tasks that write an answer: layout, edits, several right answers, and what
splits must not share."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha256
from itertools import chain, product
from pathlib import Path
from zipfile import Path as ZipPath, ZipFile

import numpy as np
import pytest
import torch
from hypothesis import given, strategies as st

from rnnbench import Batch, DataUnavailable, Metric, Splits, score
from rnnbench.archives import open_archives
from rnnbench.model import Model
from rnnbench.training.answers import references
from rnnbench.training.contract import check_batch
from rnnbench.training.evaluation import evaluate
from rnnbench_tasks.sequence_metrics import CHARACTER_ERRORS, EXACT, PHONEME_ERRORS
from rnnbench_tasks.transduction import pronounce, translate, written_pairs as pairs
from rnnbench_tasks.transduction.pronounce import CODES, Pronounce, read_dictionary
from rnnbench_tasks.transduction.translate import CHRF, Translate, bare, read_translations
from tests.builders.modes import build

Archives = dict[str, ZipPath]
VOWELS = "aeiou"
SOUNDS = {"a": "AE", "e": "EH", "i": "IH", "o": "AA", "u": "AH", "c": "K", "x": "K S"}
TOKENS = st.lists(st.integers(2, 5), min_size=1, max_size=6)
HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def plain_edits(one: Sequence[object], other: Sequence[object]) -> int:
    """Levenshtein's recurrence, written out."""

    @cache
    def between(i: int, j: int) -> int:
        if i == len(one) or j == len(other):
            return len(one) - i + len(other) - j
        if one[i] == other[j]:
            return between(i + 1, j + 1)
        return 1 + min(between(i + 1, j), between(i, j + 1), between(i + 1, j + 1))

    return between(0, 0)


def asked(answers: Sequence[Sequence[Sequence[int]]]) -> Batch:
    return pairs.to_ask([([2, 3], right) for right in answers])


def scored(metric: Metric, outputs: Sequence[Sequence[int]], batch: Batch) -> float:
    return score((metric,), pairs.as_outputs(outputs), batch)[metric.name]


@given(
    outputs=st.lists(TOKENS, min_size=3, max_size=3),
    right=st.lists(st.lists(TOKENS, min_size=1, max_size=3), min_size=3, max_size=3),
)
def test_the_closest_right_answer_counts(
    outputs: list[list[int]], right: list[list[list[int]]]
) -> None:
    """Edits over its length, and a match where there are none; against the plain recurrence over
    all right answers."""
    closest = [
        min((plain_edits(written, answer), len(answer)) for answer in answers)
        for written, answers in zip(outputs, right, strict=True)
    ]
    edits, lengths = zip(*closest, strict=True)
    for metric in (PHONEME_ERRORS, CHARACTER_ERRORS):
        assert scored(metric, outputs, asked(right)) == pytest.approx(sum(edits) / sum(lengths))
    assert scored(EXACT, outputs, asked(right)) == pytest.approx(edits.count(0) / 3)


def test_an_answer_may_be_empty_or_longer_than_all_right_ones() -> None:
    """Each missing and each superfluous token is an edit."""
    batch = asked([[[2, 3, 4]], [[5]]])
    assert scored(PHONEME_ERRORS, [[], [5, 5, 5]], batch) == pytest.approx((3 + 2) / 4)
    assert scored(EXACT, [[], [5, 5, 5]], batch) == 0


def plain_chrf(written: Sequence[str], right: Sequence[str]) -> float:
    """Popović 2015 with beta 2: precision and recall of runs of 1 to 6 characters, without spaces,
    each pooled over the set, averaged over the lengths that occur, and their F-score."""
    shares = []
    for size in range(1, 7):
        matches = total = wanted = 0
        for one, other in zip(written, right, strict=True):
            a, b = (
                Counter(t[i : i + size] for i in range(len(t) - size + 1))
                for t in (one.replace(" ", ""), other.replace(" ", ""))
            )
            matches, total, wanted = (
                matches + (a & b).total(),
                total + a.total(),
                wanted + b.total(),
            )
        if total and wanted:
            shares.append((matches / total, matches / wanted))
    precision, recall = np.mean(shares, axis=0)
    return (
        float(100 * 5 * precision * recall / (4 * precision + recall))
        if precision + recall
        else 0.0
    )


def texts(rows: Sequence[str]) -> list[list[int]]:
    return [[translate.CODES[character] for character in row] for row in rows]


def test_chrf_is_that_of_its_definition() -> None:
    """Against a plain loop, over strings that share some characters; of several right answers the
    best one counts."""
    written = ["Supprimer tout", "Éditer", "Nom d'un"]
    right = ["Tout supprimer", "Modifier", "Nom d'utilisateur"]
    batch = asked([[answer] for answer in texts(right)])
    assert scored(CHRF, texts(written), batch) == pytest.approx(plain_chrf(written, right))
    assert scored(CHRF, texts(right), batch) == pytest.approx(100)
    both = asked(
        [
            [other, answer]
            for answer, other in zip(texts(right), texts(["x", "y", "z"]), strict=True)
        ]
    )
    assert scored(CHRF, texts(written), both) == pytest.approx(plain_chrf(written, right))
    some = asked([[answer, *([[5]] if place else [])] for place, answer in enumerate(texts(right))])
    assert scored(CHRF, texts(right), some) == pytest.approx(100)


def test_signs_that_are_no_characters_are_not_read_as_such() -> None:
    """A model may write "go"; chrF passes over it and over an end, and nothing written at all
    scores 0."""
    batch = asked([texts(["ab"])])
    assert scored(CHRF, [[pairs.GO, *texts(["ab"])[0], pairs.END]], batch) == pytest.approx(100)
    assert scored(CHRF, [[]], batch) == 0


def test_a_pair_is_question_go_answer_and_end() -> None:
    """The drawn example: the loss is asked from the sign to go on, and what is behind the end is
    padding."""
    batch = pairs.to_learn([([7, 8, 9], [[4, 5]]), ([6], [[3, 3, 3, 3]])])
    assert batch.inputs.tolist() == [[7, 8, 9, 1, 4, 5], [6, 1, 3, 3, 3, 3]]
    assert batch.prompt is not None
    assert batch.prompt.tolist() == [4, 2]
    assert batch.asked is not None
    assert [t[a].tolist() for t, a in zip(batch.targets, batch.asked, strict=True)] == [
        [4, 5, 0],
        [3, 3, 3, 3, 0],
    ]
    assert batch.lengths is not None
    assert batch.lengths.tolist() == [6, 6]


@given(
    st.lists(st.tuples(TOKENS, st.lists(TOKENS, min_size=1, max_size=3)), min_size=1, max_size=4)
)
def test_pairs_are_laid_out_as_the_harness_reads_them(
    given: list[tuple[list[int], list[list[int]]]],
) -> None:
    """Prompts end with the sign to go and hold nothing of the answer; the harness finds the first
    right answer."""
    batch = pairs.to_ask(given)
    learned = pairs.to_learn(given)
    assert batch.prompt is not None
    for row, (question, answers) in enumerate(given):
        assert batch.inputs[row, : batch.prompt[row]].tolist() == [*question, pairs.GO]
        found = references(batch, pairs.END)[row]
        assert found[found >= 0].tolist() == answers[0]
    assert len(learned) == sum(len(answers) for _, answers in given)
    each = []
    for question, answers in given:
        each += [(question, answer) for answer in answers]
    assert list(zip(pairs.questions(learned), pairs.answers(learned), strict=True)) == each


@given(
    groups=st.lists(st.sampled_from("abcdefgh"), max_size=40),
    held_out=st.integers(1, 6),
    seed=st.integers(0, 9),
)
def test_groups_go_to_a_split_as_a_whole(groups: list[str], held_out: int, seed: int) -> None:
    """Every position once, no group in two splits, and the held-out splits full before training
    gets any."""
    parts = pairs.split_groups(groups, held_out, seed)
    assert sorted(chain.from_iterable(parts)) == list(range(len(groups)))
    names = [{groups[position] for position in part} for part in parts]
    assert sum(map(len, names)) == len(set(groups))
    train, validation, test = parts
    assert not train or min(len(validation), len(test)) >= held_out


def spell(word: str) -> str:
    return " ".join(SOUNDS.get(letter, letter.upper()) for letter in word)


@cache
def words(count: int = 120) -> list[str]:
    rng = np.random.default_rng(0)
    made = {
        "".join(rng.choice(list("bcdfkx"), 1)[0] + rng.choice(list(VOWELS), 1)[0] for _ in range(n))
        for n in rng.integers(1, 5, 4 * count)
    }
    return sorted(made)[:count]


def dictionary(tmp_path: Path, lines: Sequence[str]) -> Archives:
    with ZipFile(tmp_path / "dictionary.whl", "w") as archive:
        archive.writestr(pronounce.MEMBER, "\n".join(lines))
    return {pronounce.DICTIONARY.package: ZipPath(tmp_path / "dictionary.whl")}


def spoken(tmp_path: Path, **dials: int) -> tuple[Pronounce, Splits]:
    """Every third word has a variant that ends in Z."""
    lines = [f"{word} {spell(word)}" for word in words()] + [
        f"{word}(2) {spell(word)} Z" for word in words()[::3]
    ]
    task = Pronounce(**{"held_out": 15, **dials})
    return task, task.load(dictionary(tmp_path, lines))


def test_the_dictionary_is_read_without_stress_comments_and_other_signs(tmp_path: Path) -> None:
    """Variants stand together; those that differ in stress alone are one."""
    lines = [
        "a AH0",
        "a(2) EY1",
        "a's EY1 Z",
        "a.m. EY2 EH1 M",
        "read R EH1 D",
        "read(2) R EH0 D",
        "read(3) R IY1 D",
        "aalborg AO1 L # place, danish",
    ]
    found = read_dictionary(dictionary(tmp_path, lines)[pronounce.DICTIONARY.package])
    assert found == {
        "a": [["AH"], ["EY"]],
        "read": [["R", "EH", "D"], ["R", "IY", "D"]],
        "aalborg": [["AO", "L"]],
    }


def letters_of(batch: Batch) -> list[str]:
    back = {code: symbol for symbol, code in CODES.items()}
    return ["".join(back[code] for code in question) for question in pairs.questions(batch)]


def test_no_word_is_in_two_splits_and_its_variants_stay_together(tmp_path: Path) -> None:
    """Training shows each variant; in evaluation a word is asked once, and every variant is
    right."""
    _, splits = spoken(tmp_path)
    train, validation, test = (
        letters_of(part) for part in (splits.train, splits.validation, splits.test)
    )
    assert (len(validation), len(test)) == (len(set(validation)), len(set(test))) == (15, 15)
    assert sorted([*set(train), *validation, *test]) == words()
    assert Counter(train) == {word: 1 + (word in words()[::3]) for word in set(train)}
    variants = (splits.test.extra["right"][:, :, 0] >= 0).sum(axis=1)
    assert variants.tolist() == [1 + (word in words()[::3]) for word in test]


def test_words_longer_than_the_horizon_are_left_out(tmp_path: Path) -> None:
    """And no others."""
    _, splits = spoken(tmp_path, horizon=4)
    parts = (splits.train, splits.validation, splits.test)
    found = set(chain.from_iterable(map(letters_of, parts)))
    assert found == {word for word in words() if len(word) <= 4}


def test_fewer_training_words_leave_validation_and_test_the_same(tmp_path: Path) -> None:
    """And they are the first of the many."""
    _, many = spoken(tmp_path, words=0)
    _, few = spoken(tmp_path, words=20)
    assert len(set(letters_of(few.train))) == 20
    assert letters_of(many.train)[: len(few.train)] == letters_of(few.train)
    assert np.array_equal(few.test.inputs, many.test.inputs)
    assert np.array_equal(few.validation.inputs, many.validation.inputs)


def test_the_trivial_forecast_says_each_letter_as_usual(tmp_path: Path) -> None:
    """Here every letter but x has one sound; words with an x have more phonemes than letters, and
    teach nothing."""
    task, splits = spoken(tmp_path)
    known = set("".join(word for word in letters_of(splits.train) if "x" not in word))
    right = [
        [spell(word).split(), [*spell(word).split(), "Z"]][: 1 + (word in words()[::3])]
        for word in letters_of(splits.test)
    ]
    said = [[spell(c) for c in word if c in known] for word in letters_of(splits.test)]
    closest = [
        min((plain_edits(s, answer), len(answer)) for answer in answers)
        for s, answers in zip(said, right, strict=True)
    ]
    edits, lengths = zip(*closest, strict=True)
    assert 0 < sum(edits) < sum(lengths)
    assert task.trivial(splits.train, splits.test) == {
        "exact match": pytest.approx(edits.count(0) / len(edits)),
        "phoneme error rate": pytest.approx(sum(edits) / sum(lengths)),
    }


def catalogues(tmp_path: Path, entries: Sequence[str], more: Sequence[str] = ()) -> Archives:
    """Three packages, the entries in the first, more of them in the last; another language that
    must not be read."""
    found = {}
    for archive, held in zip(translate.CATALOGUES, (entries, (), more), strict=True):
        path = tmp_path / f"{archive.package}.whl"
        with ZipFile(path, "w") as wheel:
            wheel.writestr("app/locale/fr/LC_MESSAGES/django.po", HEADER + "\n\n".join(held))
            wheel.writestr(
                "app/locale/fr_CA/LC_MESSAGES/django.po", HEADER + entry("Only", "Canadien")
            )
            wheel.writestr("app/locale/fr/LC_MESSAGES/django.mo", "not read")
        found[archive.package] = ZipPath(path)
    return found


def entry(source: str, text: str, before: str = "") -> str:
    return f'{before}msgid "{source}"\nmsgstr "{text}"'


def menu() -> list[str]:
    """Pairs, every other one a second time in capitals and with a mark."""
    verbs = ("Add", "Delete", "Edit", "View", "Move")
    things = ("page", "user", "image", "form", "site", "tag", "menu")
    made = [
        (f"{verb} {thing}", f"{thing} à {verb.lower()}") for verb, thing in product(verbs, things)
    ]
    return [entry(*pair) for pair in made] + [
        entry(f"{s.upper()}:", f"{t.upper()} :") for s, t in made[::2]
    ]


def strings_of(batch: Batch) -> list[str]:
    return [
        "".join(translate.ALPHABET[code - 2] for code in question)
        for question in pairs.questions(batch)
    ]


def test_translations_are_read_once_each_and_only_where_they_are_usable(tmp_path: Path) -> None:
    """Fuzzy, obsolete, plural, empty and equal ones are left out; packages are merged, several
    translations kept."""
    entries = [
        entry("Save", "Enregistrer"),
        entry("Old", "Vieux", "#, fuzzy\n"),
        '#~ msgid "Gone"\n#~ msgstr "Parti"',
        'msgid "%d day"\nmsgid_plural "%d days"\nmsgstr[0] "%d jour"\nmsgstr[1] "%d jours"',
        entry("Empty", ""),
        entry("Page", "Page"),
    ]
    more = [
        entry("Save", "Sauver"),
        entry("Name", "Nom"),
        entry("Save", "Enregistrer", 'msgctxt "verb"\n'),
    ]
    found = read_translations(catalogues(tmp_path, entries, more), "fr")
    assert {source: texts for source, texts in found.items() if texts} == {
        "Save": ["Enregistrer", "Sauver"],
        "Name": ["Nom"],
    }


def test_strings_that_differ_in_case_and_marks_alone_are_in_one_split(tmp_path: Path) -> None:
    """And no string is in two."""
    splits = Translate(held_out=6).load(catalogues(tmp_path, menu()))
    parts = [strings_of(part) for part in (splits.train, splits.validation, splits.test)]
    assert sum(map(len, parts)) == len(set(chain.from_iterable(parts))) == len(menu())
    shared = [{bare(source) for source in part} for part in parts]
    assert sum(map(len, shared)) == len(set().union(*shared)) == 35
    assert bare("Add page:") == bare("ADD  page") != bare("Add pages")
    assert bare("…") == "…"


def test_strings_that_are_too_long_or_outside_the_alphabet_are_left_out(tmp_path: Path) -> None:
    """The horizon bounds the source; the alphabet holds each character once."""
    assert len(set(translate.ALPHABET)) == len(translate.ALPHABET) == Translate().vocabulary - 2
    odd = [
        entry("Arrow", "Flèche →"),
        entry("A much longer string", "Une chaîne"),
        entry("Long", "x" * 81),
    ]
    splits = Translate(held_out=6, horizon=12).load(catalogues(tmp_path, [*menu(), *odd]))
    parts = (splits.train, splits.validation, splits.test)
    found = set(chain.from_iterable(map(strings_of, parts)))
    assert not found & {"Arrow", "A much longer string", "Long"}
    assert max(map(len, found)) <= 12


def test_the_trivial_forecast_copies_the_source(tmp_path: Path) -> None:
    """Against plain loops over the strings."""
    task = Translate(held_out=6)
    test = task.load(catalogues(tmp_path, menu())).test
    sources = strings_of(test)
    right = ["".join(translate.ALPHABET[c - 2] for c in answer) for answer in pairs.answers(test)]
    edits = [plain_edits(*pair) for pair in zip(sources, right, strict=True)]
    assert task.trivial(test, test) == {
        "chrf": pytest.approx(plain_chrf(sources, right)),
        "character error rate": pytest.approx(sum(edits) / sum(map(len, right))),
        "exact match": 0,
    }


@pytest.mark.parametrize("kind", [Pronounce, Translate])
def test_who_knows_any_right_answer_reaches_the_target(
    tmp_path: Path, kind: type[Pronounce | Translate]
) -> None:
    """The last of several is as good as the first; data are as the harness wants them, and load to
    the same bits."""
    task, archives = loadable(tmp_path, kind)
    splits = task.load(archives)
    again = task.load(archives)
    for part, other in zip(vars(splits).values(), vars(again).values(), strict=True):
        check_batch(task, part)
        assert np.array_equal(part.inputs, other.inputs)
    right = [
        [answer[answer >= 0].tolist() for answer in answers if (answer >= 0).any()]
        for answers in splits.test.extra["right"]
    ]
    for place in (0, -1):
        scores = score(
            task.metrics, pairs.as_outputs([answers[place] for answers in right]), splits.test
        )
        assert task.metric.reaches(scores[task.metric.name], task.target)
        assert scores["exact match"] == 1


def loadable(
    tmp_path: Path, kind: type[Pronounce | Translate]
) -> tuple[Pronounce | Translate, Archives]:
    if kind is Translate:
        return Translate(held_out=6), catalogues(tmp_path, menu(), [entry("Add page", "Une autre")])
    lines = [f"{word} {spell(word)}" for word in words()] + [
        f"{word}(2) {spell(word)} Z" for word in words()
    ]
    return Pronounce(held_out=15), dictionary(tmp_path, lines)


@pytest.mark.parametrize("kind", [Pronounce, Translate])
def test_an_untrained_model_can_be_asked_and_scored(
    tmp_path: Path, kind: type[Pronounce | Translate]
) -> None:
    """Through the harness, free running: every metric has a number, and the target is far."""
    task, archives = loadable(tmp_path, kind)
    splits = task.load(archives)
    model = build(task, splits.train)
    assert isinstance(model, Model)
    scores = evaluate(model, task, splits.test, torch.device("cpu")).scores
    assert (
        set(scores)
        == {metric.name for metric in task.metrics}
        == set(task.trivial(splits.train, splits.test))
    )
    assert np.isfinite(list(scores.values())).all()
    assert not task.metric.reaches(scores[task.metric.name], task.target)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Pronounce(words=-1), "words must be at least 0"),
        (lambda: Pronounce(held_out=0), "held_out must be at least 1"),
        (lambda: Translate(held_out=0), "held_out must be at least 1"),
        (lambda: Translate(horizon=0), "horizon must be at least 1"),
    ],
)
def test_dials_that_make_no_sense_are_refused(make: Callable[[], object], said: str) -> None:
    """With the name of the dial and what it may be."""
    with pytest.raises(ValueError, match=said):
        make()


def test_too_few_pairs_are_told_well(tmp_path: Path) -> None:
    """With what is there."""
    with pytest.raises(DataUnavailable, match="pronounce: 1 words are too few"):
        Pronounce().load(dictionary(tmp_path, ["a AH0"]))
    with pytest.raises(DataUnavailable, match="translate: 1 strings are too few"):
        Translate().load(catalogues(tmp_path, [entry("Save", "Enregistrer")]))


@pytest.mark.network
def test_the_real_dictionary() -> None:
    """117,493 words in the 26 letters, with 39 phonemes; no answer is longer than a model may
    write."""
    found = read_dictionary(open_archives(Pronounce)[pronounce.DICTIONARY.package])
    assert len(found) == 117_493
    answers = list(chain.from_iterable(found.values()))
    assert set(chain.from_iterable(answers)) == set(pronounce.PHONEMES.split())
    assert max(map(len, answers)) == Pronounce.longest_answer
    assert next(iter(found.items())) == ("a", [["AH"], ["EY"]])
    assert list(found)[-1] == "zywicki"
    assert sha256(repr(found).encode()).hexdigest()[:16] == "d973f1b210f4ccf1"


@pytest.mark.network
@pytest.mark.parametrize(
    ("language", "count", "digest"),
    [("fr", 3999, "d03a800d69dcfe1f"), ("de", 3931, "71a47410b473ca9a")],
)
def test_the_real_translations(language: str, count: int, digest: str) -> None:
    """So many English strings have a translation of their own."""
    found = {
        s: texts
        for s, texts in read_translations(open_archives(Translate), language).items()
        if texts
    }
    assert len(found) == count
    assert next(iter(found.items())) == ("Arabic", [{"fr": "Arabe", "de": "Arabisch"}[language]])
    assert sha256(repr(found).encode()).hexdigest()[:16] == digest
