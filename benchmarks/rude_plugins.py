"""Start-up of trials beside plugins that take no part: an honest cell with and without ten of them,
in turns.

    python benchmarks/rude_plugins.py [turns]

One of the ten sleeps for three seconds when it is imported, and the others import torch or change
it. Each turn runs a trial without them and one beside them in fresh drivers, and compares the
seconds that the trial's own process took.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

RUDE = {
    "sleeps": "import time\ntime.sleep(3)",
    "dtype": "import torch\ntorch.set_default_dtype(torch.float64)",
    "gradients": "import torch\ntorch.set_grad_enabled(False)",
    "threads": "import torch\ntorch.set_num_threads(2)",
    "deterministic": "import torch\ntorch.use_deterministic_algorithms(True)",
    "onednn": "import torch\ntorch.backends.mkldnn.enabled = False",
    "weights": "from torch import nn\nnn.GRU.reset_parameters = lambda self: None",
    "variable": "import os\nos.environ['OMP_NUM_THREADS'] = '7'",
    "printing": "print('not JSON')",
    "heavy": "import torch._dynamo, scipy.stats, matplotlib",
}
COMMAND = ["run", "trial", "gru", "adding", "--dial", "horizon=4", "--json"]
SMALL = [
    "--set",
    "recipe.epochs=1",
    "--set",
    "recipe.steps_per_epoch=2",
    "--set",
    "recipe.parameters=500",
]


def make(folder: Path) -> None:
    """Put the rude plugins into a folder, each in a distribution of its own."""
    for name, source in RUDE.items():
        (folder / f"rude_{name}.py").write_text(source + "\n")
        info = folder / f"rude_{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: rude-{name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[rnnbench]\nrude-{name} = rude_{name}\n")


def trial(path: str) -> tuple[float, object]:
    """Seconds of the trial's own process less its training, and its figures."""
    rnnbench = str(Path(sys.executable).with_name("rnnbench"))
    done = subprocess.run(
        [rnnbench, *COMMAND, *SMALL],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    result = json.loads(done.stdout)
    seconds = result["seconds"]
    return seconds["process"] - seconds["training"] - seconds["evaluating"], result["learning"]


def main(turns: int) -> None:
    """Print medians, their difference, and whether figures are the same."""
    with TemporaryDirectory() as place:
        make(Path(place))
        alone: list[float] = []
        beside: list[float] = []
        same = True
        for turn in range(turns):
            without, figures = trial("")
            with_them, figures_beside = trial(place)
            alone.append(without)
            beside.append(with_them)
            same = same and figures == figures_beside
            print(
                f"turn {turn + 1}: {without:.3f} s alone, {with_them:.3f} s beside ten", flush=True
            )
    one = statistics.median(alone)
    other = statistics.median(beside)
    print(
        f"median of {turns}: {one:.3f} s alone, {other:.3f} s beside ten, difference"
        f" {other - one:+.3f} s"
    )
    print(f"figures: {'the same to the last bit' if same else 'DIFFERENT'}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
