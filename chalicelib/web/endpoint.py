"""`@endpoint`: decode → validate → call → serialise, and every error as a problem document.

A view is a plain function. What it needs, it names in its signature:

| parameter | gets |
| --- | --- |
| `viewer: Viewer` | the caller; without a token that holds → 401 |
| `body: …` (the `body=` model) | the JSON body, closed and strict → 400, 413, 415 |
| `query: …` (the `query=` model) | the query parameters, closed → 400 |
| `page: Page` | the place in a list, from `limit` and a sealed `cursor` |
| `key: IdempotencyKey` | the `Idempotency-Key` → 400 without one |
| `expected: ExpectedVersion` | the version in `If-Match`, if there is one → 412 |
| `language: Language` | `"zh"` or `"en"` |
| `wanted: MediaType` | which of `media_type` and `also` the caller prefers, by `Accept` |
| `booking: BookingService`, any other class | that service, from the container (`web.injection`) |
| `name: str` for each `{name}` in the path | the path parameter, decoded; what can name nothing → 404 |
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, get_args, get_type_hints

from chalice.app import Request, Response
from pydantic import BaseModel

from chalicelib.shared.errors import (
    IdempotencyKeyReused,
    InternalError,
    InvalidRequest,
    NotFound,
    Unavailable,
    YimaError,
)
from chalicelib.shared.idempotency import IdempotencyKey, Replayed, StoredAnswer
from chalicelib.shared.texts import Language, choose_language
from chalicelib.web.accept import MediaType, choose_media_type
from chalicelib.web.answers import JSON, NO_STORE, Answer, Envelope, etag_of
from chalicelib.web.cursors import Page
from chalicelib.web.identity import Viewer
from chalicelib.web.injection import Provider, installed
from chalicelib.web.observe import record_fault, record_operation
from chalicelib.web.operations import Access, Contract
from chalicelib.web.request import (
    ExpectedVersion,
    ListQuery,
    RequestBody,
    raw_body,
    read_body,
    read_expected_version,
    read_idempotency_key,
    read_path_parameter,
    read_query,
)
from chalicelib.web.violations import violation

View = Callable[..., BaseModel | Answer]

_LIST_PARAMETERS: Final = {"limit", "cursor"}
_OF_THE_REQUEST: Final = frozenset({Viewer, Page, IdempotencyKey, ExpectedVersion, Language, MediaType, str})
"""What a parameter can be beside body, query and services."""


def endpoint(
    *,
    access: Access = Access.SIGNED_IN,
    body: type[RequestBody] | None = None,
    query: type[BaseModel] | None = None,
    status: int = 200,
    cache: str = NO_STORE,
    media_type: str = JSON,
    also: tuple[str, ...] = (),
    problems: tuple[type[YimaError], ...] = (),
    name: str | None = None,
    summary: str | None = None,
) -> Callable[[View], Endpoint]:
    """Make a view an HTTP endpoint.

    `access`: who may call it (default: whoever is signed in). `status`: of a success. `cache`: its `Cache-Control`.
    `also`: media types that it gives beside `media_type`, by the caller's `Accept`.
    `problems`: the refusals of its own, for the API description. `name`, `summary`: where one view serves several
    operations, such as the actions of a case; default: the view's own name and the first line of its docstring.
    """

    def decorate(view: View) -> Endpoint:
        told = {"status": status, "media_type": media_type, "also": also, "problems": problems}
        contract = _read_contract(view, access=access, body=body, query=query, **told)
        if name is not None:
            contract = replace(contract, name=f"{_context_of(view.__module__)}.{name}")
        if summary is not None:
            contract = replace(contract, summary=summary)
        return Endpoint(view, contract, cache)

    return decorate


def answer_no_such_action(request: Request) -> Response:
    """Return the 404 for an action that nothing here has."""
    return _open(request, installed()).refuse(NotFound())


def _open(request: Request, provider: Provider) -> Envelope:
    request_id = str(request.context.get("requestId") or getattr(request.lambda_context, "aws_request_id", ""))
    language = choose_language(request.headers.get("accept-language"))
    return Envelope(request, request_id, language, provider.settings.cors_origins)


def _read_contract(view: View, *, access: Access, body: Any, query: Any, **told: Any) -> Contract:
    hints = get_type_hints(view)
    answer = hints.pop("return", None)
    wanted = set(hints.values())
    if (Viewer in wanted) and access is Access.PUBLIC:
        raise TypeError(f"{view.__name__} is public, and cannot name its caller")
    if (body is None) != ("body" not in hints) or (query is None) != ("query" not in hints):
        raise TypeError(f"{view.__name__}: `body` and `query` stand in both the decorator and the signature")
    return Contract(
        name=f"{_context_of(view.__module__)}.{view.__name__}",
        summary=(view.__doc__ or "").strip().split("\n")[0],
        access=access,
        path_parameters=tuple(name for name, hint in hints.items() if hint is str),
        query=query or (ListQuery if Page in wanted else None),
        body=body,
        answer=next((one for one in _members(answer) if isinstance(one, type) and issubclass(one, BaseModel)), None),
        idempotent_by_key=IdempotencyKey in wanted,
        **told,
    )


def _members(answer: Any) -> tuple[Any, ...]:
    """Return what a view may give: more than one thing where it gives more than one media type."""
    return get_args(answer) or (answer,)


def _context_of(module: str) -> str:
    """Return the context of a module, such as `cases` for `chalicelib.cases.lifecycle.api`."""
    parts = module.split(".")
    return parts[1] if parts[0] == "chalicelib" else parts[-2]


class Endpoint:
    """A view as an HTTP endpoint, with everything that can be known before a request comes."""

    def __init__(self, view: View, contract: Contract, cache: str) -> None:
        self.__doc__ = view.__doc__
        self.contract = contract
        self._view = view
        self._cache = cache
        hints = {name: hint for name, hint in get_type_hints(view).items() if name != "return"}
        names = {hint: name for name, hint in hints.items()}
        self._services = [
            (name, hint)
            for name, hint in hints.items()
            if name not in {"body", "query"} and hint not in _OF_THE_REQUEST and isinstance(hint, type)
        ]
        self._viewer_name = names.get(Viewer)
        self._page_name = names.get(Page)
        self._key_name = names.get(IdempotencyKey)
        self._expected_name = names.get(ExpectedVersion)
        self._language_name = names.get(Language)
        self._wanted_name = names.get(MediaType)
        self._takes_query = "query" in names.values()

    def serve(self, request: Request, path_parameters: dict[str, str]) -> Response:
        """Answer one request: the view's answer, or the problem document of whatever went wrong."""
        started = time.perf_counter()
        provider = installed()
        envelope = _open(request, provider)
        problem = None
        try:
            response = envelope.respond(self._answer(envelope, path_parameters, provider), self._cache)
        except YimaError as error:
            problem = error.slug
            response = envelope.refuse(error)
        except Exception as fault:  # noqa: BLE001 - the last line of defence: never a stack trace on the wire
            problem = InternalError.slug
            record_fault(self.contract.name, envelope.request_id, fault)
            response = envelope.refuse(InternalError())
        if self.contract.also:
            response.headers["Vary"] = f"{response.headers['Vary']}, Accept"
        record_operation(
            self.contract.name,
            status=response.status_code,
            duration_ms=(time.perf_counter() - started) * 1000,
            at_ms=int(time.time() * 1000),
            request_id=envelope.request_id,
            problem=problem,
        )
        return response

    def _answer(self, envelope: Envelope, path_parameters: dict[str, str], provider: Provider) -> Answer:
        arguments = self._read(envelope, path_parameters, provider)
        try:
            return self._serialise(self._view(**arguments), envelope.language)
        except Replayed as replayed:
            first = replayed.answer
        except (Unavailable, IdempotencyKeyReused):
            raise
        except YimaError:
            # A retry reads what its first attempt did, and may be refused for it: the first answer still holds.
            found = provider.answers.find_answer(arguments[self._key_name]) if self._key_name else None
            if found is None:
                raise
            first = found
        return self._replay(first)

    def _read(self, envelope: Envelope, path_parameters: dict[str, str], provider: Provider) -> dict[str, Any]:
        """Return the view's arguments, each checked; raise what is wrong with the request."""
        request, language, contract = envelope.request, envelope.language, self.contract
        arguments: dict[str, Any] = {}
        viewer = None
        if contract.access is not Access.PUBLIC:
            viewer = provider.tokens.viewer_of(request.headers.get("authorization"))
            if self._viewer_name:
                arguments[self._viewer_name] = viewer
        for name, raw in path_parameters.items():
            value = read_path_parameter(raw)
            if value is None:
                raise NotFound
            arguments[name] = value
        self._read_query(arguments, envelope, viewer, provider)
        if self._key_name:
            arguments[self._key_name] = IdempotencyKey.of(
                viewer.subject if viewer else "",
                request.method,
                request.context.get("path", request.path),
                read_idempotency_key(request.headers),
                body=raw_body(request),
                at=provider.clock.now(),
                status=contract.status,
                viewer=viewer,
            )
        if contract.body is not None:
            arguments["body"] = read_body(contract.body, request, language)
        if self._expected_name:
            arguments[self._expected_name] = read_expected_version(request.headers)
        if self._language_name:
            arguments[self._language_name] = language
        if self._wanted_name:
            offered = (contract.media_type, *contract.also)
            arguments[self._wanted_name] = choose_media_type(request.headers.get("accept"), offered)
        for name, wanted in self._services:
            arguments[name] = provider.provide(wanted)
        return arguments

    def _replay(self, first: StoredAnswer) -> Answer:
        headers = {**first.headers, "Idempotency-Replayed": "true"}
        return Answer(body=first.body, status=first.status, headers=headers)

    def _read_query(
        self, arguments: dict[str, Any], envelope: Envelope, viewer: Viewer | None, provider: Provider
    ) -> None:
        request, language = envelope.request, envelope.language
        # Not `request.query_params`: it keeps only the last of repeated parameters.
        parameters = request.to_original_event().get("multiValueQueryStringParameters")
        model = self.contract.query
        if model is None:
            if parameters:
                unknown = tuple(violation(name, "extra_forbidden", language) for name in list(parameters)[:20])
                raise InvalidRequest(violations=unknown)
            return
        query = read_query(model, parameters, language)
        if self._takes_query:
            arguments["query"] = query
        if self._page_name:
            # The cursor serves this caller, this list, this filter: they are what it is sealed for.
            filters = query.model_dump_json(exclude=_LIST_PARAMETERS)
            place = "\n".join((viewer.subject if viewer else "", request.method, request.path, filters))
            listed: Any = query
            arguments[self._page_name] = Page(
                listed.limit, listed.cursor, place.encode(), lambda: provider.sealer("cursors")
            )

    def _serialise(self, result: BaseModel | Answer, language: Language) -> Answer:
        if isinstance(result, Answer):
            return result
        body = result.__pydantic_serializer__.to_json(result, by_alias=True)
        version = getattr(result, "version", None)
        etag = etag_of(body, language, version) if self.contract.status == 200 else None  # noqa: PLR2004
        return Answer(body=body, status=self.contract.status, etag=etag)
