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
| `name: str` for each `{name}` in the path | the path parameter, decoded; what can name nothing → 404 |
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from typing import Any, Final, get_type_hints

from chalice.app import Request, Response
from pydantic import BaseModel

from chalicelib import bootstrap
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
from chalicelib.web.answers import JSON, NO_STORE, Answer, Envelope, etag_of
from chalicelib.web.chalice_edges import current_request
from chalicelib.web.cursors import Page
from chalicelib.web.identity import Viewer
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


def endpoint(
    *,
    access: Access = Access.SIGNED_IN,
    body: type[RequestBody] | None = None,
    query: type[BaseModel] | None = None,
    status: int = 200,
    cache: str = NO_STORE,
    media_type: str = JSON,
    problems: tuple[type[YimaError], ...] = (),
) -> Callable[[View], Callable[..., Response]]:
    """Make a view an HTTP endpoint.

    `access`: who may call it (default: whoever is signed in). `status`: of a success. `cache`: its `Cache-Control`.
    `problems`: the refusals of its own, for the API description.
    """

    def decorate(view: View) -> Callable[..., Response]:
        contract = _read_contract(
            view, access=access, body=body, query=query, status=status, media_type=media_type, problems=problems
        )
        call = _Call(view, contract, cache)

        def serve(**path_parameters: str) -> Response:
            return call.serve(current_request(), path_parameters)

        serve.__name__ = view.__name__
        serve.__doc__ = view.__doc__
        serve.__module__ = view.__module__
        # Chalice compares the view's parameters with those of the path.
        serve.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in contract.path_parameters]
        )
        serve.contract = contract  # type: ignore[attr-defined]
        return serve

    return decorate


def _read_contract(view: View, *, access: Access, body: Any, query: Any, **told: Any) -> Contract:
    hints = get_type_hints(view)
    answer = hints.pop("return", None)
    wanted = set(hints.values())
    if (Viewer in wanted) and access is Access.PUBLIC:
        raise TypeError(f"{view.__name__} is public, and cannot name its caller")
    if (body is None) != ("body" not in hints) or (query is None) != ("query" not in hints):
        raise TypeError(f"{view.__name__}: `body` and `query` stand in both the decorator and the signature")
    return Contract(
        name=f"{view.__module__.split('.')[-2]}.{view.__name__}",
        summary=(view.__doc__ or "").strip().split("\n")[0],
        access=access,
        path_parameters=tuple(name for name, hint in hints.items() if hint is str),
        query=query or (ListQuery if Page in wanted else None),
        body=body,
        answer=answer if isinstance(answer, type) and issubclass(answer, BaseModel) else None,
        idempotent_by_key=IdempotencyKey in wanted,
        **told,
    )


class _Call:
    """One endpoint, with everything that can be known before a request comes."""

    def __init__(self, view: View, contract: Contract, cache: str) -> None:
        self._view = view
        self._contract = contract
        self._cache = cache
        names = {hint: name for name, hint in get_type_hints(view).items() if name != "return"}
        self._viewer_name = names.get(Viewer)
        self._page_name = names.get(Page)
        self._key_name = names.get(IdempotencyKey)
        self._expected_name = names.get(ExpectedVersion)
        self._language_name = names.get(Language)
        self._takes_query = "query" in names.values()

    def serve(self, request: Request, path_parameters: dict[str, str]) -> Response:
        started = time.perf_counter()
        container = bootstrap.container()
        request_id = str(request.context.get("requestId") or getattr(request.lambda_context, "aws_request_id", ""))
        language = choose_language(request.headers.get("accept-language"))
        envelope = Envelope(request, request_id, language, container.settings.cors_origins)
        problem = None
        try:
            response = envelope.respond(self._answer(envelope, path_parameters, container), self._cache)
        except YimaError as error:
            problem = error.slug
            response = envelope.refuse(error)
        except Exception as fault:  # noqa: BLE001 - the last line of defence: never a stack trace on the wire
            problem = InternalError.slug
            record_fault(self._contract.name, request_id, fault)
            response = envelope.refuse(InternalError())
        record_operation(
            self._contract.name,
            status=response.status_code,
            duration_ms=(time.perf_counter() - started) * 1000,
            at_ms=int(time.time() * 1000),
            request_id=request_id,
            problem=problem,
        )
        return response

    def _answer(self, envelope: Envelope, path_parameters: dict[str, str], container: bootstrap.Container) -> Answer:
        request, language, contract = envelope.request, envelope.language, self._contract
        arguments: dict[str, Any] = {}
        viewer = None
        if contract.access is not Access.PUBLIC:
            viewer = container.tokens.viewer_of(request.headers.get("authorization"))
            if self._viewer_name:
                arguments[self._viewer_name] = viewer
        for name, raw in path_parameters.items():
            value = read_path_parameter(raw)
            if value is None:
                raise NotFound
            arguments[name] = value
        self._read_query(arguments, envelope, viewer, container)
        if self._key_name:
            arguments[self._key_name] = IdempotencyKey.of(
                viewer.subject if viewer else "",
                request.method,
                request.context.get("path", request.path),
                read_idempotency_key(request.headers),
                body=raw_body(request),
                at=container.clock.now(),
                status=contract.status,
                viewer=viewer,
            )
        if contract.body is not None:
            arguments["body"] = read_body(contract.body, request, language)
        if self._expected_name:
            arguments[self._expected_name] = read_expected_version(request.headers)
        if self._language_name:
            arguments[self._language_name] = language
        try:
            return self._serialise(self._view(**arguments), language)
        except Replayed as replayed:
            first = replayed.answer
        except (Unavailable, IdempotencyKeyReused):
            raise
        except YimaError:
            # A retry reads what its first attempt did, and may be refused for it: the first answer still holds.
            found = container.answers.find_answer(arguments[self._key_name]) if self._key_name else None
            if found is None:
                raise
            first = found
        return self._replay(first)

    def _replay(self, first: StoredAnswer) -> Answer:
        headers = {**first.headers, "Idempotency-Replayed": "true"}
        return Answer(body=first.body, status=first.status, headers=headers)

    def _read_query(
        self, arguments: dict[str, Any], envelope: Envelope, viewer: Viewer | None, container: bootstrap.Container
    ) -> None:
        request, language = envelope.request, envelope.language
        # Not `request.query_params`: it keeps only the last of repeated parameters.
        parameters = request.to_original_event().get("multiValueQueryStringParameters")
        model = self._contract.query
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
                listed.limit, listed.cursor, place.encode(), lambda: container.sealer("cursors")
            )

    def _serialise(self, result: BaseModel | Answer, language: Language) -> Answer:
        if isinstance(result, Answer):
            return result
        body = result.__pydantic_serializer__.to_json(result, by_alias=True)
        version = getattr(result, "version", None)
        etag = etag_of(body, language, version) if self._contract.status == 200 else None  # noqa: PLR2004
        return Answer(body=body, status=self._contract.status, etag=etag)
