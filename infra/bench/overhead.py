"""Handler overhead: one endpoint, a whole Lambda event to a whole response, against the usual frameworks.

The endpoint is the progress of a case, its storage stubbed: a path parameter in, a model out as JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import statistics
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from chalicelib.cases.lifecycle.model import Case, Deadline, Party
from chalicelib.cases.progress.views import Progress
from chalicelib.catalogue.model import ServiceItem
from chalicelib.shared.codes import new_code
from chalicelib.shared.deadlines import DeadlineRules
from infra.bench.containers import install_stubbed_container

_ROUNDS: Final = 30
_CALLS: Final = 100

Handler = Callable[[dict[str, Any]], Any]


class Context:
    """What Lambda gives a handler beside the event."""

    function_name = "bench"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws-cn:lambda:cn-north-1:123456789012:function:bench"
    aws_request_id = str(uuid.uuid4())

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Return some time."""
        return 20_000


def rest_event(resource: str, path: str, parameters: dict[str, str]) -> dict[str, Any]:
    """Return an API Gateway REST proxy event for a GET."""
    return {
        "resource": resource,
        "path": path,
        "httpMethod": "GET",
        "headers": {"Accept-Language": "zh-CN", "Host": "example.cn", "X-Forwarded-Proto": "https"},
        "multiValueHeaders": {"Accept-Language": ["zh-CN"], "Host": ["example.cn"]},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": parameters,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource,
            "httpMethod": "GET",
            "path": f"/api{path}",
            "stage": "api",
            "requestId": str(uuid.uuid4()),
            "identity": {"sourceIp": "127.0.0.1"},
        },
        "body": None,
        "isBase64Encoded": False,
    }


def measure_overhead(item: ServiceItem) -> dict[str, float]:
    """Return the median microseconds of each, measured in turns within one run."""
    case = made_up_case()
    handlers: dict[str, Handler] = {
        "yima": _yima(item, case),
        "fastapi_mangum": _fastapi_mangum(case),
        "powertools": _powertools(case),
    }
    event = rest_event("/v1/progress/{code}", f"/v1/progress/{case.code}", {"code": case.code})
    for name, handler in handlers.items():
        reply = handler(event)
        if reply["statusCode"] != 200:  # noqa: PLR2004
            raise RuntimeError(f"{name} answered {reply['statusCode']}")
    spent: dict[str, list[float]] = {name: [] for name in handlers}
    for _ in range(_ROUNDS):
        for name, handler in handlers.items():
            started = time.perf_counter()
            for _ in range(_CALLS):
                handler(event)
            spent[name].append((time.perf_counter() - started) / _CALLS * 1e6)
    return {name: statistics.median(values) for name, values in spent.items()}


def made_up_case() -> Case:
    """Return a case in mediation."""
    at = "2026-11-24T02:00:00.000Z"
    parties = (Party("p1", "applicant", "person", "a"), Party("p2", "respondent", "person", "b"))
    reached = dict.fromkeys(("submitted", "accepted", "assigned", "mediating"), at)
    due = Deadline("mediation_period", "2026-12-24T15:59:59.000Z", provisional=False, started_at=at)
    return Case(
        code=new_code(),
        status="mediating",
        version=9,
        dispute_type="neighbour",
        region="210202",
        organisation="o",
        parties=parties,
        deadlines=(due,),
        reached=reached,
        since=at,
        created_at=at,
        updated_at=at,
        head="0" * 64,
        mediator="m",
    )


def _yima(item: ServiceItem, case: Case) -> Handler:
    install_stubbed_container(item, case)
    from app import app

    sink = io.StringIO()  # the line that each operation logs is written, but not shown

    def handle(event: dict[str, Any]) -> Any:
        sink.seek(0)
        with contextlib.redirect_stdout(sink):
            return app(event, Context())

    return handle


def _fastapi_mangum(case: Case) -> Handler:
    from fastapi import FastAPI
    from mangum import Mangum

    application = FastAPI()

    @application.get("/v1/progress/{code}")
    def progress(code: str) -> Progress:
        return Progress.of(case, DeadlineRules.load(), "zh", datetime.now(UTC))

    asyncio.set_event_loop(asyncio.new_event_loop())  # Mangum runs on the thread's loop
    adapter = Mangum(application, lifespan="off", api_gateway_base_path="/")
    return lambda event: adapter(event, Context())  # type: ignore[arg-type]


def _powertools(case: Case) -> Handler:
    from aws_lambda_powertools.event_handler import APIGatewayRestResolver

    resolver = APIGatewayRestResolver(enable_validation=True)

    @resolver.get("/v1/progress/<code>")
    def progress(code: str) -> Progress:
        return Progress.of(case, DeadlineRules.load(), "zh", datetime.now(UTC))

    return lambda event: resolver.resolve(event, Context())  # type: ignore[arg-type]
