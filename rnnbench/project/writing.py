"""Files of a new project, rendered from templates and written to an empty folder."""

from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import jinja2

from rnnbench.errors import RnnbenchError
from rnnbench.project.naming import Kind, Names

SUFFIX = ".j2"
SHARED = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "ci.yml": ".github/workflows/ci.yml",
    "ci.sh": "ci.sh",
    "gitignore": ".gitignore",
}
OWN: dict[Kind, dict[str, str]] = {
    "cell": {
        "plugin.py": "{package}/__init__.py",
        "layer.py": "{package}/layer.py",
        "test.py": "tests/test_cell.py",
        "ci.toml": "ci.toml",
    },
    "task": {
        "plugin.py": "{package}/__init__.py",
        "test.py": "tests/test_task.py",
        "ci.toml": "ci.toml",
    },
    "suite": {
        "plugin.py": "{package}/__init__.py",
        "suite.toml": "{package}/{name}.toml",
        "test.py": "tests/test_suite.py",
    },
    "report": {"plugin.py": "{package}/__init__.py", "test.py": "tests/test_report.py"},
    "diagnostic": {
        "plugin.py": "{package}/__init__.py",
        "test.py": "tests/test_diagnostic.py",
        "ci.toml": "ci.toml",
    },
    "claims": {
        "plugin.py": "{package}/__init__.py",
        "claims.toml": "{package}/{name}.toml",
        "test.py": "tests/test_claims.py",
    },
    "executor": {"plugin.py": "{package}/__init__.py", "test.py": "tests/test_executor.py"},
}
"""By template, the file that is made of it."""
GATED = frozenset({"cell", "task", "suite", "diagnostic"})
"""Kinds with figures of their own, which a gate can hold to those of an earlier commit."""


def write_project(kind: Kind, names: Names, folder: Path) -> list[Path]:
    """Write the project into this folder, and return the files, in order.

    Raises RnnbenchError where something is there already; then nothing is written.
    """
    _refuse_occupied(folder)
    rendered = {folder / place: text for place, text in _render(kind, names).items()}
    try:
        for path, text in rendered.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RnnbenchError(f"new: {error.filename} cannot be written: {error.strerror}") from error
    return list(rendered)


def _refuse_occupied(folder: Path) -> None:
    """Raise RnnbenchError where the folder holds anything, or is no folder."""
    if folder.is_dir():
        held = sorted(path.name for path in folder.iterdir())
        if held:
            shown = ", ".join([*held[:3], "..."] if len(held) > 3 else held)
            raise RnnbenchError(
                f"new: {folder} is not empty, it holds {shown}; nothing is overwritten."
                " -o FOLDER writes elsewhere"
            )
    elif folder.exists() or folder.is_symlink():
        raise RnnbenchError(
            f"new: {folder} is no folder; nothing is overwritten. -o FOLDER writes elsewhere"
        )


def _render(kind: Kind, names: Names) -> dict[str, str]:
    """Return the text of each file by its path in the project."""
    environment = jinja2.Environment(  # noqa: S701 (what is made is no HTML)
        loader=jinja2.FileSystemLoader(str(files(__package__) / "templates")),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shared = {name: path for name, path in SHARED.items() if name != "ci.sh" or kind in GATED}
    templates = {f"all/{name}": path for name, path in shared.items()}
    templates |= {f"{kind}/{name}": path for name, path in OWN[kind].items()}
    rendered = {}
    for name, path in templates.items():
        template = environment.get_template(f"{name}{SUFFIX}")
        filled_path = path.format(package=names.package, name=names.name)
        rendered[filled_path] = template.render(
            kind=kind,
            gated=kind in GATED,
            title_of_kind="Claims" if kind == "claims" else f"A{'n' * (kind == 'executor')} {kind}",
            name=names.name,
            package=names.package,
            title=names.title,
            version=version("rnnbench"),
        )
    return rendered
