"""What was sealed, under which key: so that it can be asked afterwards whether anybody could still read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from chalicelib.shared.crypto import Keyring
from chalicelib.shared.sealing import AesGcmSealer


@dataclass(frozen=True, slots=True)
class Seal:
    """One sealed text. `aggregate`, `subject`: whose key; both None: a key of the service, which is always there."""

    blob: bytes
    plain: str
    aggregate: str | None
    subject: str | None
    place: str


class Sealed:
    """Every text that was sealed in a story."""

    def __init__(self) -> None:
        self.every: list[Seal] = []

    @contextmanager
    def noticed(self) -> Iterator[None]:
        """Have everything that is sealed meanwhile be noticed."""
        by_keyring, by_service = Keyring.seal, AesGcmSealer.seal

        def seal(ring: Keyring, subject: str, place: str, text: Any) -> bytes:
            blob = by_keyring(ring, subject, place, text)
            plain = text if isinstance(text, str) else bytes(text).decode(errors="replace")
            self.every.append(Seal(blob, plain, ring.aggregate, subject, place))
            return blob

        def seal_by_service(sealer: AesGcmSealer, plain: bytes, context: bytes) -> bytes:
            blob = by_service(sealer, plain, context)
            self.every.append(Seal(blob, plain.decode(errors="replace"), None, None, "service"))
            return blob

        with patch.object(Keyring, "seal", seal), patch.object(AesGcmSealer, "seal", seal_by_service):
            yield
