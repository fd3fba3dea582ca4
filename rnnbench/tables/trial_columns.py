"""The columns of the table of trials."""

from rnnbench.tables.schema import Column

COLUMNS = (
    Column("trial", "string", "the id, as in the name of its file"),
    Column("lane", "string", "`learning` or `cost`; what the other lane has is absent"),
    Column("suite", "string", "the name of the suite"),
    Column("suite_version", "integer", "its version"),
    Column(
        "row",
        "string",
        "what tables call the cell; of a cost trial all of them, joined by `+`",
    ),
    Column("cell", "string", "the name of the cell; of a cost trial all of them, joined by `+`"),
    Column("implementation", "string", "which implementation of the cell ran"),
    Column("task", "string", "of a learning trial: its task"),
    Column(
        "phase",
        "string",
        "of a learning trial: `evaluation`, or `tuning` on seeds of the search",
    ),
    Column("seed", "integer", "of a learning trial: its seed"),
    Column("learning_rate", "number", "of a learning trial: the rate that it was trained at"),
    Column("measurement", "string", "of a cost trial: what it measures, such as `train-step-time`"),
    Column("replicate", "integer", "of a cost trial: which process of the measurement"),
    Column("session", "string", "of a cost trial: the session, where it has a name"),
    Column(
        "status",
        "string",
        "how it ended: `ok`, `stopped`, `diverged`, `timeout`, `out-of-memory`, `killed`,"
        " `error`, `skipped` or `refused`",
    ),
    Column("reason", "string", "why it has no figures, or why one of them is absent"),
    Column("metric", "string", "the metric that decides"),
    Column("metric_unit", "string", "its unit"),
    Column("metric_direction", "string", "whether `lower` or `higher` is better"),
    Column("target", "number", "the target, by the metric that decides; absent without one"),
    Column("score", "number", "the test score by it at the chosen epoch"),
    Column("validation_score", "number", "the score by it on validation data at the chosen epoch"),
    Column(
        "trivial_score",
        "number",
        "what a forecast scores on the test data that learns nothing",
    ),
    Column("epochs_budget", "integer", "how many epochs the recipe allows"),
    Column("epochs_run", "integer", "how many epochs there were"),
    Column(
        "epochs_to_target",
        "integer",
        "the first of two evaluations in a row at the target; absent where there is none,"
        " which censors it at the budget",
    ),
    Column("steps_to_target", "integer", "training steps up to that epoch"),
    Column("chosen_epoch", "integer", "the epoch that is best on validation data"),
    Column("steps_per_epoch", "integer", "training steps in an epoch"),
    Column("hidden_size", "integer", "hidden units that the budget gave"),
    Column("parameters", "integer", "parameters of the whole model"),
    Column("state_floats", "integer", "numbers carried from one step to the next for one sequence"),
    Column(
        "off_budget",
        "number",
        "(got - wanted) / wanted of what the recipe matches; absent where hidden sizes are matched",
    ),
    Column(
        "process_seconds",
        "number",
        "wall time of its process; indicative, as the other times are: no figure to "
        "compare cells by",
    ),
    Column("preparing_seconds", "number", "wall time until training began"),
    Column("training_seconds", "number", "wall time of training"),
    Column("evaluating_seconds", "number", "wall time of evaluations"),
    Column("threads", "integer", "threads of the trial"),
    Column("device", "string", "`cpu`, or an accelerator"),
    Column("executor", "string", "the executor that ran it"),
    Column("shared", "boolean", "whether others may have been at work on its machine"),
    Column("machine", "string", "the processor"),
    Column("accelerator", "string", "the accelerator that computed; empty on the processor"),
    Column("started", "datetime", "when it started, in UTC"),
)
