"""API Gateway: throttling, and its own answers as problem documents like the app's."""

from __future__ import annotations

import json
from typing import Final, NamedTuple

from infra.stack.expressions import Resource, Resources, ref


class Problem(NamedTuple):
    """A problem document; texts are in both languages, because the gateway cannot choose."""

    slug: str
    status: int
    title: str
    headers: tuple[tuple[str, str], ...] = ()


_NOT_FOUND: Final = Problem("not-found", 404, "没有找到 There is nothing here")
_NOT_ALLOWED: Final = Problem("not-allowed", 403, "您没有进行此操作的权限 You may not do this")
_NOT_SIGNED_IN: Final = Problem(
    "not-signed-in", 401, "请先登录 You are not signed in", (("WWW-Authenticate", 'Bearer realm="yima"'),)
)
_INVALID: Final = Problem("invalid-request", 400, "请求内容有误 The request is not valid")
_TOO_LARGE: Final = Problem("too-large", 413, "内容过大 The request is too large")
_NOT_JSON: Final = Problem("not-json", 415, "请求正文必须是 JSON The body must be JSON")
_TOO_MANY: Final = Problem("too-many-requests", 429, "请求过于频繁 Too many requests", (("Retry-After", "5"),))
_UNAVAILABLE: Final = Problem(
    "unavailable", 503, "服务暂时不可用 The service is briefly unavailable", (("Retry-After", "2"),)
)
_INTERNAL: Final = Problem("internal-error", 500, "系统内部错误 Something went wrong on our side")

_NO_ADDRESS: Final = "没有这个地址；见 /v1/openapi.json。No such address; see /v1/openapi.json."
_REFUSED: Final = "请求被拒绝。The request was refused."
_WAIT: Final = "请稍后重试。Wait, then try again."
_RETRY: Final = "请稍后用同一个幂等键重试。Retry with the same Idempotency-Key."

_ANSWERS: Final = {
    "NoSuchPathAnswer": (
        "MISSING_AUTHENTICATION_TOKEN",
        _NOT_FOUND,
        "没有这个地址，或它不支持此方法；见 /v1/openapi.json。No such address or method; see /v1/openapi.json.",
    ),
    "NoSuchResourceAnswer": ("RESOURCE_NOT_FOUND", _NOT_FOUND, _NO_ADDRESS),
    "ForeignSignatureAnswer": ("INVALID_SIGNATURE", _NOT_FOUND, _NO_ADDRESS),
    "UnsignedPathAnswer": ("ACCESS_DENIED", _NOT_ALLOWED, _REFUSED),
    "UnauthorisedAnswer": ("UNAUTHORIZED", _NOT_SIGNED_IN, "请重新登录后再试。Sign in again, and send the new token."),
    "BadBodyAnswer": ("BAD_REQUEST_BODY", _INVALID, "请求正文无法读取。The body cannot be read."),
    "BadParametersAnswer": ("BAD_REQUEST_PARAMETERS", _INVALID, "请求参数无法读取。The parameters cannot be read."),
    "BodyTooLargeAnswer": ("REQUEST_TOO_LARGE", _TOO_LARGE, "请求正文不得超过 256 KB。A body may be 256 KB at most."),
    "NotJsonBodyAnswer": (
        "UNSUPPORTED_MEDIA_TYPE",
        _NOT_JSON,
        "请设置 Content-Type: application/json。Send Content-Type: application/json.",
    ),
    "ThrottledAnswer": ("THROTTLED", _TOO_MANY, _WAIT),
    "QuotaExceededAnswer": ("QUOTA_EXCEEDED", _TOO_MANY, _WAIT),
    "BlockedByFirewallAnswer": ("WAF_FILTERED", _NOT_ALLOWED, _REFUSED),
    "IntegrationFailedAnswer": ("INTEGRATION_FAILURE", _UNAVAILABLE, _RETRY),
    "IntegrationTimedOutAnswer": ("INTEGRATION_TIMEOUT", _UNAVAILABLE, _RETRY),
    "OtherClientFaultAnswer": ("DEFAULT_4XX", _INVALID, "请求无法处理。The request cannot be handled."),
    "OtherServerFaultAnswer": ("DEFAULT_5XX", _INTERNAL, "请稍后重试。Try again later."),
}
"""By logical id: API Gateway's response type, the problem, its detail."""

_HEADERS: Final = (
    ("Access-Control-Allow-Origin", "*"),
    ("Cache-Control", "no-store"),
    ("Strict-Transport-Security", "max-age=63072000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
)


def declare_gateway() -> Resources:
    """Return the gateway's answers, and what is added to the API that Chalice makes (`RestAPI`)."""
    settings = {
        "HttpMethod": "*",
        "ResourcePath": "/*",
        "ThrottlingRateLimit": 500,
        "ThrottlingBurstLimit": 1000,
        "MetricsEnabled": True,
        "DataTraceEnabled": False,  # bodies are personal
    }
    # Answers in bytes are decoded for any `Accept`: API Gateway compares only its first media type with this list.
    definition = {"x-amazon-apigateway-binary-media-types": ["*/*"]}
    answers = {name: _answer(kind, problem, detail) for name, (kind, problem, detail) in _ANSWERS.items()}
    return {**answers, "RestAPI": {"Properties": {"MethodSettings": [settings], "DefinitionBody": definition}}}


def _answer(kind: str, problem: Problem, detail: str) -> Resource:
    fixed = (*_HEADERS, *problem.headers, ("Content-Type", "application/problem+json"))
    parameters = {f"gatewayresponse.header.{name}": f"'{value}'" for name, value in fixed}
    document = {
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": detail,
        "instance": "$context.requestId",
    }
    return {
        "Type": "AWS::ApiGateway::GatewayResponse",
        "Properties": {
            "RestApiId": ref("RestAPI"),
            "ResponseType": kind,
            "StatusCode": str(problem.status),
            "ResponseParameters": {**parameters, "gatewayresponse.header.X-Request-Id": "context.requestId"},
            "ResponseTemplates": {"application/json": json.dumps(document, ensure_ascii=False, separators=(",", ":"))},
        },
    }
