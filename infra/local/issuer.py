"""A sign-in service for developers: an OpenID Connect issuer that believes whatever it is told."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import BaseModel, ConfigDict, Field

from chalicelib.shared.clock import Clock

AUDIENCE: Final = "yima-local"
_OPTIONAL_CLAIMS: Final = ("org", "name", "phone_number", "phone_number_verified")
DEFAULT_TTL_SECONDS: Final = 400 * 24 * 3600
"""Longer than any period that a story moves the clock over, so that its tokens stay good."""


class TokenRequest(BaseModel):
    """Who wants to be signed in, and as what."""

    model_config = ConfigDict(extra="forbid", strict=True)

    sub: str = Field(min_length=1, max_length=255)
    roles: list[str] = Field(default=[], max_length=20)
    org: str | None = Field(default=None, max_length=255)
    name: str | None = Field(default=None, max_length=255)
    phone_number: str | None = Field(default=None, max_length=255)
    phone_number_verified: bool | None = None
    ttl_seconds: int = Field(default=DEFAULT_TTL_SECONDS, ge=1, le=10 * 365 * 24 * 3600)


class Issuer:
    """Issues RS256 tokens that are good by the server's clock."""

    def __init__(self, url: str, key_pem: bytes, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        key: Any = load_pem_private_key(key_pem, password=None)
        self._key = key
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
        self._key_id = hashlib.sha256(public["n"].encode()).hexdigest()[:16]
        self._public = {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self._key_id,
            "n": public["n"],
            "e": public["e"],
        }

    def configuration(self) -> dict[str, Any]:
        """Return the discovery document (OpenID Connect Discovery 1.0)."""
        return {
            "issuer": self._url,
            "jwks_uri": f"{self._url}/.well-known/jwks.json",
            "token_endpoint": f"{self._url}/token",
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
        }

    def keys(self) -> dict[str, Any]:
        """Return the public keys (RFC 7517)."""
        return {"keys": [self._public]}

    def issue(self, request: TokenRequest) -> dict[str, Any]:
        """Return an access token for `request`."""
        now = int(self._clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": self._url,
            "aud": AUDIENCE,
            "sub": request.sub,
            "roles": request.roles,
            "iat": now,
            "exp": now + request.ttl_seconds,
        }
        claims |= request.model_dump(include=set(_OPTIONAL_CLAIMS), exclude_none=True)
        token = jwt.encode(claims, self._key, "RS256", headers={"kid": self._key_id})
        return {"access_token": token, "token_type": "Bearer", "expires_in": request.ttl_seconds}
