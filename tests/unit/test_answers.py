"""Stored answers at rest: under whose keys, bound to what, and given to whom; and the scope of a key."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel, Field

from chalicelib.shared.answers import AnswersAtRest, key_of
from chalicelib.shared.crypto import Keyring
from chalicelib.shared.errors import IdempotencyKeyReused, NotFound
from chalicelib.shared.idempotency import RETENTION, Idempotency, IdempotencyKey, Shown, StoredAnswer
from chalicelib.shared.sealing import AesGcmSealer, Unsealable
from chalicelib.shared.viewer import Viewer

NOW = datetime(2026, 11, 24, tzinfo=UTC)
WANG = Viewer("wang", frozenset(), None, None)
ANSWER = StoredAnswer(201, {"Location": "/v1/cases/C"}, "张三 🀄".encode())
KEYS = Keyring("C", {}, {one: secrets.token_bytes(32) for one in ("p1", "p2")})


def claim(scope: str = "scope", request: str = "request", viewer: Viewer | None = WANG) -> Idempotency:
    return Idempotency(scope, request, NOW, lambda _: ANSWER, viewer)


SHOWING = claim().showing(Shown("case", "C", KEYS, ("p1", "p2")))


class Reader:
    def __init__(self, keys: Keyring | None = KEYS) -> None:
        self.keys = keys
        self.asked: list[tuple[Viewer | None, str, list[str]]] = []

    def __call__(self, viewer: Viewer | None, aggregate: str, subjects: Sequence[str]) -> Keyring | None:
        self.asked.append((viewer, aggregate, list(subjects)))
        return self.keys


def at_rest(reader: Reader | None = None) -> AnswersAtRest:
    return AnswersAtRest(lambda: AesGcmSealer(b"root", "answers"), {} if reader is None else {"case": reader})


def test_an_answer_about_nobody_comes_back_as_it_was() -> None:
    stored = at_rest().to_row(claim(), ANSWER)
    assert (stored["pk"], stored["sk"]) == ("IDEMPOTENCY#scope", "ANSWER")
    assert key_of(claim()) == {"pk": stored["pk"], "sk": stored["sk"]}
    assert stored["request_digest"] == "request"
    assert stored["ttl"] == int((NOW + timedelta(days=7)).timestamp())
    assert set(stored) == {"pk", "sk", "request_digest", "ttl", "answer"}
    assert at_rest().from_row(stored, claim()) == ANSWER
    assert "张三".encode() not in stored["answer"]


def test_an_answer_takes_no_more_room_than_its_text() -> None:
    long = StoredAnswer(200, {}, ("🀄" * 1000).encode())
    assert len(at_rest().to_row(claim(), long)["answer"]) < 4200


def test_a_key_with_another_request_is_refused() -> None:
    with pytest.raises(IdempotencyKeyReused):
        at_rest().from_row(at_rest().to_row(claim(), ANSWER), claim(request="another"))


def test_an_answer_about_somebody_is_opened_with_their_keys_for_who_may_see_it() -> None:
    reader = Reader()
    stored = at_rest(reader).to_row(SHOWING, ANSWER)
    assert (stored["kind"], stored["aggregate"], stored["subjects"]) == ("case", "C", ["p1", "p2"])
    assert at_rest(reader).from_row(stored, claim()) == ANSWER
    assert reader.asked == [(WANG, "C", ["p1", "p2"])]


@pytest.mark.parametrize("left", [("p1",), ("p2",), ()])
def test_with_any_of_the_keys_gone_the_answer_is_gone(left: tuple[str, ...]) -> None:
    stored = at_rest().to_row(SHOWING, ANSWER)
    reader = Reader(Keyring("C", {}, {one: KEYS._keys[one] for one in left}))
    with pytest.raises(NotFound):
        at_rest(reader).from_row(stored, claim())


def test_without_a_reader_or_keys_nobody_is_given_it() -> None:
    stored = at_rest().to_row(SHOWING, ANSWER)
    for rest in (at_rest(), at_rest(Reader(None))):
        with pytest.raises(NotFound):
            rest.from_row(stored, claim())


def test_an_answer_of_an_aggregate_without_subjects_needs_its_reader_only() -> None:
    stored = at_rest().to_row(claim().showing(Shown("case", "C")), ANSWER)
    assert at_rest(Reader(None)).from_row(stored, claim()) == ANSWER
    with pytest.raises(NotFound):
        at_rest().from_row(stored, claim())


def test_what_shows_somebody_is_never_stored_without_their_keys() -> None:
    with pytest.raises(ValueError, match="sealed under their keys"):
        at_rest().to_row(claim().showing(Shown("case", "C", None, ("p1",))), ANSWER)


@pytest.mark.parametrize(
    "change", [{"pk": "IDEMPOTENCY#other"}, {"kind": "rating"}, {"aggregate": "D"}, {"subjects": ["p2", "p1"]}]
)
def test_a_row_that_was_changed_does_not_open(change: dict[str, Any]) -> None:
    reader = Reader()
    rest = AnswersAtRest(lambda: AesGcmSealer(b"root", "answers"), {"case": reader, "rating": reader})
    with pytest.raises(Unsealable):
        rest.from_row({**rest.to_row(SHOWING, ANSWER), **change}, claim())


def test_a_row_cannot_be_passed_off_as_about_nobody() -> None:
    stored = at_rest().to_row(SHOWING, ANSWER)
    for name in ("kind", "aggregate", "subjects"):
        del stored[name]
    with pytest.raises(Unsealable):
        at_rest().from_row(stored, claim())


STORED = bytes.fromhex(
    "01a1fc30e6dec943292351b6ad24b1089b1bb3c431580274285d3294bebd1dfeb9b90ad1357591c3"
    "f44db4ce535c09871a65ac765a50b0c5fa797a74e69b090e6f32b1618eefbd664bdbac8f3662092d"
    "974a4a1a148f9fe2490d07f374e1c68ee0e8b68db81b94e48825014a43c1928f5a5465d95ac89621"
    "94e7f27d2d23ed8e"
)


def test_answers_that_were_stored_before_a_release_open_after_it() -> None:
    keys = Keyring("C", {}, {"p1": bytes(32), "p2": b"\1" * 32})
    stored = {**at_rest().to_row(SHOWING, ANSWER), "answer": STORED}
    assert at_rest(Reader(keys)).from_row(stored, claim()) == StoredAnswer(200, {}, b"x")


def key(*scope: str, body: bytes = b"{}") -> IdempotencyKey:
    subject, method, path, name = scope
    return IdempotencyKey.of(subject, method, path, name, body=body, at=NOW, status=201, viewer=WANG)


def test_every_part_of_the_scope_counts_and_they_do_not_run_together() -> None:
    scopes = [
        ("wang", "POST", "/v1", "k"),
        ("li", "POST", "/v1", "k"),
        ("wang", "PUT", "/v1", "k"),
        ("wang", "POST", "/v2", "k"),
        ("wang", "POST", "/v1", "l"),
        ("wang", "POST", "/v1k", ""),
        ("wangPOST", "", "/v1", "k"),
    ]
    for one, other in itertools.combinations(scopes, 2):
        assert key(*one).scope_digest != key(*other).scope_digest
    again = key(*scopes[0], body=b"[]")
    assert again.scope_digest == key(*scopes[0]).scope_digest
    assert again.request_digest != key(*scopes[0]).request_digest
    assert (len(again.scope_digest), len(again.request_digest)) == (64, 64)


def test_a_key_that_was_used_before_a_release_is_known_after_it() -> None:
    assert key("wang", "POST", "/v1", "k").scope_digest == (
        "0aaccd4513122803e9879066500c8988af1ac6081b640b227cbf7fac6ccfdcfe"
    )


class View(BaseModel):
    said: str = Field(serialization_alias="wasSaid")


def test_an_answer_is_the_view_of_the_result_by_its_public_names() -> None:
    made = key("wang", "POST", "/v1", "k").answering(lambda said: View(said=said), location=lambda said: f"/v1/{said}")
    assert made.render("x") == StoredAnswer(201, {"Location": "/v1/x"}, b'{"wasSaid":"x"}')
    assert key("wang", "POST", "/v1", "k").answering(lambda said: View(said=said)).render("x").headers == {}
    assert (made.viewer, made.shown, made.received_at) == (WANG, None, NOW)
    assert made.expires_at == int((NOW + RETENTION).timestamp())
    assert timedelta(days=7) == RETENTION


def test_parts_of_one_request_have_keys_of_their_own() -> None:
    whole = claim()
    one, other = (whole.part(name, lambda _: replace(ANSWER, status=204)) for name in ("a", "b"))
    assert len({whole.scope_digest, one.scope_digest, other.scope_digest}) == 3
    assert one.scope_digest == claim().part("a", lambda _: ANSWER).scope_digest
    assert one.render(None).status == 204
    assert (one.request_digest, one.viewer, one.received_at) == ("request", WANG, NOW)
