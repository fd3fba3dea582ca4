"""Lists and shows claims, and prints their verdicts on a terminal."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rnnbench import text
from rnnbench.catalogue import Catalogue
from rnnbench.cli.describe import Description
from rnnbench.cli.output import console, cut, say
from rnnbench.errors import RnnbenchError, describe as describe_error
from rnnbench.findings import ClaimFinding, Judged, Range, describe
from rnnbench.records import Claim, Reading
from rnnbench.suite import claims_of_file

COLOURS = {"supported": "green", "refuted": "red", "mixed": "yellow"}
SIGNS = {"holds": "+", "fails": "-", "open": "?"}


def claim_descriptions(catalogue: Catalogue) -> list[Description]:
    """Describe every claim that plugins contribute; an unreadable file has a line with its
    problem."""
    descriptions: list[Description] = []
    for name, contribution in catalogue.claims.items():
        origin = contribution.plugin.origin
        try:
            claims = claims_of_file(contribution.item, catalogue)
            descriptions += [_description(claim, origin) for claim in claims]
        except Exception as error:  # one unreadable file must not cost the whole list
            problem = str(error) if isinstance(error, RnnbenchError) else describe_error(error)
            broken = {"name": name, "summary": f"BROKEN: {problem}", "origin": origin}
            descriptions.append(broken)
    return descriptions


def _description(claim: Claim, origin: str) -> Description:
    summary = claim.sentence
    if not any(reading.questions for reading in claim.readings):
        summary += f" (untested: {', '.join(claim.missing)})"
    return {
        "name": claim.name,
        "summary": summary,
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
    """Yield the lines of a claim: its sentence, its note, and each reading with its conditions."""
    yield claim.sentence
    if claim.note:
        yield from ("", claim.note)
    for reading in claim.readings:
        yield from ("", _headed(reading.title, describe(reading)))
        for question in reading.questions:
            yield f"  {_where(question.facets)}"
        for reason in reading.missing:
            yield f"  untested: {reason}"


def _headed(title: str, asks: str) -> str:
    return f"{title}: {asks}" if title else asks


def _where(facets: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facets.items())


def print_claim_lines(claims: Sequence[ClaimFinding], width: int) -> None:
    """Print a line for each claim, its verdict and its sentence, and how many have each verdict."""
    longest = 0
    if console().is_terminal:
        longest = max(len(claim.verdict) for claim in claims)
    for claim in claims:
        verdict = claim.verdict.upper()
        line = cut(f"{verdict:<{longest}}  {claim.sentence}", width)
        say(line, lead=len(verdict), style=_style(claim))
    counts = Counter(claim.verdict for claim in claims)
    numbers = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    say(f"{text.counted(len(claims), 'claim')}: {numbers}.")


def print_claims(claims: Sequence[ClaimFinding]) -> None:
    """Print each claim with its verdict, and a line for each condition."""
    for claim in claims:
        verdict = claim.verdict.upper()
        say(f"{verdict}  {claim.sentence}", hang=2, lead=len(verdict), style=_style(claim))
        say(f"{claim.name}: {claim.because}", indent=2)
        for reading in claim.readings:
            say(_headed(reading.title, reading.summary), indent=2, hang=4)
            if not any(judged.effect or judged.lost for judged in reading.judged):
                say(", ".join(reading.missing) or "nothing measured", indent=4)
                continue
            for judged in reading.judged:
                say(_line(judged), indent=4, hang=6)
        for caution in claim.cautions:
            say(caution, indent=2)
        say("")


def _style(claim: ClaimFinding) -> str:
    return f"bold {COLOURS.get(claim.verdict, '')}".strip()


def _line(judged: Judged) -> str:
    """A condition in one line: its sign, its facets, the effect and its evidence."""
    reasons = (judged.why, *judged.lost, text.more_seeds(judged.more_seeds))
    why = "; ".join(reason for reason in reasons if reason)
    effect = f"{effect_text(judged.effect)}{_evidence(judged)}"
    line = f"{SIGNS[judged.state]} {_where(judged.facets)}: {effect}"
    return f"{line} ({why})" if why else line


def _evidence(judged: Judged) -> str:
    """The p-value of a condition, or that its effect is exact."""
    if judged.p_value:
        return f", {text.p_value(judged.p_value)}"
    is_exact = judged.effect is not None and judged.effect.low == judged.effect.high
    return ", exact" if judged.p_value == 0 and is_exact else ""


def effect_text(effect: Range | None) -> str:
    """An effect with its interval and the number of seeds."""
    if effect is None:
        return "-"
    if effect.low == effect.high:
        return f"{text.rounded(effect.centre, 4)}, n = {effect.n}"
    kind = "" if effect.kind == "95 % interval" else effect.kind
    interval = text.interval(effect.low, effect.high, kind)
    return f"{text.rounded(effect.centre)} {interval}, n = {effect.n}"
