"""Digests of what cases hold, and the canonical JSON that they are made over."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any


def digest_of(invite_code: str) -> str:
    """Return what is stored of an invite code: it has 80 random bits, so nobody finds it from this."""
    return hashlib.sha256(invite_code.encode()).hexdigest()


def agreement_digest(text: str, terms: Sequence[Any]) -> str:
    """Return the SHA-256 that signatures are made over: of the canonical JSON of text and terms.

    A term is `{text, payer, payee, amount_cents, due_on}`, null where it says nothing: what is owed is signed too.
    """
    return hashlib.sha256(to_json({"terms": list(terms), "text": text}).encode()).hexdigest()


def to_json(value: Any) -> str:
    """Return canonical JSON."""
    import json

    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
