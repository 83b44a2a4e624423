"""Every route, and every error, keeps the promises of the contract."""

from __future__ import annotations

import re

import pytest

import app as application
from chalicelib.shared.errors import YimaError, every_error
from chalicelib.web.operations import Operation, every_operation

OPERATIONS = every_operation()


def test_every_route_of_the_app_is_an_operation() -> None:
    routes = {(path, method) for path, methods in application.app.routes.items() for method in methods}
    assert routes == {(operation.door, operation.method) for operation in OPERATIONS}


def test_operation_names_are_unique() -> None:
    names = [operation.contract.name for operation in OPERATIONS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation.method} {operation.path}")
def test_an_operation_is_well_described(operation: Operation) -> None:
    contract = operation.contract
    assert contract.summary.endswith(".")
    assert set(re.findall(r"\{(\w+)\}", operation.path)) == set(contract.path_parameters)
    assert (
        operation.method != "POST"
        or contract.idempotent_by_key
        or operation.path in {"/v1/triage", "/v1/gateway/receipts"}
    )
    if contract.body is not None:
        assert contract.body.model_config.get("extra") == "forbid"
        assert contract.body.model_config.get("strict") is True
    if contract.query is not None:
        assert contract.query.model_config.get("extra") == "forbid"


@pytest.mark.parametrize("error", list(every_error()), ids=lambda error: error.slug)
def test_an_error_has_a_slug_a_status_and_words(error: type[YimaError]) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", error.slug)
    assert 400 <= error.status <= 503
    for text in (error.title, error.remedy):
        assert text.zh
        assert text.en


def test_slugs_are_unique() -> None:
    slugs = [error.slug for error in every_error() if not error.__module__.startswith("tests.")]
    assert len(slugs) == len(set(slugs))
