"""`python -m rnnbench`."""

import os
import sys

if __name__ == "__main__":
    # Python puts the working folder first on the path; a file that lies there must not stand in for
    # a module.
    if not sys.flags.safe_path and sys.path[:1] == [os.getcwd()]:  # noqa: PTH109  pathlib could be such a file
        del sys.path[0]

    from rnnbench.cli import main

    main()
