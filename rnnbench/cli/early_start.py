"""Start the forkserver before the modules of a command are imported, so that both load at once."""

from collections.abc import Sequence
from importlib import import_module

import click

COMMANDS = (["run", "suite"], ["run", "trial"])
"""Commands whose trials need the forkserver at once. `try` sets variables for it first."""
WITHOUT_TRIALS = ("--dry-run", "--help", "-h")
EXECUTOR = "--executor"
"""With this option the trials of a suite may run elsewhere."""


class StartsEarly(click.Group):
    """A group that starts the forkserver as soon as it knows that a command will run trials."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if runs_trials(args) and not ctx.resilient_parsing:  # which completions have
            import_module("rnnbench.executors.forkserver").start_early()
        return super().resolve_command(ctx, args)


def runs_trials(words: Sequence[str]) -> bool:
    """Whether a command line, without the program's name, is likely to need the forkserver.

    Where that turns out to be wrong, the server is ended with the command.
    """
    if list(words[:2]) not in COMMANDS:
        return False
    return not any(word in WITHOUT_TRIALS or word.startswith(EXECUTOR) for word in words)
