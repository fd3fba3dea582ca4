"""Makes an environment of another commit: a worktree of git, installed over this environment.

The environment sees the packages of the one that runs this, so that only the project differs, and
its own copy of the project comes before them.
"""

import shutil
import site
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from rnnbench.ab.side import clean_variables
from rnnbench.errors import RnnbenchError
from rnnbench.interpreter import python, python_of

DONE = "installed"
SHOWN_LINES = 3
SHARED = "shared.pth"


@dataclass(frozen=True)
class Made:
    """An environment of a commit, and the seconds that it took to make; 0 where it was there."""

    commit: str
    interpreter: Path
    seconds: float


def make_environment(ref: str, folder: Path) -> Made:
    """Return an environment in which the project around the working folder is installed as it was
    at this commit.

    Raises RnnbenchError where there is no project or no such commit, or where pip fails; the
    message ends with its last lines.

    ref:    a commit, branch or tag.
    folder: where environments are kept, each under its commit.
    """
    clock = monotonic()
    project = Path(_git("rev-parse", "--show-toplevel"))
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    place = folder.absolute() / commit[:12]
    interpreter = place / "venv" / "bin" / "python"
    if (place / DONE).exists():
        return Made(commit, interpreter, 0.0)
    if place.exists():
        shutil.rmtree(place)
    _git("worktree", "prune")
    tree = place / "tree"
    _git("worktree", "add", "--quiet", "--detach", str(tree), commit)
    try:
        install(tree, place / "venv", project)
    finally:
        _git("worktree", "remove", "--force", str(tree))
    (place / DONE).touch()
    return Made(commit, interpreter, monotonic() - clock)


def install(tree: Path, target: Path, project: Path) -> None:
    """Make a virtual environment that shares all packages of this one, and install a project there.

    Raises RnnbenchError where pip fails, or where the project needs other versions than these.

    tree:    the project as it is to be installed.
    project: the checkout that is installed here, from which nothing is shared.
    """
    venv.EnvBuilder(symlinks=True).create(target)
    interpreter = str(target / "bin" / "python")
    pip = python("-m", "pip", "--python", interpreter, "--disable-pip-version-check", "--quiet")
    _run([*pip, "install", "--no-deps", str(tree)], "pip cannot install it")
    (_site_packages(interpreter) / SHARED).write_text(_shared(project))
    _run([*pip, "check"], "the project needs other versions there; make the environment by hand")


def _site_packages(interpreter: str) -> Path:
    program = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(_run(python_of(interpreter, "-c", program), "its Python cannot be run"))


def _shared(project: Path) -> str:
    """The content of a `.pth` file that gives an environment the packages of this one.

    What is installed in place from this project is left out again: it would be found where the
    other commit has no such module.
    """
    folders = [folder for folder in site.getsitepackages() if Path(folder).is_dir()]
    lines = [f"import site; site.addsitedir({folder!r})" for folder in folders]
    place = f"{project.resolve()}/"
    lines.append(
        "import sys; sys.path[:] = [p for p in sys.path if p.startswith((sys.prefix,"
        f" {sys.prefix!r})) or not f'{{p}}/'.startswith({place!r})]"
    )
    return "\n".join(lines) + "\n"


def _git(*arguments: str) -> str:
    return _run(["git", *arguments], f"git {arguments[0]} failed")


def _run(command: list[str], problem: str) -> str:
    """Return the output of a command. Raises RnnbenchError with the end of what it printed."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            stdin=subprocess.DEVNULL,
            env=clean_variables(),
        )
    except OSError as error:
        raise RnnbenchError(f"{command[0]}: cannot be run: {error.strerror or error}") from None
    if done.returncode != 0:
        lines = (done.stderr + done.stdout).strip().splitlines()[-SHOWN_LINES:]
        raise RnnbenchError(f"{problem}: {' '.join(line.strip() for line in lines)}")
    return done.stdout.strip()
