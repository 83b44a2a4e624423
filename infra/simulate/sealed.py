"""What was sealed, under which key: so that it can be asked afterwards whether anybody could still read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from chalicelib.shared.crypto import Keyring, Place
from chalicelib.shared.sealing import AesGcmSealer


@dataclass(frozen=True, slots=True)
class Seal:
    """One sealed value. `aggregate`, `subject`, `place`: whose key, and where; None: a key of the service.

    `inner`: what was sealed before, if it was sealed once more.
    """

    blob: bytes
    plain: bytes
    aggregate: str | None = None
    subject: str | None = None
    place: Place | None = None
    inner: Seal | None = None

    def layers(self) -> list[Seal]:
        """Return this seal and those inside of it, the outermost first."""
        return [self] if self.inner is None else [self, *self.inner.layers()]

    @property
    def text(self) -> str:
        """What stands innermost."""
        return self.layers()[-1].plain.decode(errors="replace")


class Sealed:
    """Every value that was sealed in a story, by what it became."""

    def __init__(self) -> None:
        self.by_blob: dict[bytes, Seal] = {}

    @contextmanager
    def noticed(self) -> Iterator[None]:
        """Have everything that is sealed meanwhile be noticed."""
        by_keyring, by_service = Keyring.seal_bytes, AesGcmSealer.seal

        def seal(ring: Keyring, subject: str, place: Place, plain: bytes) -> bytes:
            blob = by_keyring(ring, subject, place, plain)
            self.by_blob[blob] = Seal(blob, plain, ring.aggregate, subject, place, self.by_blob.get(plain))
            return blob

        def seal_by_service(sealer: AesGcmSealer, plain: bytes, context: bytes) -> bytes:
            blob = by_service(sealer, plain, context)
            self.by_blob[blob] = Seal(blob, plain, inner=self.by_blob.get(plain))
            return blob

        with patch.object(Keyring, "seal_bytes", seal), patch.object(AesGcmSealer, "seal", seal_by_service):
            yield
