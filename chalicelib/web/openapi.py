"""The API's description (OpenAPI 3.1), made from the operations' own contracts, so that it cannot disagree."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from chalicelib.settings import VERSION
from chalicelib.shared.errors import (
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    InternalError,
    InvalidRequest,
    NotFound,
    NotJson,
    NotSignedIn,
    TooLarge,
    Unavailable,
    YimaError,
)
from chalicelib.web.answers import JSON, Answer, etag_of
from chalicelib.web.operations import Access, Contract, Operation
from chalicelib.web.problems import MEDIA_TYPE, Problem

_HTML: Final = "text/html"
_REF: Final = "#/components/schemas/{model}"
_LANGUAGE: Final = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "zh-CN (default) or en; texts for people follow it, codes never change.",
}
_IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "description": "New for each act; the same on a retry, which then gets the first answer.",
}


def describe_api(operations: Sequence[Operation]) -> Answer:
    """Return the description of `operations` as JSON."""
    models = _models(operation.contract for operation in operations)
    references, schemas = models_json_schema(models, ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        described = _describe(operation.contract, references)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Yima 一码",
            "version": VERSION,
            "description": "One code for a citizen's government services and disputes.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas.get("$defs", {}),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(body=body, media_type=JSON, etag=etag_of(body, "zh"))


def _models(contracts: Iterable[Contract]) -> list[tuple[type[BaseModel], Any]]:
    wanted: dict[tuple[type[BaseModel], str], None] = {(Problem, "serialization"): None}
    for contract in contracts:
        if contract.answer is not None:
            wanted[contract.answer, "serialization"] = None
        for given in (contract.body, contract.query):
            if given is not None:
                wanted[given, "validation"] = None
    return list(wanted)


def _describe(contract: Contract, schema_of: dict[Any, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": contract.name.replace(".", "_"),
        "summary": contract.summary,
        "tags": [contract.name.split(".")[0]],
        "parameters": [*_path_parameters(contract), *_query_parameters(contract), _LANGUAGE],
        "responses": _responses(contract, schema_of),
        "security": [] if contract.access is Access.PUBLIC else [{"bearer": []}],
    }
    if contract.idempotent_by_key:
        described["parameters"].append(_IDEMPOTENCY_KEY)
    if contract.body is not None:
        schema = schema_of[contract.body, "validation"]
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    return described


def _path_parameters(contract: Contract) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in contract.path_parameters
    ]


def _query_parameters(contract: Contract) -> list[dict[str, Any]]:
    if contract.query is None:
        return []
    schema = contract.query.model_json_schema(ref_template=_REF)
    required = set(schema.get("required", []))
    parameters = []
    for name, properties in schema["properties"].items():
        parameter = {"name": name, "in": "query", "required": name in required, "schema": properties}
        if "description" in properties:
            parameter["description"] = properties["description"]
        parameters.append(parameter)
    return parameters


def _responses(contract: Contract, schema_of: dict[Any, Any]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": contract.summary}
    if contract.answer is not None:
        success["content"] = {JSON: {"schema": schema_of[contract.answer, "serialization"]}}
    else:
        success["content"] = {contract.media_type: {}}
    success["content"] |= {media_type: {} for media_type in contract.also}
    responses: dict[str, Any] = {str(contract.status): success}
    if contract.status == 200:  # noqa: PLR2004
        responses["304"] = {"description": "The caller has it already (If-None-Match)."}
    by_status: dict[int, list[str]] = {}
    for error in _problems_of(contract):
        by_status.setdefault(error.status, []).append(error.slug)
    for status, slugs in sorted(by_status.items()):
        content: dict[str, Any] = {MEDIA_TYPE: {"schema": schema_of[Problem, "serialization"]}}
        if contract.media_type == _HTML and status == NotFound.status:
            content[_HTML] = {}  # a page that helps, where there is nothing
        responses[str(status)] = {"description": ", ".join(slugs), "content": content}
    return responses


def _problems_of(contract: Contract) -> list[type[YimaError]]:
    problems: list[type[YimaError]] = [InvalidRequest, *contract.problems]
    if contract.path_parameters:
        problems.append(NotFound)
    if contract.access is not Access.PUBLIC:
        problems.append(NotSignedIn)
    if contract.body is not None:
        problems += [NotJson, TooLarge]
    if contract.idempotent_by_key:
        problems += [IdempotencyKeyMissing, IdempotencyKeyReused]
    return list(dict.fromkeys([*problems, InternalError, Unavailable]))
