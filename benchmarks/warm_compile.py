"""What does a trial of a compiled cell compile that was compiled before? Trials of one training
step in fresh runs, with a home of their own: the first one, then several more.

    python benchmarks/warm_compile.py [cell ...]
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

MORE = 3
STEPS = 200
SETTINGS = {
    "match": "hidden",
    "hidden_size": 64,
    "epochs": 1,
    "steps_per_epoch": 1,
    "validation_examples": 64,
    "test_examples": 64,
}


def trial(cell: str, home: Path) -> tuple[float, float, int]:
    """Return the seconds of the first training step and of the evaluations, and how many libraries
    are kept then."""
    command = ["run", "trial", cell, "adding", "--dial", f"horizon={STEPS - 1}", "--json"]
    for key, value in SETTINGS.items():
        command += ["--set", f"recipe.{key}={value}"]
    rnnbench = str(Path(sys.executable).with_name("rnnbench"))
    done = subprocess.run(
        [rnnbench, *command],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "RNNBENCH_HOME": str(home), "OMP_NUM_THREADS": "1"},
    )
    seconds = json.loads(done.stdout)["seconds"]
    kept = len(list((home / "compiled").rglob("*.so")))
    return seconds["training"], seconds["evaluating"], kept


def main(cells: list[str]) -> None:
    """Print the figures of the first trial of each cell, and those of more, beside eager steps."""
    for cell in cells:
        with TemporaryDirectory() as folder:
            home = Path(folder)
            eager = trial(f"{cell}:eager", home)
            first = trial(f"{cell}:compiled", home)
            more = [trial(f"{cell}:compiled", home) for _ in range(MORE)]
        print(
            f"{cell}: first {first[0]:.2f} s to train and {first[1]:.2f} s to evaluate,"
            f" {first[2]} libraries; then {median(one[0] for one in more):.2f} s and"
            f" {median(one[1] for one in more):.2f} s, {more[-1][2] - first[2]} libraries more"
            f" (medians of {MORE}); step by step {eager[0]:.2f} s and {eager[1]:.2f} s",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:] or ["rnn", "gru", "lstm"])
