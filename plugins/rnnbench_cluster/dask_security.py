"""Encrypted connections to a Dask cluster: certificates as options of the executor, or as Dask's
own configuration."""

from dataclasses import dataclass
from pathlib import Path

from distributed import Security

import rnnbench

# mypy: disallow-untyped-calls=False


@dataclass(frozen=True)
class Certificates:
    """Files in PEM format, "" where Dask's own configuration (`distributed.comm.tls`) says it.

    tls_ca_file: the certificates of who is trusted.
    tls_cert, tls_key: the certificate of this client, and its private key.
    """

    tls_ca_file: str = ""
    tls_cert: str = ""
    tls_key: str = ""

    def security(self, address: str) -> Security:
        """What Dask is told. Raises RnnbenchError where a file is missing, or the address is not
        encrypted."""
        files = self._files()
        if files and not address.startswith("tls://"):
            raise rnnbench.RnnbenchError(
                f"executor.address is '{address}', and certificates need an address that begins"
                " with tls://"
            )
        for option, file in files.items():
            if not Path(file).is_file():
                raise rnnbench.RnnbenchError(f"executor.{option}: there is no file {file}")
        names = {"tls_cert": "tls_client_cert", "tls_key": "tls_client_key"}
        told: dict[str, object] = {
            names.get(option, option): file for option, file in files.items()
        }
        if address.startswith("tls://"):
            told["require_encryption"] = True
        return Security(**told)

    def require_none(self) -> None:
        """Raises RnnbenchError where there are certificates, and no address to which they
        belong."""
        files = self._files()
        if files:
            raise rnnbench.RnnbenchError(
                f"executor.{next(iter(files))} is for the scheduler at executor.address, and there"
                " is no address"
            )

    def _files(self) -> dict[str, str]:
        return {option: file for option, file in vars(self).items() if file}
