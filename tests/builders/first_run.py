"""What docs/first-run.md and the README quote of the published run of `quick`."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.builders.inside import rnnbench_on_terminal
from tests.builders.published import ROOT, unpack

PAGE = ROOT / "docs" / "first-run.md"
PRINTED = re.compile(r"(?<=^<!-- printed -->\n\n```\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)


def printed(folder: Path) -> str:
    """What `rnnbench report runs/quick` prints on a terminal of 100 columns."""
    unpack("quick", folder / "runs" / "quick")
    done = rnnbench_on_terminal("report", "runs/quick", cwd=folder, columns=100)
    assert done.returncode == 0, done.stderr
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n"


if __name__ == "__main__":
    with TemporaryDirectory() as scratch:
        text = printed(Path(scratch))
    PAGE.write_text(PRINTED.sub(lambda _: text, PAGE.read_text()))
