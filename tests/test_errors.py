"""Exceptions of strangers in words: one printable line, whatever they do when they are asked for
their message."""

import msgspec
import pytest
from hypothesis import given, strategies as st

from rnnbench.errors import describe, encodable, first_line, message
from rnnbench.runner.failures import failure


class Mute(Exception):
    """Its message cannot be had."""

    def __str__(self) -> str:
        raise RuntimeError("no message")


class Exiting(Exception):
    """It ends the process of whoever asks for its message."""

    def __str__(self) -> str:
        raise SystemExit(0)


class Numeric(Exception):
    """Its message is no text."""

    def __str__(self) -> str:
        return 7  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("too many"), "ValueError: too many"),
        (ValueError("\n  too many\nand more"), "ValueError: too many"),
        (ValueError("too\rmany"), "ValueError: too"),
        (ValueError(), "ValueError"),
        (ValueError(" \n "), "ValueError"),
        (SystemExit(3), "SystemExit: 3"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (ValueError("file \udce4.csv"), "ValueError: file \\udce4.csv"),
        (ValueError("\x1b[31mred\x00"), "ValueError: \\x1b[31mred\\x00"),
        (ValueError("a\tb"), "ValueError: a b"),
        (Mute(), "Mute: its message cannot be read, since its __str__ raises RuntimeError"),
        (Exiting(), "Exiting: its message cannot be read, since its __str__ raises SystemExit"),
        (Numeric(), "Numeric: its message cannot be read, since its __str__ raises TypeError"),
    ],
)
def test_every_exception_is_described_in_one_printable_line(
    error: BaseException, line: str
) -> None:
    """Class and first line of the message; the class alone where there is no message."""
    assert describe(error) == line


def test_without_a_message_the_first_line_is_the_class() -> None:
    """A sentence that ends in the message of an error never ends in nothing."""
    assert first_line(ValueError()) == "ValueError"
    assert first_line(ValueError("why\nmore")) == "why"


@given(st.text(st.characters(exclude_categories=())))
def test_a_description_can_be_printed_and_stored(text: str) -> None:
    """Any text, lone surrogates and control characters included."""
    line = describe(ValueError(text))
    assert line.isprintable()
    assert msgspec.json.decode(msgspec.json.encode(line)) == line
    assert msgspec.json.decode(msgspec.json.encode(encodable(text))) == encodable(text)


@pytest.mark.parametrize("error", [Mute(), Exiting(), ValueError("file \udce4.csv"), ValueError()])
def test_a_trial_that_fails_with_an_odd_exception_can_be_stored(error: Exception) -> None:
    """Reason and traceback are text that JSON takes."""
    try:
        raise error
    except Exception as raised:
        failed = failure(raised)
    assert failed.status == "error"
    assert failed.reason == describe(error)
    assert msgspec.json.decode(msgspec.json.encode(failed))[2] == failed.traceback
    assert type(error).__name__ in failed.traceback


def test_the_whole_message_keeps_its_lines() -> None:
    """For those who look for words anywhere in it."""
    assert message(ValueError("one\ntwo \udce4")) == "one\ntwo \\udce4"
