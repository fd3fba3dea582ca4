"""Entry point of `python -m rnnbench`."""

import os
import sys

if __name__ == "__main__":
    # Python puts the working folder first on the path; a file there must not replace a module.
    if not sys.flags.safe_path and sys.path[:1] == [os.getcwd()]:  # noqa: PTH109  pathlib could be such a file
        del sys.path[0]

    from rnnbench.cli import main

    main()
