"""The scores of a task's trivial forecast, as `rnnbench show` lists them."""

import numpy as np

from rnnbench.archives import open_archives
from rnnbench.cli.describe import missing_archives
from rnnbench.contracts import GeneratedTask, RecordedTask, Task
from rnnbench.errors import DataUnavailable, describe, first_line

CHANCE_EXAMPLES = 1000


def chance(task: type[Task]) -> dict[str, float] | str:
    """Scores of the trivial forecast at the default dials, or a sentence why there are none.

    Showing a task fetches nothing, so that recorded data may be missing.
    """
    try:
        return _chance(task)
    except DataUnavailable as error:
        return f"measured on the test data, which are not here: {first_line(error)}"
    except Exception as error:  # a task of third parties may raise anything
        return f"it cannot be measured: {describe(error)}"


def _chance(task: type[Task]) -> dict[str, float] | str:
    default_task = task()  # type: ignore[call-arg]
    if isinstance(default_task, GeneratedTask):
        train = default_task.generate(np.random.default_rng(0), CHANCE_EXAMPLES)
        test = default_task.generate(np.random.default_rng(1), CHANCE_EXAMPLES)
    else:
        missing = missing_archives(task)
        if missing:
            return (
                f"measured on the test data, which are not here: rnnbench data fetch {task.name}"
                f" ({', '.join(missing)})"
            )
        assert isinstance(default_task, RecordedTask)
        splits = default_task.load(open_archives(type(default_task)))
        train = splits.train
        test = splits.test
    scores = default_task.trivial(train, test)
    return {metric: round(value, 6) for metric, value in scores.items()}
