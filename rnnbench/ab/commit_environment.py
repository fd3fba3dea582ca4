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
from hashlib import sha256
from pathlib import Path
from time import monotonic

from filelock import FileLock

from rnnbench.ab.side import clean_variables
from rnnbench.errors import RnnbenchError
from rnnbench.interpreter import python, python_of

DONE = "installed"
SHOWN_LINES = 3
SHARED = "shared.pth"
PROJECT = "pyproject.toml"


class NotInstallable(RnnbenchError):
    """A commit that cannot be installed beside these packages."""


@dataclass(frozen=True)
class Made:
    """An environment of a commit, and the seconds that it took to make; 0 where it was there."""

    commit: str
    interpreter: Path
    seconds: float


def make_environment(ref: str) -> Made:
    """Return an environment in which the project around the working folder is installed as it was
    at this commit.

    It is kept in git's own folder, by commit and by the environment that runs this, for all
    commands that ask for it. Raises RnnbenchError where there is no project or no such commit, and
    NotInstallable where pip fails; the message ends with its last lines.

    ref: a commit, branch or tag.
    """
    clock = monotonic()
    top = Path(_git("rev-parse", "--show-toplevel"))
    project = _project(Path.cwd(), top)
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    folder = Path(_git("rev-parse", "--git-common-dir")).resolve() / "rnnbench"
    folder.mkdir(exist_ok=True)
    here = f"{sys.prefix} {sys.version} {project.relative_to(top)}"
    place = folder / f"{commit[:12]}-{sha256(here.encode()).hexdigest()[:8]}"
    interpreter = place / "venv" / "bin" / "python"
    with FileLock(f"{place}.lock"):
        if (place / DONE).exists():
            return Made(commit, interpreter, 0.0)
        shutil.rmtree(place, ignore_errors=True)
        _git("worktree", "prune")
        tree = place / "tree"
        _git("worktree", "add", "--quiet", "--detach", str(tree), commit)
        try:
            install(tree / project.relative_to(top), place / "venv", top)
        finally:
            _git("worktree", "remove", "--force", str(tree))
        (place / DONE).touch()
    return Made(commit, interpreter, monotonic() - clock)


def _project(folder: Path, top: Path) -> Path:
    """Return the nearest folder above this one, within the checkout, that pip can install."""
    for candidate in (folder.resolve(), *folder.resolve().parents):
        if (candidate / PROJECT).exists() or candidate == top:
            return candidate
    return top


def install(project: Path, target: Path, checkout: Path) -> None:
    """Make a virtual environment that shares all packages of this one, and install a project there.

    Raises NotInstallable where pip fails, or where the project needs other versions than these.

    checkout: what is installed in place from it, nothing of which is shared.
    """
    venv.EnvBuilder(symlinks=True).create(target)
    interpreter = str(target / "bin" / "python")
    pip = python("-m", "pip", "--python", interpreter, "--disable-pip-version-check", "--quiet")
    _run([*pip, "install", "--no-deps", str(project)], "pip cannot install this commit")
    (_site_packages(interpreter) / SHARED).write_text(_shared(checkout))
    new = _conflicts(interpreter) - _conflicts(sys.executable)
    if new:
        raise NotInstallable(
            f"this commit needs other versions than are installed here: {'; '.join(sorted(new))};"
            " make the environment by hand, and give its Python"
        )


def _conflicts(interpreter: str) -> set[str]:
    """What pip finds to be missing or of a wrong version in an environment."""
    command = python("-m", "pip", "--python", interpreter, "--disable-pip-version-check", "check")
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=clean_variables()
    )
    return set(done.stdout.splitlines()) if done.returncode else set()


def _site_packages(interpreter: str) -> Path:
    program = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(_run(python_of(interpreter, "-c", program), "its Python cannot be run"))


def _shared(checkout: Path) -> str:
    """The content of a `.pth` file that gives an environment the packages of this one.

    What is installed in place from this checkout is left out again: it would be found where the
    other commit has no such module.
    """
    folders = [folder for folder in site.getsitepackages() if Path(folder).is_dir()]
    lines = [f"import site; site.addsitedir({folder!r})" for folder in folders]
    place = f"{checkout.resolve()}/"
    lines.append(
        "import sys; sys.path[:] = [p for p in sys.path if p.startswith((sys.prefix,"
        f" {sys.prefix!r})) or not f'{{p}}/'.startswith({place!r})]"
    )
    return "\n".join(lines) + "\n"


def _git(*arguments: str) -> str:
    return _run(["git", *arguments], f"git {arguments[0]} failed", RnnbenchError)


def _run(command: list[str], problem: str, error_type: type[RnnbenchError] = NotInstallable) -> str:
    """Return the output of a command. Raises an error with the end of what it printed."""
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
        raise error_type(f"{command[0]}: cannot be run: {error.strerror or error}") from None
    if done.returncode != 0:
        lines = (done.stderr + done.stdout).strip().splitlines()[-SHOWN_LINES:]
        raise error_type(f"{problem}: {' '.join(line.strip() for line in lines)}")
    return done.stdout.strip()
