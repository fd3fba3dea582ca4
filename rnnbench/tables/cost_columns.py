"""The columns of the table of costs."""

from rnnbench.tables.schema import Column

COLUMNS = (
    Column("trial", "string", "the id of the trial, which measures several cells"),
    Column("row", "string", "what tables call the cell"),
    Column("cell", "string", "the name of the cell"),
    Column("implementation", "string", "which implementation of the cell ran"),
    Column("measurement", "string", "what the trial measures, such as `train-step-time`"),
    Column("steps", "integer", "steps of a sequence"),
    Column("batch", "integer", "sequences in a batch"),
    Column(
        "hidden",
        "integer",
        "hidden units that were asked for; absent where a budget of parameters gives them",
    ),
    Column("inputs", "integer", "input features; absent for frames"),
    Column("frame", "string", "size of a frame, CxHxW; absent for features"),
    Column(
        "parameters_budget",
        "integer",
        "the budget of parameters that gives the hidden units, where there is one",
    ),
    Column("session", "string", "the session, where it has a name"),
    Column("replicate", "integer", "which process of the measurement"),
    Column(
        "figure",
        "string",
        "`cpu_seconds`, `wall_seconds`, `ratio_to_reference_cell`, `first_call_seconds` "
        "or `joules`; `parameter_bytes`, `state_bytes`, `saved_bytes`, `allocated_bytes`, "
        "`peak_allocated_bytes` or `peak_bytes`; `bytes` (of a timeline); `flops`; `instructions`",
    ),
    Column(
        "unit",
        "string",
        "the unit of the value: `s`, `J`, `bytes`, `operations`, `instructions`, or `1` "
        "for a ratio",
    ),
    Column(
        "statistic",
        "string",
        "what the value is of the measured values: their `median`, their `maximum`, or "
        "the one `value`",
    ),
    Column(
        "value",
        "number",
        "the figure. Where a trial has one thread on a CPU, CPU time is the one to use; "
        "on an accelerator both times are that between two of its events",
    ),
    Column("repeats", "integer", "how many measured values it is made of; 0 where there is none"),
    Column(
        "reason",
        "string",
        "why there is no value: the cell failed, or the figure cannot be had here",
    ),
    Column("kernel", "string", "what ran"),
    Column("parameters", "integer", "parameters of the layer"),
    Column("threads", "integer", "threads of the trial"),
    Column("device", "string", "`cpu`, or an accelerator"),
    Column("executor", "string", "the executor that ran it"),
    Column("shared", "boolean", "whether others may have been at work on its machine"),
    Column("machine", "string", "the processor"),
    Column("accelerator", "string", "the accelerator that computed; empty on the processor"),
)
