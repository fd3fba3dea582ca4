"""Errors for the person who can mend them: where, what was found, the nearest valid name, what
there is."""

from collections.abc import Iterable
from difflib import get_close_matches

MOST_LISTED = 40
NEAR = 8
VERY_NEAR = 0.75


class RnnbenchError(Exception):
    """Something that the caller can mend. The command line prints its text and exits with 2."""


class UnknownName(RnnbenchError):
    """A name that nothing installed answers to."""

    def __init__(
        self, kind: str, name: str, available: Iterable[str], where: str = "", hint: str = ""
    ) -> None:
        self.kind, self.name, self.where, self.hint = kind, name, where, hint
        self.available = tuple(sorted(available))
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        place = f"{self.where}: " if self.where else ""
        nearest = get_close_matches(self.name, self.available, n=1, cutoff=0.5)
        guess = f" Did you mean '{nearest[0]}'?" if nearest else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{place}no {self.kind} called '{self.name}'.{guess} {self._there_is()}{hint}"

    def _there_is(self) -> str:
        if not self.available:
            return "There are none."
        if len(self.available) <= MOST_LISTED:
            return f"There are: {', '.join(self.available)}."
        near = get_close_matches(self.name, self.available, n=NEAR, cutoff=0.0)
        return (
            f"Near it, of {len(self.available)} that there are: {', '.join(near)}. All: rnnbench"
            " list."
        )


def no_such(kind: str, name: str, available: Iterable[str]) -> str:
    """That there is none of this name, with a name that is very near to it; for what may be
    missing."""
    nearest = get_close_matches(name, sorted(available), n=1, cutoff=VERY_NEAR)
    return f"no such {kind}: {name}" + (f" (did you mean '{nearest[0]}'?)" if nearest else "")


def describe(error: BaseException) -> str:
    """An exception of anybody in one printable line: its class, and the first line of its message
    where it has one.

    It gives a line for every exception: also where `__str__` raises, gives no text, or gives what
                                         cannot be encoded.
    """
    name = _one_line(type(error).__name__)
    line = _one_line(message(error))
    return f"{name}: {line}" if line else name


def first_line(error: BaseException) -> str:
    """The first line of an exception's message, printable; the name of its class where it has no
    message."""
    return _one_line(message(error)) or _one_line(type(error).__name__)


def message(error: BaseException) -> str:
    """The whole message of an exception; where `__str__` raises, a sentence that says so."""
    try:
        return encodable(str(error))
    except BaseException as other:  # `__str__` is a stranger's code, and may raise anything
        return (
            "its message cannot be read, since its __str__ raises"
            f" {_one_line(type(other).__name__)}"
        )


def encodable(text: str) -> str:
    """A text that can be written as UTF-8: backslashes and numbers stand in for lone surrogates."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _one_line(text: str) -> str:
    """The first line of a text that is not blank, with escapes in place of what no terminal
    prints."""
    lines = text.strip().splitlines()
    if not lines:
        return ""
    line = lines[0].replace("\t", " ").strip()
    return "".join(_printable(character) for character in line)


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")


def why_not(package: str, error: BaseException) -> str:
    """Why nothing can run here: a package that every trial needs is missing, or is there and cannot
    be imported."""
    if isinstance(error, ModuleNotFoundError) and error.name == package:
        return (
            f"{package} is not installed in this environment, and every trial needs it; `rnnbench"
            " doctor` looks for it"
        )
    return (
        f"{package} is installed and cannot be imported, and every trial needs it:"
        f" {describe(error)}; `rnnbench doctor` says more"
    )


class PluginError(RnnbenchError):
    """A plugin that breaks the rules of the door; the text names its distribution."""


class CellContractError(RnnbenchError):
    """A cell whose `forward` does not keep `forward(x_BTI, state=None) -> (y_BTH, state)`."""


class DataUnavailable(RnnbenchError):
    """Data that cannot be had now: no network, a wrong hash, a missing member. Trials on it are
    skipped."""


class Refused(RnnbenchError):
    """A combination that makes no sense or that a constraint forbids; the trial is refused with
    this reason."""


class OutOfTime(RnnbenchError):
    """A trial that has spent its limit of seconds."""
