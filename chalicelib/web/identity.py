"""Who is calling: a bearer token of the configured OpenID Connect issuer becomes a `Viewer`.

RS256 and ES256 only (RFC 8725, 3.1); issuer pinned; audience or `client_id` on the allow-list; `exp` an
integer in the future by our own clock.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from chalicelib.settings import Settings
from chalicelib.shared.clock import Clock
from chalicelib.shared.errors import NotSignedIn, Unavailable
from chalicelib.shared.phones import read_phone
from chalicelib.shared.texts import Text
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from jwt import PyJWK
    from jwt.types import Options

__all__ = ["ROLES", "SigningKeys", "TokenRefused", "TokenVerifier", "Viewer", "fetch_json"]

ROLES: Final = frozenset(
    {"citizen", "mediator", "clerk", "window", "court", "reviewer", "supervisor", "gateway", "ops"}
)

_ALGORITHMS: Final = ("RS256", "ES256")
_MAX_TOKEN_LENGTH: Final = 8192
_MAX_NAME_LENGTH: Final = 255  # OIDC Core 1.0, 2: `sub`
_MAX_CACHED_TOKENS: Final = 1000
_CLOCK_SKEW_SECONDS: Final = 60  # for `nbf` only: an issuer's clock may run ahead of ours
_KEYS_REFETCH_SECONDS: Final = 60  # an unknown key id must not let callers hammer the issuer
_RETRY_SECONDS: Final = 10  # after a failed fetch: callers do not wait for an issuer that is down, one after another
_KEYS_MAX_AGE_SECONDS: Final = 3600  # a withdrawn key stops working within the hour
_FETCH_TIMEOUT_SECONDS: Final = 3
_FETCH_MAX_BYTES: Final = 256 * 1024
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_ISSUER_DOWN: Final = Text("暂时无法验证登录信息", "The sign-in service cannot be reached to check your token")


def fetch_json(url: str) -> Any:
    """Return the JSON document at `url` (https, or loopback); raise `OSError` or `ValueError`."""
    import urllib.request

    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError("the issuer's documents are read over https only")
    with urllib.request.urlopen(url, timeout=_FETCH_TIMEOUT_SECONDS) as reply:  # noqa: S310 - checked above
        return json.loads(reply.read(_FETCH_MAX_BYTES))


class SigningKeys:
    """The issuer's public keys (RFC 7517), fetched when first needed and again when an unknown key signs.

    Keys that are known go on holding while the issuer is down or answers nonsense.
    """

    def __init__(self, settings: Settings, clock: Clock, fetch: Callable[[str], Any] = fetch_json) -> None:
        self._settings = settings
        self._clock = clock
        self._fetch = fetch
        self._keys: dict[str, PyJWK] = {}
        self._fetched_at = 0.0
        self._failed_at = 0.0
        self._lock = threading.Lock()

    def find(self, key_id: str) -> PyJWK | None:
        """Return the key, or None if the issuer has none of that id; raise `Unavailable` if it cannot be asked."""
        known = self._keys.get(key_id)
        # Whoever has the key does not wait for somebody else's fetch.
        if not self._lock.acquire(blocking=known is None):
            return known
        try:
            if self._is_due(known=key_id in self._keys):
                self._refresh()
            known = self._keys.get(key_id)
            if known is None and self._failed_at:
                raise Unavailable(_ISSUER_DOWN)  # it may be a new key: nobody can say that it is not
            return known
        finally:
            self._lock.release()

    def _is_due(self, *, known: bool) -> bool:
        now = self._clock.now().timestamp()
        if self._keys and self._failed_at and abs(now - self._failed_at) < _RETRY_SECONDS:
            return False  # without any key, every caller needs the issuer
        age = abs(now - self._fetched_at)
        return (not known and age >= _KEYS_REFETCH_SECONDS) or age >= _KEYS_MAX_AGE_SECONDS

    def _refresh(self) -> None:
        from jwt import PyJWKSet
        from jwt.exceptions import PyJWTError

        try:
            url = self._settings.oidc_jwks_url or self._discover()
            keys = PyJWKSet.from_dict(self._fetch(url)).keys
            found = {key.key_id: key for key in keys if key.key_id and key.public_key_use in {None, "sig"}}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, PyJWTError):
            found = {}
        now = self._clock.now().timestamp()
        if not found:  # an issuer without any key cannot sign anybody in: it is broken, not empty
            self._failed_at = now
            return
        self._keys, self._fetched_at, self._failed_at = found, now, 0.0

    def _discover(self) -> str:
        document = self._fetch(self._settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration")
        return str(document["jwks_uri"])


class TokenVerifier:
    """Turns an `Authorization` header into a `Viewer`. Verified tokens are remembered until they expire."""

    def __init__(self, settings: Settings, clock: Clock, keys: SigningKeys) -> None:
        self._settings = settings
        self._clock = clock
        self._keys = keys
        self._verified: OrderedDict[bytes, tuple[int, Viewer]] = OrderedDict()
        self._lock = threading.Lock()

    def viewer_of(self, authorization: str | None) -> Viewer:
        """Return the caller; raise `NotSignedIn` without a token that holds."""
        if not authorization:
            raise NotSignedIn
        scheme, _, token = authorization.strip().partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token or len(token) > _MAX_TOKEN_LENGTH:
            raise TokenRefused
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        now = self._clock.now().timestamp()
        with self._lock:
            cached = self._verified.get(digest)
        if cached is not None:
            expires_at, viewer = cached
            if now < expires_at:
                return viewer
            raise TokenRefused
        expires_at, viewer = self._verify(token, now)
        with self._lock:
            self._verified[digest] = (expires_at, viewer)
            while len(self._verified) > _MAX_CACHED_TOKENS:
                self._verified.popitem(last=False)
        return viewer

    def _verify(self, token: str, now: float) -> tuple[int, Viewer]:
        import jwt

        try:
            header = jwt.get_unverified_header(token)
            key_id = header.get("kid")
            if header.get("alg") not in _ALGORITHMS or not isinstance(key_id, str):
                raise TokenRefused
            key = self._keys.find(key_id)
            if key is None:
                raise TokenRefused
            # Time is judged below, by our own clock and with integers only; the audience may be a client_id.
            options: Options = {
                "require": ["iss", "exp", "sub"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "verify_aud": False,
            }
            claims = jwt.decode(
                token,
                key,  # with its own algorithm: a header cannot make an RSA key an EC one (RFC 8725, 3.1)
                algorithms=_ALGORITHMS,
                issuer=self._settings.oidc_issuer,
                options=options,
            )
        except (jwt.exceptions.PyJWTError, ValueError, TypeError, RecursionError) as refused:
            raise TokenRefused from refused
        return self._judge(claims, now)

    def _judge(self, claims: Mapping[str, Any], now: float) -> tuple[int, Viewer]:
        expires_at, not_before = claims["exp"], claims.get("nbf", 0)
        if type(expires_at) is not int or type(not_before) is not int:
            raise TokenRefused
        if now >= expires_at or now < not_before - _CLOCK_SKEW_SECONDS:
            raise TokenRefused
        audience = claims.get("aud")
        audiences = {one for one in (audience if isinstance(audience, list) else [audience]) if isinstance(one, str)}
        client_id = _text_or_none(claims.get("client_id"))
        if not (audiences & self._settings.oidc_audiences or client_id in self._settings.oidc_client_ids):
            raise TokenRefused
        return expires_at, self._viewer(claims)

    def _viewer(self, claims: Mapping[str, Any]) -> Viewer:
        subject = _text_or_none(claims["sub"])
        if subject is None or len(subject) > _MAX_NAME_LENGTH:
            raise TokenRefused
        roles = claims.get(self._settings.oidc_roles_claim)
        named = {role for role in roles if isinstance(role, str)} if isinstance(roles, list) else set()
        return Viewer(
            subject=subject,
            roles=frozenset(named & ROLES | {"citizen"}),
            organisation=_short(claims.get("org")),
            name=_short(claims.get("name")),
            phone=_verified_phone(claims),
        )


def _text_or_none(value: Any) -> str | None:
    """Return a claim's text; None for anything else, and for text that is no Unicode (JSON lets surrogates pass)."""
    if not isinstance(value, str) or not value:
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        return None
    return value


def _short(value: Any) -> str | None:
    """Return a name or an id as a claim has it; None for one that is longer than any is."""
    text = _text_or_none(value)
    return None if text is None or len(text) > _MAX_NAME_LENGTH else text


def _verified_phone(claims: Mapping[str, Any]) -> str | None:
    """Return the number that the sign-in service has verified (OIDC Core 1.0, 5.1), or None.

    Some issuers write the boolean as a text.
    """
    number, verified = _short(claims.get("phone_number")), claims.get("phone_number_verified")
    if number is None or not (verified is True or verified == "true"):
        return None
    return read_phone(number)


class TokenRefused(NotSignedIn):
    """A token came, and does not hold. The reason stays with us: it would help only a forger."""

    def __init__(self) -> None:
        super().__init__(
            Text("登录凭证无效或已过期，请重新登录。", "The token is not valid or has expired. Sign in again.")
        )
