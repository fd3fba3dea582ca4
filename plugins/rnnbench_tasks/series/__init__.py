"""Time series that are classified or forecast."""

import rnnbench
from rnnbench_tasks.series import ucr
from rnnbench_tasks.series.bitcoin import Bitcoin
from rnnbench_tasks.series.csv_classify import CsvClassify
from rnnbench_tasks.series.csv_forecast import CsvForecast
from rnnbench_tasks.series.energy import Energy, EnergyDay
from rnnbench_tasks.series.speakers import Speakers

TASKS: tuple[type[rnnbench.Task], ...] = (
    Bitcoin,
    Energy,
    EnergyDay,
    Speakers,
    *ucr.TASKS,
    CsvForecast,
    CsvClassify,
)


@rnnbench.hookimpl
def rnnbench_tasks() -> tuple[type[rnnbench.Task], ...]:
    """Time series."""
    return TASKS
