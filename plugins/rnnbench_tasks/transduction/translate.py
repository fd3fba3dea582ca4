"""The task `translate`: strings of user interfaces, from English into French or German."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import ascii_letters, digits, punctuation
from typing import Any, ClassVar, Literal
from zipfile import Path as ZipPath

from numpy.typing import NDArray

import rnnbench
from rnnbench_tasks.sequence_metrics import CHARACTER_ERRORS, EXACT, right_ones, written
from rnnbench_tasks.transduction import written_pairs as pairs

CATALOGUES = tuple(
    rnnbench.Archive(
        package, version, sha256, size_bytes, "BSD-3", "interface strings and their translations"
    )
    for package, version, sha256, size_bytes in (
        (
            "Django",
            "5.2.19",
            "5965d974a5218a2b68a11dd1276434707f23886525c23f0598eccedaf4f4ca00",
            8_320_000,
        ),
        (
            "wagtail",
            "8.0.1",
            "1e6ad5c7891a54efce1400e168298b5a2cc343b642cee89c31bf5ec30c98b26c",
            9_842_000,
        ),
        (
            "django-oscar",
            "4.2.1",
            "adbb95ea0130859c204cc6fb221052d6d437ecbaa90800e8418a809f72645e9c",
            8_985_000,
        ),
    )
)
BEYOND_ASCII = "ÀÁÂÄÇÈÉÊËÎÏÔÖÙÛÜàâäçèéêëîïôöùûüßœæ«»‘’‚“”„–—…·°€\N{NO-BREAK SPACE}"  # noqa: RUF001
ALPHABET = f" {ascii_letters}{digits}{punctuation}{BEYOND_ASCII}"
"""The known characters; a pair with any other character is left out."""
CODES = {character: code for code, character in enumerate(ALPHABET, start=pairs.FIRST_SYMBOL)}
SPLIT_SEED = 20261125
Array = NDArray[Any]


def _text(tokens: list[int]) -> str:
    """Return the text of tokens, without any GO and END that a model wrote."""
    characters = [token - pairs.FIRST_SYMBOL for token in tokens if token >= pairs.FIRST_SYMBOL]
    return "".join(ALPHABET[character] for character in characters)


def _chrf(outputs: Array, targets: Array, extra: Mapping[str, Array]) -> float:  # noqa: ARG001
    """Return the chrF of the whole set, with the best reference for each string."""
    from sacrebleu import corpus_chrf  # half a second that listing tasks does not need

    references = [list(map(_text, answers)) for answers in right_ones(extra)]
    most = max(map(len, references))
    padded = [[*answers, *[""] * (most - len(answers))] for answers in references]
    streams = [list(stream) for stream in zip(*padded, strict=True)]
    return float(corpus_chrf([_text(written(row)) for row in outputs], streams).score)


CHRF = rnnbench.Metric("chrf", "F-score of runs of up to 6 characters, 0 to 100", "higher", _chrf)


@dataclass(frozen=True)
class Translate(rnnbench.RecordedTask):
    """Translate a string of a user interface from English, character by character.

    tokens:  D e l e t e (go) S u p p r i m e r
    answer:  from (go) on: S u p p r i m e r (end)

    The strings are about 2,100 of Django, Wagtail and Oscar with at most `horizon` characters,
    translated into French ("fr") or German ("de"). A draw that is the same for every seed takes
    `held_out` strings each for validation and test. Strings that differ only in case and
    punctuation stay together. Any of several translations is right.

    chrF (Popović 2015, doi:10.18653/v1/W15-3049) decides, because exact matches are too rare to
    distinguish models. The character error rate is the number of edits to the closest right answer
    over its length. Token accuracy would have no meaning, as one character too many shifts all that
    follow.

    The target is the score of a translation memory, which gives the translation of the most similar
    training string, rounded down. With a similarity chosen on validation data, its chrF is 44.3 on
    validation and 46.8 on test data for French (48.0 and 47.6 for German), measured 2026-11-25 by
    benchmarks/targets_text.py.
    """

    horizon: int = 20
    language: Literal["fr", "de"] = "fr"
    held_out: int = 200
    name: ClassVar[str] = "translate"
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    mode: ClassVar[rnnbench.Mode] = "decode"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (CHRF, CHARACTER_ERRORS, EXACT)
    target: ClassVar[float] = 44.0
    trivial_forecast: ClassVar[str] = "copy the source"
    archives: ClassVar[tuple[rnnbench.Archive, ...]] = CATALOGUES
    end_token: ClassVar[int] = pairs.END
    longest_answer: ClassVar[int] = 80

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.held_out < 1:
            raise ValueError(f"held_out must be at least 1, got {self.held_out}")

    @property
    def target_here(self) -> float:
        """The target for this language: the translation memory reaches 48.0 in German."""
        return 48.0 if self.language == "de" else self.target

    @property
    def vocabulary(self) -> int:
        """The number of tokens: end, go, and the alphabet."""
        return pairs.FIRST_SYMBOL + len(ALPHABET)

    @property
    def output_size(self) -> int:
        """One class for each token."""
        return self.vocabulary

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:
        """Return sequences (B, T) as in `rnnbench_tasks.transduction.written_pairs`."""
        known = self._known(read_translations(archives, self.language))
        parts = pairs.split_groups([bare(source) for source in known], self.held_out, SPLIT_SEED)
        if not all(parts):
            raise rnnbench.DataUnavailable(
                f"{self.name}: {len(known)} strings are too few for three splits"
            )
        examples = [(_codes(source), list(map(_codes, texts))) for source, texts in known.items()]
        train, validation, test = (pairs.take(examples, part) for part in parts)
        return rnnbench.Splits(pairs.to_learn(train), pairs.to_ask(validation), pairs.to_ask(test))

    def _known(self, translations: Mapping[str, list[str]]) -> dict[str, list[str]]:
        """Return the strings and translations that are short enough and within the alphabet."""
        known = {}
        for source, texts in translations.items():
            usable = [text for text in texts if _fits(text, self.longest_answer)]
            if usable and _fits(source, self.horizon):
                known[source] = usable
        return known

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the measured scores of the English string itself."""
        return rnnbench.score(self.metrics, pairs.as_outputs(pairs.questions(test)), test)


def _fits(text: str, longest: int) -> bool:
    return len(text) <= longest and set(text) <= CODES.keys()


def _codes(text: str) -> list[int]:
    return [CODES[character] for character in text]


def bare(source: str) -> str:
    """Return a string without case and punctuation, or itself where nothing else is left."""
    return re.sub(r"[\W_]+", " ", source.casefold()).strip() or source


def read_translations(archives: Mapping[str, ZipPath], language: str) -> dict[str, list[str]]:
    """Return the different translations of each English string, in the order of the files.

    Fuzzy and obsolete translations, plural forms, and strings that are their own translation are
    left out.
    """
    import polib  # a parser that listing tasks does not need

    translations: dict[str, list[str]] = {}
    for archive in CATALOGUES:
        root = archives[archive.package]
        for name in _catalogue_files(root, language):
            for entry in polib.pofile((root / name).read_text(encoding="utf-8")):
                # Plural forms have no msgstr.
                is_usable = entry.msgstr and not entry.fuzzy and not entry.obsolete
                if not is_usable or entry.msgstr == entry.msgid:
                    continue
                known = translations.setdefault(entry.msgid, [])
                if entry.msgstr not in known:
                    known.append(entry.msgstr)
    return translations


def _catalogue_files(root: ZipPath, language: str) -> list[str]:
    folder = f"locale/{language}/LC_MESSAGES/"
    names = root.root.namelist()
    return sorted(name for name in names if folder in name and name.endswith(".po"))
