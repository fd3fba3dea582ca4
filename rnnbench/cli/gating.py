"""`rnnbench gate`: decides whether a run may pass, by comparing it with a baseline."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import click

from rnnbench.cli.completion import complete_run
from rnnbench.cli.exit_codes import ended
from rnnbench.cli.rulings import Forms, forms, give
from rnnbench.compare import JUDGED, Kind, compare, policy_for, read_run, rule
from rnnbench.records import OnChange


@click.command()
@click.argument("base", type=click.Path(path_type=Path), shell_complete=complete_run)
@click.argument("head", type=click.Path(path_type=Path), shell_complete=complete_run)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(JUDGED),
    help="Only figures of this kind; may be repeated [all].",
)
@click.option(
    "--on-change",
    type=click.Choice(get_args(OnChange)),
    help="What a last bit that differs makes of the ruling [undecided].",
)
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(path_type=Path),
    help="TOML file whose table [gate] says what is tolerated [that of the suite].",
)
@click.option(
    "--skip-incomparable",
    is_flag=True,
    help="Leave out what another machine, or other versions, cannot be held to.",
)
@forms
def gate(
    base: Path,
    head: Path,
    kinds: Sequence[Kind],
    on_change: OnChange | None,
    policy_file: Path | None,
    skip_incomparable: bool,
    **wanted: Any,
) -> None:
    """Say whether the run in HEAD may pass, compared with the one in BASE. Nothing is run.

    Counts are judged exactly, figures of training at a fixed seed to the last bit, bytes and
    instructions within a tolerance, ratios of times within one named session of one machine, and
    learning over seeds. Exits with 0 if nothing is worse, 3 if something is, 4 if that is undecided
    (no baseline, missing trials, another machine, other last bits), 5 if there is nothing to
    compare.
    """
    runs = (read_run(base), read_run(head))
    policy, policy_of = policy_for(runs[0], policy_file, on_change)
    comparison = compare(*runs, policy)
    ruling = rule(comparison, kinds, policy=policy, skip_incomparable=skip_incomparable)
    code = give(ruling, comparison, Forms(**wanted), policy_of)
    raise ended(code)
