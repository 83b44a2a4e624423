"""The description is the truth: generated requests get described answers, and never a 500."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.e2e.server import Server
from tests.examples import examples

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def test_answers_are_as_described(sample_server: Server) -> None:
    url = f"{sample_server.api.base_url}/v1/openapi.json"
    description = schemathesis.openapi.from_url(url)
    # Not schemathesis's own pytest plugin: 4.32 reads `Function._nodeid`, which pytest 9 no longer has.
    asked = 0
    for operation in description.get_all_operations():
        strategy = operation.ok().as_strategy()  # type: ignore[union-attr]  # a broken description fails here

        @settings(max_examples=examples(25), deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=strategy)
        def ask(case: Any) -> None:
            case.validate_response(case.call(), checks=CHECKS)

        ask()
        asked += 1
    assert asked >= 9
