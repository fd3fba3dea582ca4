"""`rnnbench list`: lists the contributions of plugins."""

import click

from rnnbench.catalogue import Catalogue
from rnnbench.cli.catalogue_page import page
from rnnbench.cli.describe import Description
from rnnbench.cli.everything import everything
from rnnbench.cli.output import print_json, print_line, print_table

KINDS = ("cells", "tasks", "suites", "reports", "executors", "metrics", "claims", "plugins")


@click.command("list")
@click.argument("kind", required=False, type=click.Choice(KINDS))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--markdown", is_flag=True, help="Print a page of tables.")
def list_(kind: str | None, as_json: bool, markdown: bool) -> None:
    """List what the installed plugins bring, with their origin."""
    described = everything(Catalogue.present())
    kinds = [kind] if kind else list(KINDS)
    if markdown:
        if as_json:
            raise click.UsageError("--json and --markdown exclude each other")
        print_line(page({name: described[name] for name in kinds}))
        return
    if as_json and kind:
        print_json(described[kind])
        return
    if as_json:
        print_json({name: described[name] for name in kinds})
        return
    for name in kinds:
        rows = [
            [name[:-1], thing["name"], _summary(thing), thing["origin"]]
            for thing in described[name]
        ]
        print_table(("kind", "name", "what it is", "from"), rows)


def _summary(thing: Description) -> str:
    """The summary of a contribution; of a task without its data, also what will be fetched."""
    missing = thing.get("missing")
    if missing:
        return f"{thing['summary']} (data to be fetched: {', '.join(missing)})"
    return str(thing["summary"])
