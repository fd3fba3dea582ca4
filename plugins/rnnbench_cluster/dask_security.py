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
    """Files in PEM format; "" leaves a file to Dask's configuration (`distributed.comm.tls`).

    tls_ca_file: the certificates of trusted authorities.
    tls_cert:    the certificate of this client.
    tls_key:     the private key of this client.
    """

    tls_ca_file: str = ""
    tls_cert: str = ""
    tls_key: str = ""

    def security(self, address: str) -> Security:
        """Return Dask's security settings for a connection to this address.

        Raises RnnbenchError where a file is missing, or the address is not encrypted.
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
        """Raise RnnbenchError where a certificate is set, as there is no address to use it for."""
        files = self._files()
        if files:
            raise rnnbench.RnnbenchError(
                f"executor.{next(iter(files))} is for the scheduler at executor.address, and there"
                " is no address"
            )

    def _files(self) -> dict[str, str]:
        return {option: file for option, file in vars(self).items() if file}
