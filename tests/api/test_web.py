from __future__ import annotations

import json

import pytest
from openapi_spec_validator import validate

from chalicelib.catalogue.service import CatalogueService
from chalicelib.composition.container import Container
from chalicelib.shared.errors import every_error
from tests.api.conftest import Caller


def test_health(anyone: Caller) -> None:
    assert anyone.read("/v1/health")["status"] == "ok"


def test_every_answer_carries_its_headers(anyone: Caller) -> None:
    for path in ("/v1/health", "/v1/services/none", "/v1/me", "/v1/services?limit=0"):
        headers = anyone.get(path).headers
        assert headers["X-Request-Id"]
        assert headers["Cache-Control"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "max-age" in headers["Strict-Transport-Security"]


def test_problems_carry_the_request_id_and_no_caching(anyone: Caller) -> None:
    response = anyone.get("/v1/services/none")
    problem = json.loads(response.body)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    assert problem["instance"] == response.headers["X-Request-Id"]
    assert problem["status"] == 404
    assert {"type", "title", "status", "detail", "instance"} == set(problem)


@pytest.mark.parametrize("error", list(every_error()), ids=lambda error: error.slug)
def test_every_problem_is_explained_in_both_languages(anyone: Caller, error: type) -> None:
    slug = error.slug  # type: ignore[attr-defined]
    chinese, english = (anyone.read(f"/problems/{slug}", Accept_Language=tag) for tag in ("zh", "en"))
    assert chinese["status"] == english["status"] == error.status  # type: ignore[attr-defined]
    assert chinese["title"] != english["title"]
    assert english["remedy"].isascii()


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://app.example.cn", "https://app.example.cn"),
        ("https://admin.example.cn", "https://admin.example.cn"),
        ("https://evil.example", "https://app.example.cn"),
        (None, "https://app.example.cn"),
    ],
)
def test_only_configured_origins_may_read_answers(anyone: Caller, origin: str | None, allowed: str) -> None:
    headers = {} if origin is None else {"Origin": origin}
    for path in ("/v1/health", "/v1/me"):
        assert anyone.get(path, **headers).headers["Access-Control-Allow-Origin"] == allowed


def test_me_is_who_the_token_says(alice: Caller) -> None:
    assert alice.read("/v1/me") == {"sub": "alice", "roles": ["citizen", "clerk"], "org": "o1", "name": "爱丽丝"}


def test_without_a_token_it_is_401_and_says_how_to_sign_in(anyone: Caller) -> None:
    response = anyone.get("/v1/me")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="yima"'
    refused = anyone.get("/v1/me", Authorization="Bearer nonsense")
    assert refused.status_code == 401
    assert "invalid_token" in refused.headers["WWW-Authenticate"]


def test_unknown_parameters_are_refused_where_none_are_known(alice: Caller) -> None:
    assert alice.get("/v1/me?x=1").status_code == 400


def test_a_fault_of_ours_is_500_without_a_trace_and_logged_without_the_message(
    anyone: Caller, container: Container, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        def get_home(self) -> None:
            raise RuntimeError("张三 13800138000")

    container.override(CatalogueService, Broken())
    response = anyone.get("/v1/home")
    assert response.status_code == 500
    assert json.loads(response.body)["type"] == "/problems/internal-error"
    logged = capsys.readouterr().out
    assert "RuntimeError" in logged
    for text in (response.body.decode(), logged):
        assert "13800138000" not in text
        assert "Traceback" not in text


def test_each_request_is_one_line_of_json_with_a_metric_and_without_its_query(
    anyone: Caller, capsys: pytest.CaptureFixture[str]
) -> None:
    response = anyone.get("/v1/services?q=13800138000")
    (line,) = capsys.readouterr().out.splitlines()
    logged = json.loads(line)
    assert logged["operation"] == "catalogue.search"
    assert logged["status"] == 200
    assert logged["request_id"] == response.headers["X-Request-Id"]
    (metric,) = logged["_aws"]["CloudWatchMetrics"]
    assert metric["Metrics"][0]["Name"] in logged
    assert all(dimension in logged for dimension in metric["Dimensions"][0])
    assert "13800138000" not in line


def test_the_description_is_valid_and_names_every_operation(anyone: Caller) -> None:
    response = anyone.get("/v1/openapi.json")
    description = json.loads(response.body)
    validate(description)
    assert description["openapi"].startswith("3.1")
    search = description["paths"]["/v1/services"]["get"]
    names = {parameter["name"] for parameter in search["parameters"]}
    assert {"q", "theme", "department", "type", "audience", "channel", "region", "limit", "cursor"} <= names
    assert search["security"] == []
    assert description["paths"]["/v1/me"]["get"]["security"] == [{"bearer": []}]
    assert anyone.get("/v1/openapi.json", If_None_Match=response.headers["ETag"]).status_code == 304
