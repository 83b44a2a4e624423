from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from chalicelib.settings import Settings
from chalicelib.shared.errors import NotSignedIn, Unavailable
from chalicelib.web.identity import SigningKeys, TokenVerifier

NOW = 1_790_000_000
ISSUER = "https://id.example.cn"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class MovableClock:
    def __init__(self) -> None:
        self.at = float(NOW)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)


class Issuer:
    """The issuer's documents, and how often each was asked for."""

    def __init__(self) -> None:
        rsa_key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(RSA_KEY.public_key()))
        ec_key = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(EC_KEY.public_key()))
        self.keys: list[dict[str, Any]] = [{**rsa_key, "kid": "rsa", "use": "sig"}, {**ec_key, "kid": "ec"}]
        self.fetched: list[str] = []
        self.down = False

    def fetch(self, url: str) -> Any:
        self.fetched.append(url)
        if self.down:
            raise OSError("unreachable")
        if url.endswith("openid-configuration"):
            return {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"}
        return {"keys": self.keys}


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def verifier(clock: MovableClock, issuer: Issuer) -> TokenVerifier:
    settings = Settings(
        stage="test",
        catalogue_table="t",
        cases_table="cases",
        organisations_table="organisations",
        appointments_table="appointments",
        ratings_table="ratings",
        notices_table="notices",
        audit_table="audit",
        people_table="people",
        answers_table="answers",
        rules_table="rules",
        data_bucket="b",
        evidence_bucket="evidence",
        data_key_arn="key",
        signing_key_arn="signing",
        notices_topic_arn="topic",
        root_secret_arn="s",
        oidc_issuer=ISSUER,
        oidc_audiences=frozenset({"yima"}),
        oidc_client_ids=frozenset({"app-1"}),
        oidc_jwks_url=None,
        oidc_roles_claim="cognito:groups",
        public_url="https://yima.example.cn",
        video_url="https://meet.example.cn",
        cors_origins=(),
        scratch=Path("unused"),
    )
    return TokenVerifier(settings, clock, SigningKeys(settings, clock, issuer.fetch))


def token(key: Any = RSA_KEY, algorithm: str = "RS256", kid: str | None = "rsa", **claims: Any) -> str:
    payload = {"iss": ISSUER, "aud": "yima", "sub": "u1", "iat": NOW, "exp": NOW + 600, **claims}
    payload = {name: value for name, value in payload.items() if value is not ...}
    return "Bearer " + jwt.encode(payload, key, algorithm, headers={"kid": kid} if kid else {})


def test_a_good_token_says_who_calls(verifier: TokenVerifier) -> None:
    viewer = verifier.viewer_of(token(org="o1", name="李明", **{"cognito:groups": ["mediator", "wizard"]}))  # type: ignore[arg-type]
    assert (viewer.subject, viewer.organisation, viewer.name) == ("u1", "o1", "李明")
    assert viewer.roles == {"citizen", "mediator"}


def test_es256_and_a_client_id_are_good_too(verifier: TokenVerifier) -> None:
    assert verifier.viewer_of(token(EC_KEY, "ES256", "ec", aud=..., client_id="app-1")).subject == "u1"


def test_one_of_several_audiences_is_enough(verifier: TokenVerifier) -> None:
    assert verifier.viewer_of(token(aud=["other", "yima"])).subject == "u1"


def unsigned(algorithm: str) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    head = part({"alg": algorithm, "kid": "rsa", "typ": "JWT"})
    return f"Bearer {head}.{part({'iss': ISSUER, 'aud': 'yima', 'sub': 'u1', 'exp': NOW + 600})}."


REFUSED: dict[str, Callable[[], str | None]] = {
    "no token": lambda: None,
    "empty": lambda: "",
    "another scheme": lambda: "Basic dTE6cA==",
    "no value": lambda: "Bearer ",
    "not a JWT": lambda: "Bearer abc",
    "not ASCII": lambda: "Bearer 张.三.李",
    "lone surrogate": lambda: "Bearer \ud800.a.b",
    "too long": lambda: "Bearer " + "a" * 9000,
    "expired": lambda: token(exp=NOW),
    "exp is no integer": lambda: token(exp=NOW + 600.5),
    "exp is text": lambda: unsigned("RS256"),
    "exp missing": lambda: token(exp=...),
    "exp true": lambda: token(exp=True),
    "not yet valid": lambda: token(nbf=NOW + 3600),
    "wrong issuer": lambda: token(iss="https://evil.example"),
    "issuer missing": lambda: token(iss=...),
    "wrong audience": lambda: token(aud="other"),
    "no audience": lambda: token(aud=...),
    "wrong client": lambda: token(aud=..., client_id="app-2"),
    "subject missing": lambda: token(sub=...),
    "subject empty": lambda: token(sub=""),
    "subject too long": lambda: token(sub="x" * 256),
    "signed by another key": lambda: token(OTHER_KEY),
    "key id unknown": lambda: token(kid="nobody"),
    "key id missing": lambda: token(kid=None),
    "alg none": lambda: unsigned("none"),
    "unsigned RS256": lambda: unsigned("RS256"),
    "HS256": lambda: token("a shared secret that is long enough here", "HS256"),
    "RS512": lambda: token(RSA_KEY, "RS512"),
    "alg does not fit the key": lambda: token(EC_KEY, "ES256", "rsa"),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_token_that_does_not_hold_is_refused(verifier: TokenVerifier, reason: str) -> None:
    with pytest.raises(NotSignedIn):
        verifier.viewer_of(REFUSED[reason]())


def test_a_remembered_token_expires_too(verifier: TokenVerifier, clock: MovableClock) -> None:
    good = token()
    assert verifier.viewer_of(good) is verifier.viewer_of(good)
    clock.at = NOW + 600
    with pytest.raises(NotSignedIn):
        verifier.viewer_of(good)


def test_keys_are_fetched_once_for_many_tokens(verifier: TokenVerifier, issuer: Issuer) -> None:
    for subject in ("u1", "u2", "u3"):
        verifier.viewer_of(token(sub=subject))
    assert issuer.fetched == [f"{ISSUER}/.well-known/openid-configuration", f"{ISSUER}/keys"]


def test_a_rotated_key_is_found_and_an_unknown_one_does_not_hammer_the_issuer(
    verifier: TokenVerifier, issuer: Issuer, clock: MovableClock
) -> None:
    verifier.viewer_of(token())
    new = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(OTHER_KEY.public_key()))
    issuer.keys.append({**new, "kid": "new"})
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            verifier.viewer_of(token(OTHER_KEY, kid="new"))
    assert len(issuer.fetched) == 2
    clock.at += 60
    assert verifier.viewer_of(token(OTHER_KEY, kid="new")).subject == "u1"


def test_an_issuer_that_is_down_is_503_until_its_keys_are_known(
    verifier: TokenVerifier, issuer: Issuer, clock: MovableClock
) -> None:
    issuer.down = True
    with pytest.raises(Unavailable):
        verifier.viewer_of(token())
    issuer.down = False
    assert verifier.viewer_of(token()).subject == "u1"
    issuer.down = True
    clock.at += 4000
    assert verifier.viewer_of(token(sub="u2", exp=NOW + 9000)).subject == "u2"


def test_encryption_keys_sign_nothing(verifier: TokenVerifier, issuer: Issuer) -> None:
    issuer.keys[0]["use"] = "enc"
    with pytest.raises(NotSignedIn):
        verifier.viewer_of(token())
