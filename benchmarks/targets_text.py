"""What simple models reach on text: where the targets of the tasks on text and on sequences of
symbols come from.

Each is tuned on validation data, fitted on training data, and printed with its score on both
validation and test data; a target is the worse of the two, rounded to the easier side.

char-lm, word-lm:         interpolated n-gram model, its order tuned.
sentiment, long-document: logistic regression on which words occur, its penalty tuned.
pronounce:                letter by letter, a decision tree on the letters around it, window and
                          leaves tuned; letters are aligned with phonemes by hard expectation
                          maximisation (Black, Lenzo & Pagel 1998).
translate:                translation memory: the translation of the most similar string, the
                          similarity tuned.
Run:                      python benchmarks/targets_text.py [TASK ...], or films: what a split
                          without regard to films would give away.
"""

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from rnnbench import Batch, RecordedTask, Splits, score
from rnnbench.archives import open_archives
from rnnbench_tasks.text import reviews
from rnnbench_tasks.text.language_models import CharLm, WordLm
from rnnbench_tasks.text.reviews import LongDocument, Sentiment
from rnnbench_tasks.transduction import written_pairs as pairs
from rnnbench_tasks.transduction.pronounce import Pronounce
from rnnbench_tasks.transduction.translate import Translate

Scores = Mapping[str, float]
Setting = tuple[Any, ...]
Chunk = tuple[int, ...]
Model = Callable[[Setting], list[Scores]]
"""Scores on validation and test data of the model with this setting."""


def ngrams(task: CharLm | WordLm, splits: Splits) -> Model:
    def at(setting: Setting) -> list[Scores]:
        parts = (splits.validation, splits.test)
        return [task.ngram_score(splits.train, part, setting[0]) for part in parts]

    return at


def occurring(batch: Batch, words: int) -> csr_matrix:
    """(B, V): 1 where a word occurs in a review."""
    assert batch.lengths is not None
    rows = np.repeat(np.arange(len(batch)), batch.lengths)
    columns = batch.inputs[np.arange(batch.steps) < batch.lengths[:, None]]
    counts = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(batch), words))
    return counts.minimum(counts.sign())


def bag_of_words(task: Sentiment | LongDocument, splits: Splits) -> Model:
    bags = [occurring(part, task.words) for part in (splits.train, splits.validation, splits.test)]

    def at(setting: Setting) -> list[Scores]:
        model = LogisticRegression(C=setting[0], max_iter=2000).fit(bags[0], splits.train.targets)
        parts = zip(bags[1:], (splits.validation, splits.test), strict=True)
        return [score(task.metrics, model.predict_proba(bag), part) for bag, part in parts]

    return at


def aligned(words: list[tuple[list[int], list[int]]], rounds: int = 6) -> list[list[Chunk]]:
    """For each word what each of its letters says: none, one or two phonemes; words too short for
    theirs have []."""
    chance: dict[tuple[int, Chunk], float] = {}
    found: list[list[Chunk]] = []
    for _ in range(rounds):
        found = [best_alignment(*word, chance) for word in words]
        counts: Counter[tuple[int, Chunk]] = Counter()
        for (letters, _), sounds in zip(words, found, strict=True):
            counts.update(zip(letters, sounds, strict=False))
        totals = Counter(letter for letter, _ in counts.elements())
        chance = {
            (letter, chunk): count / totals[letter] for (letter, chunk), count in counts.items()
        }
    return found


def best_alignment(
    letters: list[int], phonemes: list[int], chance: Mapping[tuple[int, Chunk], float]
) -> list[Chunk]:
    """The likeliest way to share the phonemes among the letters; at first, one phoneme to a letter
    is the likeliest."""
    first = {0: 0.1, 1: 0.8, 2: 0.1}
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for letter in letters:
        row: dict[int, tuple[float, int]] = {}
        for done, (value, _) in best[-1].items():
            for size in (0, 1, 2):
                if done + size <= len(phonemes):
                    chunk = tuple(phonemes[done : done + size])
                    share = chance.get((letter, chunk), 1e-6) if chance else first[size]
                    step = value + np.log(share)
                    if step > row.get(done + size, (-np.inf, 0))[0]:
                        row[done + size] = (step, size)
        best.append(row)
    if len(phonemes) not in best[-1]:
        return []
    shared = []
    done = len(phonemes)
    for row in reversed(best[1:]):
        size = row[done][1]
        shared.append(tuple(phonemes[done - size : done]))
        done -= size
    return shared[::-1]


def around(letters: list[int], window: int) -> np.ndarray:
    """(letters, 2 window + 1, alphabet) of 0 and 1, flat: which letter is where."""
    padded = [0] * window + letters + [0] * window
    codes = np.lib.stride_tricks.sliding_window_view(padded, 2 * window + 1)
    flat: np.ndarray = np.eye(28, dtype=np.float32)[codes].reshape(len(letters), -1)
    return flat


def phonemes_of(row: np.ndarray, chunks: list[Chunk]) -> list[int]:
    """The phonemes of a word, from the numbers of its chunks."""
    phonemes: list[int] = []
    for place in row:
        phonemes += chunks[place]
    return phonemes


def letter_trees(task: Pronounce, splits: Splits) -> Model:
    words = list(zip(pairs.questions(splits.train), pairs.answers(splits.train), strict=True))
    fitting: list[list[int]] = []
    sounds: list[Chunk] = []
    for (letters, _), chunks_of_word in zip(words, aligned(words), strict=True):
        if chunks_of_word:
            fitting.append(letters)
            sounds += chunks_of_word
    chunks = sorted(set(sounds))
    places = {chunk: place for place, chunk in enumerate(chunks)}

    def at(setting: Setting) -> list[Scores]:
        window, leaf = setting
        x = np.concatenate([around(letters, window) for letters in fitting])
        y = np.array([places[chunk] for chunk in sounds])
        tree = DecisionTreeClassifier(min_samples_leaf=leaf, random_state=0).fit(x, y)

        def outputs(part: Batch) -> np.ndarray:
            rows = [tree.predict(around(letters, window)) for letters in pairs.questions(part)]
            return pairs.as_outputs([phonemes_of(row, chunks) for row in rows])

        parts = (splits.validation, splits.test)
        return [score(task.metrics, outputs(part), part) for part in parts]

    return at


def as_strings(batch: Batch) -> list[str]:
    """Each question as a string, one character a symbol."""
    return ["".join(map(chr, question)) for question in pairs.questions(batch)]


def memory(task: Translate, splits: Splits) -> Model:
    known = as_strings(splits.train)
    answers = pairs.answers(splits.train)

    def at(setting: Setting) -> list[Scores]:
        def outputs(part: Batch) -> np.ndarray:
            nearest = process.cdist(as_strings(part), known, scorer=setting[0]).argmax(axis=1)
            return pairs.as_outputs([answers[place] for place in nearest])

        parts = (splits.validation, splits.test)
        return [score(task.metrics, outputs(part), part) for part in parts]

    return at


PENALTIES: list[Setting] = [(c,) for c in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)]
LIKE: list[Setting] = [
    (fuzz.ratio,),
    (fuzz.partial_ratio,),
    (fuzz.WRatio,),
    (Levenshtein.normalized_similarity,),
]
PLANS: list[tuple[RecordedTask, Callable[..., Model], list[Setting]]] = [
    (CharLm(), ngrams, [(order,) for order in range(9)]),
    (CharLm(characters=0), ngrams, [(order,) for order in range(9)]),
    (WordLm(), ngrams, [(order,) for order in range(5)]),
    (WordLm(characters=0), ngrams, [(order,) for order in range(5)]),
    (Sentiment(), bag_of_words, PENALTIES),
    (LongDocument(), bag_of_words, PENALTIES),
    (LongDocument(horizon=1000, reviews=0), bag_of_words, PENALTIES),
    (Pronounce(), letter_trees, list(product((2, 3, 4), (2, 5, 10, 20)))),
    (Translate(), memory, LIKE),
    (Translate(language="de"), memory, LIKE),
]


def show(task: RecordedTask, model: Callable[..., Model], settings: list[Setting]) -> None:
    splits = task.load(open_archives(type(task)))
    at = model(task, splits)
    found = [(setting, at(setting)) for setting in settings]
    best = max if task.metric.direction == "higher" else min
    setting, scores = best(found, key=lambda one: one[1][0][task.metric.name])
    parts = (splits.train, splits.validation, splits.test)
    print(task, "n =", [part.targets.shape for part in parts])
    for tried, values in found:
        print("   ", tried, [round(value[task.metric.name], 4) for value in values])
    print("  chosen ", setting, [in_short(value) for value in scores])
    trivial = in_short(task.trivial(splits.train, splits.test))
    print("  trivial", trivial, "target", task.target, flush=True)


def in_short(scores: Scores) -> dict[str, float]:
    """Scores with four decimals."""
    return {name: round(value, 4) for name, value in scores.items()}


def show_films() -> None:
    """Accuracy where reviews are drawn one by one, and in runs of neighbours: what films known from
    training give."""
    root = open_archives(LongDocument)[reviews.REVIEWS.package]
    kept = reviews.without_repeats(reviews.read_reviews(root, LongDocument.source))
    bags = CountVectorizer(binary=True, max_features=5000).fit_transform([text for text, _ in kept])
    labels = [label for _, label in kept]
    for run, seed in product((1, reviews.RUN), (0, 1, 2)):
        reviews.RUN = run
        reviews.SPLIT_SEED = seed
        train, validation, test = reviews.split_in_runs(labels)
        held = np.append(validation, test)
        model = LogisticRegression(C=0.03, max_iter=2000).fit(bags[train], np.array(labels)[train])
        accuracy = model.score(bags[held], np.array(labels)[held])
        print(f"runs of {run}: accuracy {accuracy:.4f} on {len(held)}", flush=True)


if __name__ == "__main__":
    for task, model, settings in PLANS:
        if not sys.argv[1:] or task.name in sys.argv[1:]:
            show(task, model, settings)
    if "films" in sys.argv[1:]:  # last, for it draws other splits
        show_films()
