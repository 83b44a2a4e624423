"""Tokens and issuers that are not as they should be: a clear refusal, and nobody waits for an issuer that is down."""

from __future__ import annotations

import threading
from typing import Any

import jwt
import pytest

from chalicelib.shared.errors import NotSignedIn, Unavailable
from chalicelib.web.identity import TokenVerifier
from tests.unit import test_identity
from tests.unit.test_identity import NOW, OTHER_KEY, RSA_KEY, Issuer, MovableClock, token

clock, issuer, verifier = test_identity.clock, test_identity.issuer, test_identity.verifier

BROKEN_CLAIMS: dict[str, dict[str, Any]] = {
    "aud null": {"aud": None},
    "aud a number": {"aud": 7},
    "aud an object": {"aud": {"yima": 1}},
    "aud a list of lists": {"aud": [["yima"], {}]},
    "client_id a list": {"aud": None, "client_id": ["app-1"]},
    "sub with a lone surrogate": {"sub": "u\ud800"},
    "sub a list": {"sub": ["u1"]},
    "exp enormous, aud null": {"exp": 10**400, "aud": None},
}


@pytest.mark.parametrize("claims", BROKEN_CLAIMS.values(), ids=BROKEN_CLAIMS)
def test_broken_claims_are_refused(verifier: TokenVerifier, claims: dict[str, Any]) -> None:
    with pytest.raises(NotSignedIn):
        verifier.viewer_of(token(**claims))


def test_a_header_of_a_thousand_brackets_is_refused(verifier: TokenVerifier) -> None:
    import base64

    deep = base64.urlsafe_b64encode(b'{"alg":' + b"[" * 4500).decode().rstrip("=")
    with pytest.raises(NotSignedIn):
        verifier.viewer_of(f"Bearer {deep}.e30.e30")


def test_what_is_no_text_names_no_organisation(verifier: TokenVerifier) -> None:
    viewer = verifier.viewer_of(token(org="\udfff", name="x" * 300, client_id={"a": 1}))
    assert (viewer.organisation, viewer.name) == (None, None)


def test_a_refetch_that_fails_is_not_tried_again_at_once(
    verifier: TokenVerifier, issuer: Issuer, clock: MovableClock
) -> None:
    verifier.viewer_of(token())
    issuer.down = True
    clock.at += 4000
    fetched = len(issuer.fetched)
    for number in range(20):
        verifier.viewer_of(token(sub=f"u{number}", exp=NOW + 9000))
        with pytest.raises(Unavailable):
            verifier.viewer_of(token(OTHER_KEY, kid="new", exp=NOW + 9000))
    assert len(issuer.fetched) == fetched + 1
    clock.at += 10
    verifier.viewer_of(token(sub="later", exp=NOW + 9000))
    assert len(issuer.fetched) == fetched + 2
    issuer.down = False
    clock.at += 10
    verifier.viewer_of(token(sub="again", exp=NOW + 9000))
    with pytest.raises(NotSignedIn):
        verifier.viewer_of(token(OTHER_KEY, kid="new", exp=NOW + 9000))


@pytest.mark.parametrize(
    "answer",
    [{"error": "busy"}, {"keys": []}, {"keys": "none"}, {"keys": None}, [], "busy", {"keys": [{"kty": "odd"}]}],
    ids=str,
)
def test_a_200_that_holds_no_keys_drops_none(
    verifier: TokenVerifier, issuer: Issuer, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    verifier.viewer_of(token())
    fetch = issuer.fetch
    monkeypatch.setattr(verifier._keys, "_fetch", lambda url: answer if url.endswith("/keys") else fetch(url))
    clock.at += 4000
    assert verifier.viewer_of(token(sub="u2", exp=NOW + 9000)).subject == "u2"


def test_whoever_has_the_key_does_not_wait_for_anothers_fetch(
    verifier: TokenVerifier, issuer: Issuer, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifier.viewer_of(token())
    asked, go_on = threading.Event(), threading.Event()
    fetch = issuer.fetch

    def slow(url: str) -> Any:
        asked.set()
        assert go_on.wait(20)
        return fetch(url)

    monkeypatch.setattr(verifier._keys, "_fetch", slow)
    clock.at += 4000
    waiting = threading.Thread(target=lambda: verifier.viewer_of(token(sub="u2", exp=NOW + 9000)))
    waiting.start()
    assert asked.wait(20)
    assert verifier.viewer_of(token(sub="u3", exp=NOW + 9000)).subject == "u3"
    go_on.set()
    waiting.join(20)
    assert jwt.get_unverified_header(token(RSA_KEY).split()[1])["kid"] == "rsa"
