"""Which media type a caller gets, and how bytes leave the function."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from chalice.app import Chalice

from chalicelib.composition.container import Container
from chalicelib.web import operations
from chalicelib.web.accept import MediaType, choose_media_type
from chalicelib.web.answers import Answer, etag_of
from chalicelib.web.doors import open_doors
from chalicelib.web.endpoint import endpoint
from chalicelib.web.openapi import describe_api
from chalicelib.web.operations import Access, Routes, every_operation
from chalicelib.web.view import View
from infra.bench.overhead import Context, rest_event

JSON, PDF = "application/json", "application/pdf"
BYTES = b"%PDF\xff\x00"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (PDF, PDF),
        ("Application/PDF", PDF),
        (f"{PDF}, */*", PDF),
        (f"{PDF}, {JSON}", PDF),
        (f"{JSON}, {PDF}", JSON),
        (f"{PDF};q=0.5, {JSON}", JSON),
        (f"{JSON};q=0.1, {PDF};q=0.2", PDF),
        (f"{PDF};q=0", JSON),
        (f"*/*, {JSON};q=0", PDF),
        (f"application/*, {JSON};q=0", PDF),
        (f"text/html,application/xhtml+xml,{PDF};q=0.9,*/*;q=0.8", PDF),
        ("text/html", JSON),
        (f"{PDF};q=2, {PDF};q=x, ;;,", JSON),
        (f"{PDF};version=1;q=1.000", PDF),
    ],
)
def test_the_type_that_the_caller_prefers_is_chosen(accept: str | None, chosen: str) -> None:
    assert choose_media_type(accept, (JSON, PDF)) == chosen


class Thing(View):
    name: str


@pytest.fixture
def app(container: Container, monkeypatch: pytest.MonkeyPatch) -> Chalice:
    monkeypatch.setattr(operations, "_OPERATIONS", {})
    routes = Routes(__name__)

    @routes.route("/v1/things")
    @endpoint(access=Access.PUBLIC, also=(PDF,))
    def get_thing(wanted: MediaType) -> Thing | Answer:
        """Give a thing."""
        return Answer(BYTES, media_type=PDF, etag=etag_of(BYTES, "zh")) if wanted == PDF else Thing(name="n")

    made = Chalice("things", configure_logs=False)
    made.api.binary_types = []
    open_doors(made, [__name__])
    return made


def call(app: Chalice, **headers: str) -> dict[str, Any]:
    event = rest_event("/v1/things", "/v1/things", {})
    event["headers"] |= {name.replace("_", "-"): value for name, value in headers.items()}
    answer: dict[str, Any] = app(event, Context())
    return answer


@pytest.mark.parametrize("accept", [PDF, f"text/html, {PDF};q=0.9, */*;q=0.1"])
def test_bytes_leave_in_base64_whatever_stands_first_in_accept(app: Chalice, accept: str) -> None:
    answer = call(app, Accept=accept)
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, True)
    assert base64.b64decode(answer["body"]) == BYTES
    assert answer["headers"]["Content-Type"] == PDF
    assert answer["headers"]["Vary"].endswith(", Accept")
    assert answer["headers"]["Access-Control-Allow-Origin"]
    unchanged = call(app, Accept=accept, If_None_Match=answer["headers"]["ETag"])
    assert (unchanged["statusCode"], unchanged["body"]) == (304, "")


def test_text_leaves_as_text(app: Chalice) -> None:
    answer = call(app, Accept=JSON)
    assert json.loads(answer["body"]) == {"name": "n"}
    assert not answer.get("isBase64Encoded")
    assert answer["headers"]["Vary"].endswith(", Accept")


def test_the_description_names_both_types_and_the_model(app: Chalice) -> None:
    document = json.loads(describe_api(every_operation()).body)
    content = document["paths"]["/v1/things"]["get"]["responses"]["200"]["content"]
    assert set(content) == {JSON, PDF}
    assert content[JSON]["schema"] == {"$ref": "#/components/schemas/Thing"}
