"""What the local environment remembers between runs, so that a DynamoDB Local folder stays readable.

Everything is in `.local/`: the signing key of tokens, the root secret. Delete the folder to start anew.
"""

from __future__ import annotations

import secrets
import shlex
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, TextIO

DEFAULT_FOLDER: Final = Path(__file__).parent.parent.parent / ".local"


class LocalState:
    """The files in one folder, made when first asked for, readable by their owner only."""

    def __init__(self, folder: Path = DEFAULT_FOLDER) -> None:
        self.folder = folder

    def root_secret(self) -> str:
        """Return the text of the root secret."""
        return self._remembered("root-secret", lambda: secrets.token_urlsafe(48).encode()).decode()

    def signing_key(self) -> bytes:
        """Return the private key that tokens are signed with, PEM."""
        return self._remembered("signing-key.pem", _make_signing_key)

    def data_key_seed(self) -> bytes:
        """Return the 32 bytes that KMS keys are made from: what a run encrypted, the next one can decrypt."""
        return self._remembered("kms-key", lambda: secrets.token_bytes(32))

    def dynamodb_folder(self) -> Path:
        """Return the folder of DynamoDB Local's data."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = self.folder / "dynamodb"
        folder.mkdir(exist_ok=True)
        return folder

    def open_log(self, port: int) -> TextIO:
        """Return the file for the log lines of the app on `port`, emptied, written line by line."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return (self.folder / f"log-{port}.jsonl").open("w", encoding="utf-8", buffering=1)

    def write_environment(self, port: int, environment: Mapping[str, str]) -> Path:
        """Write what ops commands need to act on the server on `port`, as shell exports; return the file."""
        path = self.folder / f"env-{port}.sh"
        path.touch(mode=0o600)
        path.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in sorted(environment.items())))
        return path

    def _remembered(self, name: str, make: Callable[[], bytes]) -> bytes:
        path = self.folder / name
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Whole or not at all, and the first one wins: two servers may start in one folder.
            with tempfile.NamedTemporaryFile(dir=self.folder) as partial:  # readable by its owner only
                partial.write(make())
                partial.flush()
                with suppress(FileExistsError):
                    path.hardlink_to(partial.name)
        return path.read_bytes()


def _make_signing_key() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
