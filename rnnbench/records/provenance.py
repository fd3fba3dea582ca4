"""The machine, software, sources and data that a result depends on."""

from msgspec import Struct


class Machine(Struct, frozen=True, kw_only=True):
    """Where a trial ran.

    model:       vendor, family, model and vector instructions of the processor, which choose the
                 kernels and so the last bits. Clouds give one processor name to several models. ""
                 where the system does not report it.
    accelerator: the name of the device that computed, where a trial ran on one; "" for the
                 processor, and in results that did not record it.
    """

    processor: str
    cores: int
    memory_bytes: int
    system: str
    model: str = ""
    accelerator: str = ""


class Provenance(Struct, frozen=True, kw_only=True):
    """What a result depends on besides its trial.

    versions:    of Python and of the packages that compute; of CUDA and cuDNN too, for a trial on
                 CUDA.
    commit:      git commit of the checkout that the run started in, with "+changes" for uncommitted
                 changes and "+unknown" where git did not answer; "" outside of a checkout.
    plugins:     distribution and version, by name of cell and task.
    definitions: hash of the source that cell and task run, and of the code of rnnbench itself in
                 which they run. For a name that `sources` lacks, it is the hash of the one file
                 that defines it.
    sources:     by name of cell and task, and by module: hash of the part of the module that they
                 reach.
    files:       the file that defines each of them, on the machine of the trial.
    data:        SHA-256 of each archive and file that data were read from.
    variables:   environment variables that choose kernels; None where they were not recorded.
    executor:    the executor that ran the trial.
    shared:      whether other work may have run beside it there, by the nature of the executor.
    """

    machine: Machine
    versions: dict[str, str]
    commit: str = ""
    plugins: dict[str, str] = {}
    definitions: dict[str, str] = {}
    sources: dict[str, dict[str, str]] = {}
    files: dict[str, str] = {}
    data: dict[str, str] = {}
    variables: dict[str, str] | None = None
    executor: str = "local"
    shared: bool = False
