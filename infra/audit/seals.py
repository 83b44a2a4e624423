"""The seal on an agreement, checked by anybody: with the saved answer of the API and the public key alone."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from chalicelib.cases.court.seals import ALGORITHM, signed_text
from chalicelib.cases.lifecycle.digests import agreement_digest


def find_seal_fault(agreement: Mapping[str, Any], public_key: bytes) -> str | None:
    """Return what is wrong with the seal of an agreement as the API shows it, or None.

    `public_key`: PEM. The text and the terms must be those of the hash, and the seal over that hash, by its
    organisation, at its instant.
    """
    seal = agreement.get("seal")
    if seal is None:
        return "it has no seal"
    if agreement_digest(agreement["text"], agreement["terms"]) != agreement["sha256"]:
        return "text and terms are not those that the hash was made of"
    if seal["signed_text"] != signed_text(agreement["sha256"], seal["by"], seal["at"]):
        return "the seal is over another agreement, or by another organisation, or of another instant"
    if seal["algorithm"] != ALGORITHM or not is_signed(seal["signed_text"], seal["signature"], public_key):
        return "the signature is not this key's, or its text was touched"
    return None


def is_signed(text: str, signature: str, public_key: bytes) -> bool:
    """Tell whether a signature (base64 DER, ECDSA with SHA-256) is over a text, by the key of a PEM."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    key = load_pem_public_key(public_key)
    if not isinstance(key, EllipticCurvePublicKey):
        return False
    try:
        key.verify(base64.b64decode(signature, validate=True), text.encode(), ECDSA(hashes.SHA256()))
    except (InvalidSignature, binascii.Error):
        return False
    return True


def read_agreement(document: str) -> dict[str, Any]:
    """Return a saved agreement; raise `ValueError` if it is none."""
    read = json.loads(document)
    if not isinstance(read, dict) or not {"text", "terms", "sha256", "seal"} <= set(read):
        raise ValueError("not the JSON of an agreement")
    return read


def as_pem(der: bytes) -> bytes:
    """Return a public key as PEM, from what KMS gives (SubjectPublicKeyInfo in DER)."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

    return load_der_public_key(der).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
