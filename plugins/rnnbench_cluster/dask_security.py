"""Encrypted connections to a Dask cluster.

Certificates come from options of the executor, or from Dask's own configuration.
"""

from dataclasses import dataclass
from pathlib import Path

from distributed import Security

import rnnbench

# mypy: disallow-untyped-calls=False

DASK_NAMES = {
    "tls_ca_file": "tls_ca_file",
    "tls_cert": "tls_client_cert",
    "tls_key": "tls_client_key",
}
"""Keyword of `distributed.Security` for each option of the executor."""


@dataclass(frozen=True)
class Certificates:
    """Paths of certificate files in PEM format for connections to a scheduler.

    An empty path leaves a file to Dask's configuration (`distributed.comm.tls`).

    tls_ca_file: certificates of trusted authorities.
    tls_cert:    certificate of this client.
    tls_key:     private key of this client.
    """

    tls_ca_file: str = ""
    tls_cert: str = ""
    tls_key: str = ""

    def security(self, address: str) -> Security:
        """Return Dask's security settings for a connection to this address.

        Raises RnnbenchError where a file does not exist, or the address does not begin with tls://.
        """
        files = self._files()
        is_encrypted = address.startswith("tls://")
        if files and not is_encrypted:
            raise rnnbench.RnnbenchError(
                f"executor.address is '{address}', and certificates need an address that begins"
                " with tls://"
            )
        settings: dict[str, object] = {}
        for option, file in files.items():
            if not Path(file).is_file():
                raise rnnbench.RnnbenchError(f"executor.{option}: there is no file {file}")
            settings[DASK_NAMES[option]] = file
        if is_encrypted:
            settings["require_encryption"] = True
        return Security(**settings)

    def require_none(self) -> None:
        """Raise RnnbenchError where a certificate is set, which a local cluster cannot use."""
        files = self._files()
        if files:
            raise rnnbench.RnnbenchError(
                f"executor.{next(iter(files))} is for the scheduler at executor.address, which is"
                " not set"
            )

    def _files(self) -> dict[str, str]:
        """Return the paths that are set, by option."""
        return {option: file for option, file in vars(self).items() if file}
