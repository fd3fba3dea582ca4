"""Errors that the caller can mend: where they are, what was found, the nearest valid name, all
names."""

from collections.abc import Iterable
from difflib import get_close_matches

MOST_LISTED = 40
NEAR = 8
VERY_NEAR = 0.75


class RnnbenchError(Exception):
    """An error that the caller can mend. The command line prints its text and exits with 2."""


class UnknownName(RnnbenchError):
    """A name that nothing installed has."""

    def __init__(
        self, kind: str, name: str, available: Iterable[str], where: str = "", hint: str = ""
    ) -> None:
        self.kind = kind
        self.name = name
        self.where = where
        self.hint = hint
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
    """Describe a name that may be missing, with a valid name that is very near to it."""
    nearest = get_close_matches(name, sorted(available), n=1, cutoff=VERY_NEAR)
    guess = f" (did you mean '{nearest[0]}'?)" if nearest else ""
    return f"no such {kind}: {name}{guess}"


def describe(error: BaseException) -> str:
    """Describe any exception in one printable line: its class, and the first line of its message.

    It works for every exception, even where `__str__` raises, gives no text, or gives what cannot
    be encoded.
    """
    name = _one_line(type(error).__name__)
    line = _one_line(message(error))
    return f"{name}: {line}" if line else name


def first_line(error: BaseException) -> str:
    """Return the first line of an exception's message, printable; the class name without a
    message."""
    return _one_line(message(error)) or _one_line(type(error).__name__)


def message(error: BaseException) -> str:
    """Return the whole message of an exception; where `__str__` raises, a sentence about that."""
    try:
        return encodable(str(error))
    except BaseException as other:
        return (
            "its message cannot be read, since its __str__ raises"
            f" {_one_line(type(other).__name__)}"
        )


def encodable(text: str) -> str:
    """Return text that can be written as UTF-8: escapes replace lone surrogates."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _one_line(text: str) -> str:
    """Return the first line that is not blank; escapes replace what a terminal cannot print."""
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
    """Explain why no trial can run: a package that all need is missing, or cannot be imported."""
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
    """A plugin that breaks the rules for plugins; the text names its distribution."""


class CellContractError(RnnbenchError):
    """A cell whose `forward` does not keep `forward(x_BTI, state=None) -> (y_BTH, state)`."""


class DataUnavailable(RnnbenchError):
    """Data that cannot be read now: no network, a wrong hash, a missing member. Trials on it are
    skipped."""


class Refused(RnnbenchError):
    """A combination that makes no sense or violates a constraint; the trial is refused with this
    reason."""


class OutOfTime(RnnbenchError):
    """A trial that has used up its limit of seconds."""
