"""Field-level encryption: AES-256-GCM under a key of each data subject, wrapped (RFC 3394) by a key that KMS wraps.

One aggregate (a case) has one key-encryption key, which only KMS can open; under it stands one data key for each
subject (a party, the case itself). To delete a subject's wrapped key is to erase what it encrypted, in every table,
stream and stored answer. Additional data: aggregate | subject | table | item | field, so that a value that is moved
to another field, item, table, subject or aggregate does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from chalicelib.shared.aws import Clients, unavailable_when_down

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_MAX_CACHED: Final = 500


class Erased(LookupError):
    """The subject's key is gone: what it encrypted cannot be read any more."""


class Place(NamedTuple):
    """Where a sealed value stands: the table's name in the template, the item's `sk`, the attribute."""

    table: str
    item: str
    field: str


@dataclass(frozen=True, slots=True)
class Keyring:
    """The open keys of one aggregate, by subject; `wrapped` is what is stored of them."""

    aggregate: str
    wrapped: Mapping[str, bytes]
    _keys: Mapping[str, bytes] = field(repr=False)

    def holds(self, subject: str) -> bool:
        """Tell whether the subject's key is there: false once the subject was erased."""
        return subject in self._keys

    def seal(self, subject: str, place: Place, text: str) -> bytes:
        """Return `text` encrypted for `place` under the subject's key; raise `Erased`."""
        return self.seal_bytes(subject, place, text.encode())

    def unseal(self, subject: str, place: Place, sealed: bytes) -> str:
        """Return the text; raise `Erased`, or `ValueError` if it was not sealed for this place."""
        return self.unseal_bytes(subject, place, sealed).decode()

    def seal_bytes(self, subject: str, place: Place, plain: bytes) -> bytes:
        """Return `plain` encrypted for `place` under the subject's key; raise `Erased`."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self._key(subject)).encrypt(nonce, plain, self._context(subject, place))

    def unseal_bytes(self, subject: str, place: Place, sealed: bytes) -> bytes:
        """Return the bytes; raise `Erased`, or `ValueError` if they were not sealed for this place."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key = self._key(subject)
        try:
            return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._context(subject, place))
        except InvalidTag as foreign:
            raise ValueError("not sealed for this place") from foreign

    def _key(self, subject: str) -> bytes:
        if subject not in self._keys:
            raise Erased(subject)
        return self._keys[subject]

    def _context(self, subject: str, place: Place) -> bytes:
        return json.dumps([self.aggregate, subject, *place]).encode()  # JSON: no two lists of parts run together


class Keys:
    """Makes and opens keyrings. Opened key-encryption keys are kept in memory, at most 500 of them."""

    def __init__(self, clients: Clients, kms_key: str) -> None:
        self._clients = clients
        self._kms_key = kms_key
        self._opened: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def make(self, aggregate: str, subjects: list[str]) -> tuple[bytes, Keyring]:
        """Return a new wrapped key-encryption key, and the keyring under it. One call to KMS."""
        from cryptography.hazmat.primitives.keywrap import aes_key_wrap

        with unavailable_when_down():
            made = self._clients.kms.generate_data_key(
                KeyId=self._kms_key, KeySpec="AES_256", EncryptionContext={"aggregate": aggregate}
            )
        encryption_key, wrapped_kek = made["Plaintext"], made["CiphertextBlob"]
        self._remember(wrapped_kek, encryption_key)
        keys = {subject: secrets.token_bytes(_KEY_BYTES) for subject in subjects}
        wrapped = {subject: aes_key_wrap(encryption_key, key) for subject, key in keys.items()}
        return wrapped_kek, Keyring(aggregate, wrapped, keys)

    def open(self, aggregate: str, wrapped_kek: bytes, wrapped: Mapping[str, bytes]) -> Keyring:
        """Return the keyring for what was stored. One call to KMS at most."""
        from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

        with self._lock:
            encryption_key = self._opened.get(wrapped_kek)
        if encryption_key is None:
            with unavailable_when_down():
                encryption_key = self._clients.kms.decrypt(
                    CiphertextBlob=wrapped_kek, KeyId=self._kms_key, EncryptionContext={"aggregate": aggregate}
                )["Plaintext"]
            self._remember(wrapped_kek, encryption_key)
        keys = {subject: aes_key_unwrap(encryption_key, key) for subject, key in wrapped.items()}
        return Keyring(aggregate, dict(wrapped), keys)

    def _remember(self, wrapped: bytes, opened: bytes) -> None:
        with self._lock:
            self._opened[wrapped] = opened
            while len(self._opened) > _MAX_CACHED:
                self._opened.popitem(last=False)


class Pseudonyms:
    """Stable references to people, from which nobody learns who they are: HMAC-SHA-256 under a key of its own."""

    def __init__(self, root_secret: bytes) -> None:
        self._key = hmac.digest(root_secret, b"yima pseudonyms", hashlib.sha256)

    def of(self, subject: str) -> str:
        """Return the reference to the person who signs in as `subject`: 26 hex characters."""
        return hmac.digest(self._key, subject.encode(), hashlib.sha256).hex()[:26]
