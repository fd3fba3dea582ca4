"""The exit codes of all commands. The README has a row for each."""

from enum import IntEnum

from click.exceptions import Exit


class ExitCode(IntEnum):
    """What a command ends with.

    FINE:        it did what was asked; a training that diverged is a result.
    FAILED:      it ran, and something did not come out: a trial failed, a report was not made, a
                 figure differs.
    USAGE:       the command line, a suite or the environment is wrong.
    REGRESSION:  `gate`: something is worse.
    UNDECIDED:   `gate`: what is there cannot be compared.
    NOTHING_RAN: no trial could run, or there is nothing to compare.
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
    """What a command raises to end with this code."""
    return Exit(int(code))
