"""How claims are listed, shown, and answered on a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from rich.text import Text

from rnnbench import text
from rnnbench.catalogue import Catalogue
from rnnbench.cli.describe import Description
from rnnbench.cli.output import console
from rnnbench.errors import RnnbenchError, describe as describe_error
from rnnbench.findings import ClaimFinding, Judged, Range, describe
from rnnbench.records import Claim, Reading
from rnnbench.suite import claims_of_file

COLOURS = {"supported": "green", "refuted": "red", "mixed": "yellow"}
WIDTH = 110
SIGNS = {"holds": "+", "fails": "-", "open": "?"}


def claim_descriptions(catalogue: Catalogue) -> list[Description]:
    """Every claim that plugins bring, as listing commands say it; a file that is wrong is a line
    that says so."""
    found: list[Description] = []
    for name, contribution in catalogue.claims.items():
        origin = contribution.plugin.origin
        try:
            found += [
                _description(claim, origin)
                for claim in claims_of_file(contribution.item, catalogue)
            ]
        except Exception as error:  # a file that cannot be read must not take the whole list away
            problem = str(error) if isinstance(error, RnnbenchError) else describe_error(error)
            found.append({"name": name, "summary": f"BROKEN: {problem}", "origin": origin})
    return found


def _description(claim: Claim, origin: str) -> Description:
    untested = (
        "" if any(r.questions for r in claim.readings) else "untested: " + ", ".join(claim.missing)
    )
    return {
        "name": claim.name,
        "summary": f"{claim.sentence} ({untested})" if untested else claim.sentence,
        "origin": origin,
        "core": claim.core,
        "note": claim.note,
        "about": "\n".join(_about(claim)),
        "readings": [_reading(reading) for reading in claim.readings],
        "conditions": sum(len(reading.questions) for reading in claim.readings),
        "most_seeds": claim.most_seeds,
        "not_installed": list(claim.missing),
    }


def _reading(reading: Reading) -> Description:
    return {
        "title": reading.title,
        "asks": describe(reading),
        "conditions": [question.facets for question in reading.questions],
        "missing": list(reading.missing),
    }


def _about(claim: Claim) -> Iterator[str]:
    """The sentence, what is to be said of it, and each reading with its conditions, a line each."""
    yield claim.sentence
    if claim.note:
        yield from ("", *wrap(claim.note, WIDTH))
    for reading in claim.readings:
        yield from ("", _headed(reading.title, describe(reading)))
        yield from (f"  {_where(question.facets)}" for question in reading.questions)
        yield from (f"  untested: {reason}" for reason in reading.missing)


def _headed(title: str, asks: str) -> str:
    return f"{title}: {asks}" if title else asks


def _where(facets: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facets.items())


def print_claims(claims: Sequence[ClaimFinding]) -> None:
    """Each claim with its verdict, and a line for each condition."""
    out = console()
    for claim in claims:
        out.print(
            Text.assemble(
                (claim.verdict.upper(), f"bold {COLOURS.get(claim.verdict, '')}"),
                f"  {claim.sentence}",
            )
        )
        out.print(f"  {claim.name}: {claim.because}", markup=False)
        for reading in claim.readings:
            out.print(f"  {_headed(reading.title, reading.summary)}", markup=False)
            if not any(judged.effect or judged.lost for judged in reading.judged):
                out.print(f"    {', '.join(reading.missing) or 'nothing measured'}", markup=False)
                continue
            for judged in reading.judged:
                out.print(f"    {_line(judged)}", markup=False)
        for caution in claim.cautions:
            out.print(f"  {caution}", markup=False)
        out.print()


def _line(judged: Judged) -> str:
    """One condition: sign, conditions, effect, how sure."""
    exact = judged.effect is not None and judged.effect.low == judged.effect.high
    sure = ""
    if judged.p_value:
        sure = f", {text.p_value(judged.p_value)}"
    elif judged.p_value == 0 and exact:
        sure = ", exact"
    reasons = "; ".join(
        filter(None, (judged.why, *judged.lost, text.more_seeds(judged.more_seeds)))
    )
    why = f" ({reasons})" if reasons else ""
    return f"{SIGNS[judged.state]} {_where(judged.facets)}: {effect_text(judged.effect)}{sure}{why}"


def effect_text(effect: Range | None) -> str:
    """An effect with what lies around it, and n."""
    if effect is None:
        return "-"
    if effect.low == effect.high:
        return f"{effect.centre:.4g}, n = {effect.n}"
    kind = "" if effect.kind == "95 % interval" else effect.kind
    return (
        f"{text.rounded(effect.centre)} {text.interval(effect.low, effect.high, kind)}, n ="
        f" {effect.n}"
    )
