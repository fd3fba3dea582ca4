"""Examples of every command, which close its `--help`."""

import click

EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "": (
        ("rnnbench run suite", "RNN, GRU and LSTM, in two minutes"),
        ("rnnbench run suite recall -c gru -c lru", "two cells on a suite"),
        ("rnnbench report runs/quick -v", "the report again, in sentences"),
    ),
    "run": (
        ("rnnbench run suite smoke", "a suite, in seconds"),
        ("rnnbench run trial gru adding", "a single training"),
    ),
    "run suite": (
        ("rnnbench run suite", "the suite quick"),
        ("rnnbench run suite quick -c gru -c lem --seeds 8", "two cells, a verdict"),
        ("rnnbench run suite mine.toml --dry-run", "what would run"),
        ("rnnbench run suite recall --set recipe.epochs=5", "a key of the suite"),
        ("rnnbench run suite claims --core --until-decided", "the main claims"),
    ),
    "run trial": (
        ("rnnbench run trial gru adding --dial horizon=20", "a longer task"),
        ("rnnbench run trial lstm parity --option chrono=40", "an option of a cell"),
        ("rnnbench run trial gru copy --json", "the whole result"),
    ),
    "list": (
        ("rnnbench list", "everything that is installed"),
        ("rnnbench list cells", "one kind"),
        ("rnnbench list suites --json", "for programs"),
        ("rnnbench list --markdown", "as a page of tables"),
    ),
    "show": (
        ("rnnbench show lstm", "options, sizes and checks of a cell"),
        ("rnnbench show adding", "dials, target and chance of a task"),
        ("rnnbench show quick --json", "for programs"),
    ),
    "check": (
        ("rnnbench check my-cell", "all laws"),
        ("rnnbench check gru lstm -q", "what fails alone"),
        ("rnnbench check --all --skip compiled", "every cell"),
    ),
    "new": (
        ("rnnbench new cell my-cell", "into ./my-cell"),
        ("rnnbench new task my-task -o projects/my-task", "into a folder"),
    ),
    "report": (
        ("rnnbench report runs/quick", "tables, and the page"),
        ("rnnbench report runs/quick -v", "with sentences and caveats"),
        ("rnnbench report runs/quick --open", "the page in a browser"),
        ("rnnbench report runs/a runs/b -o runs/both", "two runs as one"),
        ("rnnbench report runs", "a page of all runs"),
    ),
    "export": (
        ("rnnbench export runs/quick --format csv", "into runs/quick/export"),
        ("rnnbench export runs/cost --format bmf -o out", "into a folder"),
        ("rnnbench export runs/mine --format model", "the best trained model"),
        ("rnnbench export here there --format latex -o both", "of two folders as one"),
    ),
    "compare": (
        ("rnnbench compare runs/before runs/after", "what changed"),
        ("rnnbench compare runs/before runs/after --json", "every figure"),
    ),
    "gate": (
        ("rnnbench gate baseline runs/smoke", "may it pass?"),
        ("rnnbench gate baseline runs/smoke --skip-incomparable", "other machines"),
        ("rnnbench gate baseline runs/smoke --junit gate.xml -q", "for a server"),
    ),
    "ab": (
        ("rnnbench ab cost --base-ref origin/main", "against a commit"),
        ("rnnbench ab cost --base ../old/bin/python -c gru", "another Python"),
    ),
    "history": (
        ("rnnbench history add runs/cost", "keep the figures of a run"),
        ("rnnbench history show", "which figures moved, and when"),
    ),
    "history add": (
        ("rnnbench history add runs/cost", "by the commit of its results"),
        ("rnnbench history add runs/a --commit v1.2", "by another name"),
    ),
    "history merge": (("rnnbench history merge other.db", "of another machine"),),
    "history show": (
        ("rnnbench history show --cell gru", "one cell"),
        ("rnnbench history show --since v1.2 --all", "every figure since a tag"),
    ),
    "history plot": (
        ("rnnbench history plot -o history", "a page and its figures"),
        ("rnnbench history plot --last 50", "the newest commits"),
    ),
    "history bisect": (
        ("rnnbench history bisect v1.2 main cost", "the first bad commit"),
        ("rnnbench history bisect v1.2 main cost -- -c gru", "for one cell"),
    ),
    "reproduce": (("rnnbench reproduce runs/quick adding.h10.gru.s0", "to the last bit"),),
    "inspect": (
        ("rnnbench inspect prices.csv --target close", "a forecast"),
        ("rnnbench inspect visits.csv --group visit --label outcome", "sequences"),
        ("rnnbench inspect reviews.csv.gz --json", "for programs"),
    ),
    "try": (
        ("rnnbench try prices.csv --target close", "which cell, if any"),
        ("rnnbench try prices.csv --dry-run", "what would be trained"),
        ("rnnbench try visits.csv -c gru -c lru --minutes 10", "two cells, more time"),
    ),
    "predict": (
        ("rnnbench predict runs/mine new.csv -o out.csv", "by the best model"),
        ("rnnbench predict runs/mine new.csv -c gru", "by the best one of a cell"),
        ('rnnbench predict runs/novel --continue "It was"', "a text by a model"),
    ),
    "data": (
        ("rnnbench data list", "what there is, and what is here"),
        ("rnnbench data fetch", "everything, before going offline"),
    ),
    "data list": (("rnnbench data list --json", "for programs"),),
    "data fetch": (("rnnbench data fetch bitcoin", "the data of one task"),),
    "doctor": (
        ("rnnbench doctor", "what this machine can do"),
        ("rnnbench doctor -v", "every package of data, every plugin"),
    ),
}
"""By the words of a command: command lines, and what each does."""


def with_examples(command: click.Command, name: str) -> click.Command:
    """Give a command, and the commands in it, their examples as the end of their help."""
    command.epilog = epilog(name)
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            with_examples(inner, f"{name} {inner.name}")
    return command


def epilog(name: str) -> str:
    """The examples of a command, in lines that click does not join; "" without any."""
    examples = EXAMPLES.get(name, ())
    if not examples:
        return ""
    width = max(len(line) for line, _ in examples)
    lines = [f"  {line:<{width}}  # {what}" for line, what in examples]
    return "\n".join(["\b", "Examples:", *lines])
