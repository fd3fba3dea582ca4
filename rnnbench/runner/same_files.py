"""Whether a trial runs the files that the process which asked for it knows: a folder on the path
may hold others."""

from collections.abc import Mapping

from rnnbench.errors import RnnbenchError
from rnnbench.sources import file_of


def demand_same_files(expected: Mapping[str, str]) -> None:
    """Raises RnnbenchError where a module is another file in this process than it is expected to
    be."""
    for name, file in expected.items():
        here = file_of(name)
        if here and file and here != file:
            raise RnnbenchError(
                f"the module '{name}' is {here} in the process of the trial, and {file} where the"
                " run was started; start it as `rnnbench`, from another folder, or with `python -P"
                " -m rnnbench`"
            )
