"""Authenticated encryption of small values that leave us and come back: cursors, stored answers.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce. Each purpose has its own key, derived from one
root secret by HKDF-SHA-256 (RFC 5869), so that a value sealed for one purpose cannot be opened as another.
"""

from __future__ import annotations

import os
from typing import Final

_NONCE_BYTES: Final = 12
_FORMAT: Final = b"\x01"


class Unsealable(ValueError):
    """Not sealed by us, not for this purpose, not for this context, or altered on the way."""


class AesGcmSealer:
    """Seals and unseals values for one purpose."""

    def __init__(self, root_secret: bytes, purpose: str) -> None:
        # Late: cryptography costs a cold start some 100 ms that most routes never need.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"yima/{purpose}".encode()).derive(root_secret)
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """Return `plain` encrypted and bound to `context`, which is authenticated but not stored."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, plain, context)

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        """Return the plain bytes; raise `Unsealable` for anything that `seal` did not make for `context`."""
        from cryptography.exceptions import InvalidTag

        if sealed[:1] != _FORMAT or len(sealed) <= 1 + _NONCE_BYTES:
            raise Unsealable("unknown format")
        try:
            return self._cipher.decrypt(sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], context)
        except InvalidTag as altered:
            raise Unsealable("not sealed here for this context") from altered
