"""`@endpoint` on an app of its own: bodies, keys and replays, which the catalogue does not need."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from chalice.app import Chalice
from chalice.test import Client
from moto import mock_aws
from pydantic import BaseModel, Field

from chalicelib.composition.container import Container
from chalicelib.shared.errors import NotAllowed, Unavailable
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.shared.transactions import Committer, Transaction
from chalicelib.web import operations
from chalicelib.web.doors import open_doors
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Access, Routes, register_operation
from chalicelib.web.request import MAX_BODY_BYTES, RequestBody
from infra.local.issuer import Issuer
from infra.local.stack import read_template
from tests.api.conftest import Caller


class Note(RequestBody):
    text: str = Field(min_length=1, max_length=300_000)
    level: int = Field(default=3, ge=1, le=5)


class NoteView(BaseModel):
    text: str
    by: str


@pytest.fixture
def written() -> list[str]:
    return []


@pytest.fixture
def notes(container: Container, written: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """An app with one changing route, over a real transaction on moto."""
    monkeypatch.setattr(operations, "_OPERATIONS", {})
    routes = Routes(__name__)
    aws = container.foundation.aws
    container.override(Committer, Committer(aws, "notes", lambda: container.sealer("answers")))

    @routes.route("/v1/notes", methods=["POST"])
    @endpoint(body=Note, status=201)
    def write(viewer: Viewer, body: Note, key: IdempotencyKey) -> NoteView:
        """Write a note."""
        if body.text == "forbidden":
            raise NotAllowed
        if body.text == "down":
            raise Unavailable
        view = NoteView(text=body.text, by=viewer.subject)
        transaction = Transaction()
        transaction.update("notes", {"pk": "N", "sk": "1"}, "ADD n :one", values={":one": 1})
        container.answers.commit(
            transaction, idempotency=key.answering(lambda _: view, location=lambda _: "/v1/notes/1")
        )
        written.append(body.text)
        return view

    @routes.route("/v1/things/{thing}")
    @endpoint(access=Access.PUBLIC)
    def thing(thing: str) -> NoteView:
        """Show a thing."""
        return NoteView(text=thing, by="")

    with mock_aws():
        properties = read_template()["Resources"]["CatalogueTable"]["Properties"]
        aws.dynamodb.create_table(
            TableName="notes", **{key: properties[key] for key in ("AttributeDefinitions", "KeySchema", "BillingMode")}
        )
        app = Chalice("notes", configure_logs=False)
        open_doors(app, [__name__])
        with Client(app) as client:
            yield client


class Writer(Caller):
    def write(self, body: Any, *, key: str | None = "k1", media_type: str | None = "application/json") -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Idempotency-Key": key} if key is not None else {}
        if media_type is not None:
            headers["Content-Type"] = media_type
        return self.ask("POST", "/v1/notes", body=raw, **headers)


@pytest.fixture
def bob(notes: Client, issuer: Issuer) -> Writer:
    from infra.local.issuer import TokenRequest

    return Writer(notes, {"Authorization": "Bearer " + issuer.issue(TokenRequest(sub="bob"))["access_token"]})


def slug(response: Any) -> str:
    return str(json.loads(response.body)["type"]).removeprefix("/problems/")


def test_a_good_body_is_taken(bob: Writer, written: list[str]) -> None:
    response = bob.write({"text": "你好"}, media_type="Application/JSON; charset=utf-8")
    assert (response.status_code, json.loads(response.body)) == (201, {"text": "你好", "by": "bob"})
    assert written == ["你好"]


def test_a_retry_gets_the_first_answer_and_has_no_second_effect(bob: Writer, written: list[str]) -> None:
    first = bob.write({"text": "once"})
    again = bob.write({"text": "once"})
    assert again.status_code == first.status_code
    assert again.body == first.body
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == "/v1/notes/1"
    assert "Idempotency-Replayed" not in first.headers
    assert written == ["once"]


def test_a_key_belongs_to_one_request_and_one_person(bob: Writer, notes: Client, issuer: Issuer) -> None:
    from infra.local.issuer import TokenRequest

    bob.write({"text": "one"})
    other = bob.write({"text": "two"})
    assert (other.status_code, slug(other)) == (422, "idempotency-key-reused")
    eve = Writer(notes, {"Authorization": "Bearer " + issuer.issue(TokenRequest(sub="eve"))["access_token"]})
    assert eve.write({"text": "two"}).status_code == 201


@pytest.mark.parametrize("key", [None, "", "x" * 256, "with space", "é"])
def test_a_changing_request_needs_a_usable_key(bob: Writer, written: list[str], key: str | None) -> None:
    response = bob.write({"text": "x"}, key=key)
    assert (response.status_code, slug(response)) == (400, "idempotency-key-missing")
    assert written == []


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        (b"", "", "json_invalid"),
        (b"{", "", "json_invalid"),
        (b"\xff", "", "json_invalid"),
        (b'{"text": "\\ud800"}', "", "json_invalid"),
        (b"[]", "", "model_type"),
        (b"null", "", "model_type"),
        ({}, "/text", "missing"),
        ({"text": ""}, "/text", "string_too_short"),
        ({"text": 5}, "/text", "string_type"),
        ({"text": "x", "level": "5"}, "/level", "int_type"),
        ({"text": "x", "level": 4.5}, "/level", "int_type"),
        ({"text": "x", "level": 6}, "/level", "less_than_equal"),
        ({"text": "x", "level": True}, "/level", "int_type"),
        ({"text": "x", "a/b~c": 1}, "/a~1b~0c", "extra_forbidden"),
    ],
)
def test_a_bad_body_is_refused_at_its_place(
    bob: Writer, written: list[str], body: Any, pointer: str, code: str
) -> None:
    response = bob.write(body)
    assert (response.status_code, slug(response)) == (400, "invalid-request")
    errors = json.loads(response.body)["errors"]
    assert (errors[0]["pointer"], errors[0]["code"]) == (pointer, code)
    assert written == []


def test_deep_nesting_is_refused(bob: Writer) -> None:
    assert bob.write(b'{"text": ' + b"[" * 50_000 + b"]" * 50_000 + b"}").status_code == 400


@pytest.mark.parametrize("media_type", [None, "", "text/plain", "application/x-www-form-urlencoded"])
def test_what_is_not_json_is_415(bob: Writer, media_type: str | None) -> None:
    response = bob.write({"text": "x"}, media_type=media_type)
    assert (response.status_code, slug(response)) == (415, "not-json")


def test_a_body_over_the_limit_is_413(bob: Writer) -> None:
    assert bob.write({"text": "x" * (MAX_BODY_BYTES - 100)}).status_code == 201
    response = bob.write({"text": "x" * MAX_BODY_BYTES}, key="k2")
    assert (response.status_code, slug(response)) == (413, "too-large")


def test_refusals_are_not_stored(bob: Writer, written: list[str]) -> None:
    assert bob.write({"text": "forbidden"}).status_code == 403
    assert bob.write({"text": "allowed"}).status_code == 201
    assert written == ["allowed"]


def test_a_dependency_down_says_when_to_come_back(bob: Writer) -> None:
    response = bob.write({"text": "down"})
    assert (response.status_code, slug(response)) == (503, "unavailable")
    assert int(response.headers["Retry-After"]) > 0


def test_not_signed_in_comes_before_anything_is_read(notes: Client) -> None:
    assert Writer(notes, {}).write(b"not even JSON", key=None).status_code == 401


@pytest.mark.parametrize(
    ("raw", "text"),
    [("a%20b", "a b"), ("%E5%BC%A0", "张"), ("%252F", "%2F"), ("a%2Fb", "a/b"), ("%", "%"), ("%zz", "%zz")],
)
def test_path_parameters_are_decoded_once(notes: Client, raw: str, text: str) -> None:
    assert json.loads(Caller(notes, {}).get(f"/v1/things/{raw}").body)["text"] == text


def test_a_route_must_say_who_may_call_it() -> None:
    with pytest.raises(TypeError, match="who may call it"):
        register_operation("GET", "/v1/open", lambda: None, __name__)


def test_a_public_view_cannot_name_its_caller() -> None:
    with pytest.raises(TypeError, match="public"):

        @endpoint(access=Access.PUBLIC)
        def view(viewer: Viewer) -> NoteView:
            raise NotImplementedError


def test_body_and_query_stand_in_decorator_and_signature() -> None:
    with pytest.raises(TypeError, match="both"):

        @endpoint(body=Note)
        def view(viewer: Viewer) -> NoteView:
            raise NotImplementedError
