"""The exit codes of all commands; docs/commands.md has a row for each."""

from enum import IntEnum

from click.exceptions import Exit


class ExitCode(IntEnum):
    """The exit code of a command.

    FINE:        it did what was asked; a training that diverged is a result.
    FAILED:      it ran, but a trial failed, a report was not made, a figure differs, or a history
                 could not take all.
    USAGE:       the command line, a suite or the environment is wrong.
    REGRESSION:  `gate`, `ab`: something is worse.
    UNDECIDED:   `gate`, `ab`: not everything can be compared; `history bisect`: several commits may
                 be the first bad one.
    NOTHING_RAN: no trial could run, or there is nothing to compare; `history bisect`: BAD is not
                 worse than GOOD.
    OUTPUT_LOST: standard output could not be written.
    INTERRUPTED: the user interrupted it.
    """

    FINE = 0
    FAILED = 1
    USAGE = 2
    REGRESSION = 3
    UNDECIDED = 4
    NOTHING_RAN = 5
    OUTPUT_LOST = 6
    INTERRUPTED = 130


def ended(code: ExitCode) -> Exit:
    """The exception that ends a command with this code."""
    return Exit(int(code))
