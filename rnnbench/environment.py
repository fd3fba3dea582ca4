"""The environment of a result: machine, versions, git commit, and hashes of the source of what was measured."""

import hashlib
import inspect
import os
import platform
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from rnnbench.catalogue import Brought, Catalogue
from rnnbench.records import CostTrial, LearningTrial, Machine, Provenance, Trial
from rnnbench.sources import digest, locate, sources_of, whole

SHARED = ("python", "rnnbench", "torch", "numpy")
"""What changes the figures of every trial."""
VECTORS = ("sse4", "avx", "fma", "amx", "asimd", "sve")
"""How the flags of instructions that work on several numbers at once begin."""
KERNELS = (
    *("ATEN_", "DNNL_", "ONEDNN_", "MKL_", "OMP_", "GOMP_", "KMP_", "OPENBLAS_", "GOTO_", "BLIS_", "VECLIB_", "NPY_"),
    *("TORCH", "PYTORCH_", "CUBLAS_", "CUDNN_", "NVIDIA_TF32", "CUDA_", "XNNPACK_", "GLIBC_TUNABLES", "LD_PRELOAD"),
)
"""How the names of environment variables begin that choose kernels, their threads or their precision."""
WITHOUT_FIGURES = ("TORCHINDUCTOR_CACHE_DIR", "TORCH_HOME", "CUDA_HOME", "CUDA_PATH", "PYTORCH_KERNEL_CACHE_PATH")
"""Variables of such names that only say where files are kept."""
HARNESS = ("cell", "metric", "model", "meters", "runner", "seeds", "state", "step_cell", "task", "time_distributed")
HARNESS_ROOMS = (*HARNESS, "adapters", "training", "switches")
"""The rooms of rnnbench itself whose code runs in a trial."""
CORE = "rnnbench"
PACKAGES = ("rnnbench", "torch", "numpy", "scipy", "scikit-learn", "pluggy", "msgspec")


@cache
def machine() -> Machine:
    """This machine, as a report names it."""
    told = _cpuinfo()
    return Machine(
        processor=told.get("model name") or platform.processor() or platform.machine(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_bytes=psutil.virtual_memory().total,
        system=platform.platform(),
        model=_model(told),
    )


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of the packages that compute, read without importing them."""
    found = {"python": platform.python_version()}
    return found | {package: number for package in PACKAGES if (number := _version(package))}


@cache
def commit() -> str:
    """The commit of the git checkout around the working folder, with "+changes" where it has some; "" outside."""
    head = _git("rev-parse", "--short=12", "HEAD")
    return f"{head}+changes" if head and _git("status", "--porcelain", "--untracked-files=no") else head


def variables() -> dict[str, str]:
    """The environment variables of this process that choose kernels, their threads or their precision."""
    return {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith(KERNELS) and name not in WITHOUT_FIGURES
    }


@cache
def harness() -> str:
    """A hash of the files of rnnbench itself that run in a trial, as they were when this process first asked."""
    root = Path(__file__).parent
    files = []
    for room in HARNESS_ROOMS:
        files += sorted((root / room).rglob("*.py"))
        if (root / f"{room}.py").is_file():
            files.append(root / f"{room}.py")
    content = [f"{file.relative_to(root).as_posix()} {digest(file.read_bytes())}" for file in files]
    return digest("\n".join(content).encode())


def defining_file(thing: object) -> Path | None:
    """The source file in which a class or function is defined; None where there is none.

    A place, "module:attribute", is looked up without importing the module.
    """
    try:
        if isinstance(thing, str):
            return locate(thing.partition(":")[0])
        return Path(inspect.getfile(thing))  # type: ignore[arg-type]
    except (TypeError, OSError):
        return None


def definition(thing: object) -> str:
    """A hash of the whole source file in which a class or function is defined; "" where there is none."""
    path = defining_file(thing)
    try:
        return digest(path.read_bytes()) if path else ""
    except OSError:
        return ""


def file_digest(path: Path) -> str:
    """The SHA-256 of a file; "" where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def provenance(trial: Trial, catalogue: Catalogue, seen: Mapping[str, Iterable[str]] | None = None) -> Provenance:
    """What a result of this trial depends on, here and now; the commit is added by who stores it.

    seen: names of the modules that were loaded while the trial built what has this name. Without them, sources are
          those that can be found without running anything.
    """
    plugins: dict[str, str] = {}
    definitions = {CORE: harness()}
    sources: dict[str, dict[str, str]] = {}
    files: dict[str, str] = {}
    data: dict[str, str] = {}
    for name, brought, thing, packages in _parts(trial, catalogue):
        plugins[name] = brought.plugin.origin
        also = (seen or {}).get(name, ())
        found = sources_of(thing, brought.plugin.distribution, brought.plugin.module, also)
        sources[name] = found.modules
        definitions[name] = combined(found.modules)
        for package in sorted({*packages, *found.packages}):
            definitions[f"{package} of {name}"] = _version(package)
        path = defining_file(thing)
        files[name] = str(path) if path else ""
    if isinstance(trial, LearningTrial):
        task = catalogue.tasks[trial.task].item
        for file in task(**trial.dials).own_files:  # type: ignore[arg-type]
            data[str(file)] = file_digest(file)
            definitions[str(file)] = data[str(file)][:12]
    return Provenance(
        machine=machine(),
        versions=versions(),
        plugins=plugins,
        definitions=definitions,
        sources=sources,
        files=files,
        data=data,
        variables=variables(),
    )


def changed(old: Provenance, new: Provenance) -> tuple[str, ...]:
    """What an old result of a trial would not share with one made now, by name: sources, plugins, versions.

    Where the old result holds no more than the hash of the file that defines a thing, that file is compared.
    """
    names = [name for name, hashed in new.definitions.items() if _differs(name, hashed, old, new)]
    plugins = [name for name, origin in new.plugins.items() if old.plugins.get(name, origin) != origin]
    packages = [name for name in SHARED if old.versions.get(name) != new.versions.get(name)]
    return tuple(dict.fromkeys([*names, *plugins, *packages]))


def without_helpers(old: Provenance) -> tuple[str, ...]:
    """The names in an old result whose helper modules were not recorded with it."""
    return tuple(name for name in old.plugins if name not in old.sources)


def combined(modules: Mapping[str, str]) -> str:
    """One hash of all modules that a thing runs; "" where it runs none that are known."""
    if not modules:
        return ""
    lines = [f"{name} {hashed}" for name, hashed in sorted(modules.items())]
    return digest("\n".join(lines).encode())


def _differs(name: str, hashed: str, old: Provenance, new: Provenance) -> bool:
    before = old.definitions.get(name)
    if before is None:
        return False
    if name not in new.sources:
        return before != hashed
    if name not in old.sources:
        path = new.files.get(name)
        return before != (_short_digest(Path(path)) if path else "")
    late = old.sources[name].keys() - new.sources[name].keys()
    now = new.sources[name] | {module: whole(module) for module in late}
    return old.sources[name] != now


def _short_digest(path: Path) -> str:
    try:
        return digest(path.read_bytes())
    except OSError:
        return ""


def _parts(trial: Trial, catalogue: Catalogue) -> Iterator[tuple[str, Brought[Any], object, tuple[str, ...]]]:
    """The name of each thing that a trial uses, who brought it, what is run of it, and the packages that it names."""
    for cell in trial.cells if isinstance(trial, CostTrial) else (trial.cell,):
        brought = catalogue.cells[cell.name]
        yield cell.name, brought, brought.item.build, tuple(brought.item.packages)
    if isinstance(trial, LearningTrial):
        task = catalogue.tasks[trial.task]
        yield trial.task, task, task.item, ()
        for name in trial.diagnostics:
            diagnostic = catalogue.diagnostics[name]
            yield name, diagnostic, diagnostic.item.measure, ()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _cpuinfo() -> dict[str, str]:
    """What Linux tells of the first core; nothing elsewhere."""
    try:
        first = Path("/proc/cpuinfo").read_text().partition("\n\n")[0]
    except OSError:
        return {}
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _model(told: dict[str, str]) -> str:
    """The processor by its numbers and vector instructions, in the words of x86 or of ARM."""
    numbers = [told[key] for key in ("vendor_id", "cpu family", "model") if key in told]
    numbers += [told[key] for key in ("CPU implementer", "CPU part") if key in told]
    flags = told.get("flags", told.get("Features", "")).split()
    return " ".join([*numbers, *sorted(flag for flag in flags if flag.startswith(VECTORS))])
