"""Reading a request: path, query, headers and body become checked values, or a clear refusal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import unquote_to_bytes

from chalice.app import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalicelib.shared.errors import IdempotencyKeyMissing, InvalidRequest, NotJson, Stale, TooLarge
from chalicelib.shared.texts import Language
from chalicelib.web.violations import body_violations, query_violations, violation

MAX_BODY_BYTES: Final = 256 * 1024
MAX_PATH_PARAMETER_BYTES: Final = 512  # a sort key may have 1,024, and ids stand beside a prefix
DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 100

_IDEMPOTENCY_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_VERSION_TAG: Final = re.compile(r'"(\d{1,9})\.[\w-]+"', re.ASCII)
_CONTROL: Final = re.compile(rb"[\x00-\x1f\x7f]")
_REPLACEMENT: Final = "\ufffd"  # what API Gateway, like Python, puts where bytes were no UTF-8

M = TypeVar("M", bound=BaseModel)


class RequestBody(BaseModel):
    """The root of request bodies: closed, and strict, so that `"5"` is not a 5."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class Query(BaseModel):
    """The root of query parameters: closed; values are read from text."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class ListQuery(Query):
    """The parameters that every list takes."""

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: str | None = Field(default=None, max_length=2000)


@dataclass(frozen=True, slots=True)
class ExpectedVersion:
    """The version that `If-Match` demands; None: whichever there is."""

    version: int | None


def read_expected_version(headers: Mapping[str, Any]) -> ExpectedVersion:
    """Return what `If-Match` demands (RFC 9110, 13.1.1); raise `Stale` for a tag that can match no version."""
    if_match = headers.get("if-match")
    if if_match is None or if_match.strip() == "*":
        return ExpectedVersion(None)
    found = _VERSION_TAG.fullmatch(if_match.strip())
    if found is None:
        raise Stale
    return ExpectedVersion(int(found[1]))


def read_path_parameter(raw: str) -> str | None:
    """Return a path parameter decoded once (RFC 3986, 2.4); None for one that can name nothing here.

    Names of things are UTF-8, hold no control characters, and fit into a key of DynamoDB.
    """
    decoded = unquote_to_bytes(raw)
    if len(decoded) > MAX_PATH_PARAMETER_BYTES or _CONTROL.search(decoded):
        return None
    try:
        return decoded.decode("utf-8")
    except UnicodeDecodeError:
        return None


def read_query(model: type[M], parameters: Mapping[str, list[str]] | None, language: Language) -> M:
    """Return the query parameters as `model`; raise `InvalidRequest` for unknown, repeated or broken ones."""
    values: dict[str, str] = {}
    for name, given in (parameters or {}).items():
        if len(given) > 1:
            raise InvalidRequest(violations=(violation(name, "repeated", language),))
        if _REPLACEMENT in given[0] or _REPLACEMENT in name:
            raise InvalidRequest(violations=(violation(name.replace(_REPLACEMENT, "?"), "not_utf8", language),))
        values[name] = given[0]
    try:
        return model.model_validate(values)
    except ValidationError as broken:
        raise query_violations(broken, language) from None


def raw_body(request: Request) -> bytes:
    """Return the body as bytes, empty if there is none."""
    raw = request.raw_body
    return raw if isinstance(raw, bytes) else raw.encode()


def read_body(model: type[M], request: Request, language: Language) -> M:
    """Return the JSON body as `model`; raise `NotJson`, `TooLarge` or `InvalidRequest`."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise NotJson
    raw = raw_body(request)
    if len(raw) > MAX_BODY_BYTES:
        raise TooLarge
    try:
        return model.model_validate_json(raw)
    except ValidationError as broken:
        raise body_violations(broken, language) from None


def read_idempotency_key(headers: Mapping[str, Any]) -> str:
    """Return `Idempotency-Key`: 1 to 255 visible ASCII characters; raise `IdempotencyKeyMissing` without it."""
    key = headers.get("idempotency-key", "")
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise IdempotencyKeyMissing
    return str(key)
