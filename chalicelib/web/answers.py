"""Writing an answer: the headers that every one of them carries, ETags, problems."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from chalice.app import Request, Response

from chalicelib.shared.errors import NotSignedIn, YimaError
from chalicelib.shared.texts import CONTENT_LANGUAGES, Language
from chalicelib.web.chalice_edges import BytesResponse
from chalicelib.web.identity import TokenRefused
from chalicelib.web.problems import MEDIA_TYPE, describe_problem

JSON: Final = "application/json"
NO_STORE: Final = "no-store"
PUBLIC_MINUTE: Final = "public, max-age=60"

_SECURITY_HEADERS: Final = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose body is already bytes in its own media type, or that needs headers of its own."""

    body: bytes
    media_type: str = JSON
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str | None = None

    @property
    def is_text(self) -> bool:
        """Whether the body is text, in UTF-8; everything else leaves as bytes."""
        return self.media_type.startswith("text/") or self.media_type.endswith(("json", "xml"))


class Envelope:
    """What is known of a request before it is read: enough to answer it whatever happens."""

    __slots__ = ("_origins", "language", "request", "request_id")

    def __init__(self, request: Request, request_id: str, language: Language, origins: tuple[str, ...]) -> None:
        self.request = request
        self.request_id = request_id
        self.language = language
        self._origins = origins

    def respond(self, answer: Answer, cache_control: str) -> Response:
        """Return the response for `answer`: 304 without a body if the caller has it already."""
        headers = self._headers(answer.media_type, cache_control)
        headers.update(answer.headers)
        if answer.etag is not None:
            headers["ETag"] = answer.etag
            if answer.status == 200 and _matches(self.request.headers.get("if-none-match"), answer.etag):  # noqa: PLR2004
                return Response(body="", headers=headers, status_code=304)
        if not answer.is_text:
            return BytesResponse(body=answer.body, headers=headers, status_code=answer.status)
        return Response(body=answer.body.decode(), headers=headers, status_code=answer.status)

    def refuse(self, error: YimaError) -> Response:
        """Return the problem document for `error`."""
        headers = self._headers(MEDIA_TYPE, NO_STORE)
        if isinstance(error, NotSignedIn):
            refused = isinstance(error, TokenRefused)
            headers["WWW-Authenticate"] = (
                'Bearer realm="yima", error="invalid_token"' if refused else 'Bearer realm="yima"'
            )
        if error.retry_after_seconds is not None:
            headers["Retry-After"] = str(error.retry_after_seconds)
        problem = describe_problem(error, self.language, self.request_id)
        return Response(problem.model_dump_json(exclude_none=True), headers=headers, status_code=error.status)

    def _headers(self, media_type: str, cache_control: str) -> dict[str, str | list[str]]:
        return {
            **_SECURITY_HEADERS,
            "Content-Type": media_type,
            "Content-Language": CONTENT_LANGUAGES[self.language],
            "Cache-Control": cache_control,
            "Vary": "Accept-Language, Authorization, Origin",
            "X-Request-Id": self.request_id,
            "Access-Control-Allow-Origin": self._allowed_origin(),
        }

    def _allowed_origin(self) -> str:
        if "*" in self._origins:
            return "*"
        origin = self.request.headers.get("origin")
        if origin in self._origins:
            return str(origin)
        # Chalice would say `*` if we said nothing; `null` admits nobody that we want to keep out:
        # answers carry no cookies, and a sandboxed page has no token.
        return self._origins[0] if self._origins else "null"


def etag_of(body: bytes, language: Language, version: int | None = None) -> str:
    """Return a strong ETag (RFC 9110, 8.8.3) for a body in one language; `If-Match` reads its `version`."""
    prefix = "" if version is None else f"{version}."
    return f'"{prefix}{hashlib.blake2b(body, digest_size=12).hexdigest()}-{language}"'


def _matches(if_none_match: str | None, etag: str) -> bool:
    if if_none_match is None:
        return False
    candidates = (candidate.strip().removeprefix("W/") for candidate in if_none_match.split(","))
    return any(candidate in {"*", etag} for candidate in candidates)
