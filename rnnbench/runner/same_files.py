"""Check that a trial imports the same files as the process that requested it.

Another folder on the path may contain modules of the same names.
"""

from collections.abc import Mapping

from rnnbench.errors import RnnbenchError
from rnnbench.sources import file_of


def demand_same_files(expected: Mapping[str, str]) -> None:
    """Raise RnnbenchError where a module is not imported from its expected file.

    expected: the file by module; "" where it is not known.
    """
    for name, file in expected.items():
        actual = file_of(name)
        if actual and file and actual != file:
            raise RnnbenchError(
                f"the module '{name}' is {actual} in the process of the trial, and {file} where the"
                " run was started; start it as `rnnbench`, from another folder, or with `python -P"
                " -m rnnbench`"
            )
