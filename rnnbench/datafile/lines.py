"""An inspection in six lines, and its notices in sentences."""

from rnnbench.datafile.records import Column, Inspection, Notice
from rnnbench.datafile.transforms import TargetTransforms
from rnnbench.text import counted, enumerated, listed

MOST_SHOWN = 8


def headline(inspection: Inspection) -> str:
    """What the file was taken for."""
    return (
        f"{inspection.file} is {inspection.format}, with {counted(inspection.rows, 'row')}, taken"
        f" for {_purpose(inspection)}."
    )


def six_lines(inspection: Inspection) -> list[tuple[str, str]]:
    """What would be done with the file: six names, and a sentence for each."""
    return [
        ("columns", _columns(inspection)),
        ("order", _order(inspection)),
        ("groups", _groups(inspection)),
        ("windows", _windows(inspection)),
        ("split", _split(inspection)),
        ("transforms", _transforms(inspection)),
    ]


def sentence_of(notice: Notice) -> str:
    """A notice with what is done about it."""
    return f"{notice.sentence} {notice.action}"


def _purpose(inspection: Inspection) -> str:
    by_role = {column.role: column.name for column in inspection.columns}
    if inspection.kind == "forecast":
        return f"a forecast of {enumerated(_targets(inspection))}"
    if inspection.kind == "language model":
        return f"a language model of {inspection.windows.unit}"
    what = "texts" if inspection.kind == "text classification" else "sequences"
    return f"a classification of {what} by '{by_role['label']}'"


def _targets(inspection: Inspection) -> list[str]:
    """The targets in quotes, in the order in which they were named."""
    named = {column.name: f"'{column.name}'" for column in inspection.columns}
    return [named[name] for name in inspection.targets]


def _columns(inspection: Inspection) -> str:
    return f"{listed(map(_column, inspection.columns), MOST_SHOWN, '; ')}."


def _column(column: Column) -> str:
    kind = "no values" if column.kind == "nothing" else column.kind
    lacking = f", {column.missing:,} missing" if column.missing else ""
    return f"'{column.name}' ({kind}, {column.role}{lacking})"


def _order(inspection: Inspection) -> str:
    order = inspection.order
    if order.column is None:
        return "as in the file; no column of times is used."
    step = order.step or "without a usual step"
    return f"by '{order.column}', {step}, from {order.first} to {order.last}."


def _groups(inspection: Inspection) -> str:
    groups = inspection.groups
    unit = "words" if inspection.kind == "text classification" else "rows"
    if inspection.kind == "language model":
        return "none: one text."
    if groups.count == 1:
        return f"none: one series of {counted(groups.longest, 'row')}."
    what = "series"
    if inspection.kind != "forecast":
        what = "texts" if unit == "words" else "sequences"
    by = f" by '{groups.column}'" if groups.column else ""
    span = f"{groups.shortest:,} to {groups.longest:,} {unit}"
    if groups.shortest == groups.longest:
        span = f"{groups.shortest:,} {unit} each"
    classes = [f"{count:,} of '{name}'" for name, count in groups.classes.items()]
    shown = f": {listed(classes, MOST_SHOWN)}" if classes else ""
    return f"{groups.count:,} {what}{by}, of {span}{shown}."


def _windows(inspection: Inspection) -> str:
    windows = inspection.windows
    if windows.length is None:
        return f"none: each of the {windows.count:,} {windows.unit} is read whole."
    if windows.horizon is None:
        whole = "rows" if windows.unit == "sequences" else "words"
        return (
            f"none: of each of the {windows.count:,} {windows.unit}, the last"
            f" {windows.length:,} {whole} are read."
        )
    horizon = windows.horizon
    next_ones = windows.unit.removesuffix("s") if horizon == 1 else f"{horizon:,} {windows.unit}"
    left_out = f"; {windows.left_out:,} are left out" if windows.left_out else ""
    return (
        f"{windows.count:,} of {windows.length:,} {windows.unit}, of which each answers the next"
        f" {next_ones}{left_out}."
    )


def _split(inspection: Inspection) -> str:
    split = inspection.split
    is_text = inspection.kind == "language model"
    train = _used(split.train_used, split.train, "the last " if is_text else "")
    validation = _used(split.validation_used, split.validation, "the first " if is_text else "")
    return (
        f"by {split.by}: {split.train:,} {split.unit} for training{train}, {split.validation:,} for"
        f" validation{validation}, {split.test:,} for the test."
    )


def _used(count: int | None, among: int, which: str) -> str:
    """How many of the examples of a part are used, where not all of them are."""
    return "" if count in (None, among) else f", of which {which}{count:,} are used"


def _transforms(inspection: Inspection) -> str:
    transforms = inspection.transforms
    if inspection.kind != "forecast":
        return f"{transforms.scaling}."
    targets = _targets(inspection)
    of_targets = []
    for name, of in zip(targets, transforms.of_targets, strict=True):
        of_targets.append(_of_target(of, name if len(targets) > 1 else "the target"))
    roles = {column.name: column.role for column in inspection.columns}
    inputs = [f"'{name}'" for name in transforms.outside if roles[name] == "input"]
    of_inputs = ""
    if inputs:
        of_inputs = f"; changes are read of {listed(inputs, MOST_SHOWN)}, which leave their range"
    elapsed = ""
    if transforms.elapsed:
        elapsed = "; the time since the row before is read too, as a logarithm"
    return f"{transforms.scaling}; {'; '.join(of_targets)}{of_inputs}{elapsed}."


def _of_target(transforms: TargetTransforms, name: str) -> str:
    done = []
    if transforms.logarithm:
        done.append(f"logarithms are taken of {name}")
    if transforms.differenced:
        done.append(f"changes of {name} are forecast in place of its level")
    what = " and ".join(done) or f"{name} is neither differenced nor a logarithm taken"
    return f"{what} ({transforms.reason})"
