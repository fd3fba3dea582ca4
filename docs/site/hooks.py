"""What MkDocs does besides: pages at the top of the repository, and links that leave `docs/`."""

import posixpath
import re
import tomllib
from pathlib import Path

import details
from command_line import command_line
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
PUBLISHED = "reports/published"
TOP = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "README.md": "index.md",
}
"""Files at the top of the repository, and the pages of the site that show them."""
LINK = re.compile(r"(\]\()(?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?(\))")


def repository() -> str:
    """The address of the repository, which `pyproject.toml` alone knows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return str(project["urls"]["Repository"])


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Name the repository at the foot of every page; a `repo_url` would be asked for its stars."""
    config.extra["social"] = [
        {"icon": "material/source-repository", "link": repository(), "name": "Source"}
    ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages at the top of the repository, those on each cell and task, and the published
    reports as they are."""
    for page, text in details.pages().items():
        files.append(File.generated(config, page, content=text))
    for name, page in TOP.items():
        if name != "README.md":
            files.append(File.generated(config, page, content=(ROOT / name).read_text()))
    for path in sorted((ROOT / PUBLISHED).rglob("*")):
        if path.is_file() and path.suffix != ".xz":
            place = path.relative_to(ROOT / "reports").as_posix()
            files.append(File.generated(config, place, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Lead links to files outside `docs/` to the page that shows them, or to the repository."""
    source = page.file.src_uri
    if source == "cli.md":
        markdown = markdown.replace("<!-- commands -->", command_line())
    top = source in TOP.values() and source != "index.md"
    folder = "" if top else posixpath.join("docs", posixpath.dirname(source))
    return LINK.sub(lambda found: _led(found, folder, posixpath.dirname(source)), markdown)


def _led(found: re.Match[str], folder: str, here: str) -> str:
    target = posixpath.normpath(posixpath.join(folder, found[2]))
    place = _place(target)
    anchor = found[3] or ""
    if place is None:
        kind = "tree" if (ROOT / target).is_dir() else "blob"
        return f"{found[1]}{repository()}/{kind}/main/{target}{anchor}{found[4]}"
    return f"{found[1]}{posixpath.relpath(place, here or '.')}{anchor}{found[4]}"


def _place(target: str) -> str | None:
    """Where a file of the repository is on the site; None where the site does not have it."""
    if target in TOP:
        return TOP[target]
    if target.endswith(".xz"):
        return None
    if target.startswith(f"{PUBLISHED}/") and (ROOT / target).is_file():
        return target.removeprefix("reports/")
    if target.startswith("docs/"):
        inside = target.removeprefix("docs/")
        folder = (ROOT / target).is_dir()
        return f"{inside}/index.md" if folder else inside
    return None
