"""Handler overhead: one endpoint, a whole Lambda event to a whole response, against the usual frameworks.

The endpoint is the guide of a service, its storage stubbed: a path parameter in, a validated model out as JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import statistics
import time
import uuid
from collections.abc import Callable
from typing import Any, Final

from chalicelib.catalogue.model import ServiceItem
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
    handlers: dict[str, Handler] = {
        "yima": _yima(item),
        "fastapi_mangum": _fastapi_mangum(item),
        "powertools": _powertools(item),
    }
    event = rest_event("/v1/services/{code}", f"/v1/services/{item.code}", {"code": item.code})
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


def _yima(item: ServiceItem) -> Handler:
    install_stubbed_container(item)
    from app import app

    sink = io.StringIO()  # the line that each operation logs is written, but not shown

    def handle(event: dict[str, Any]) -> Any:
        sink.seek(0)
        with contextlib.redirect_stdout(sink):
            return app(event, Context())

    return handle


def _fastapi_mangum(item: ServiceItem) -> Handler:
    from fastapi import FastAPI
    from mangum import Mangum

    application = FastAPI()

    @application.get("/v1/services/{code}")
    def guide(code: str) -> ServiceItem:
        return item

    asyncio.set_event_loop(asyncio.new_event_loop())  # Mangum runs on the thread's loop
    adapter = Mangum(application, lifespan="off", api_gateway_base_path="/")
    return lambda event: adapter(event, Context())  # type: ignore[arg-type]


def _powertools(item: ServiceItem) -> Handler:
    from aws_lambda_powertools.event_handler import APIGatewayRestResolver

    resolver = APIGatewayRestResolver(enable_validation=True)

    @resolver.get("/v1/services/<code>")
    def guide(code: str) -> ServiceItem:
        return item

    return lambda event: resolver.resolve(event, Context())  # type: ignore[arg-type]
