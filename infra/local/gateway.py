"""API Gateway's part on this machine: Chalice's own local server, answering what API Gateway would.

Chalice's server falls short of a real gateway in ways that a client notices; each is mended here:

- unknown paths and methods, and requests that cannot be read, get the `AWS::ApiGateway::GatewayResponse`s of the
  resources file, as in production;
- the request line may hold raw UTF-8 (curl sends it so): it is percent-encoded before it is matched;
- chunked bodies are read, a broken `Content-Length` is a 400, more than API Gateway's 10 MB a 413;
- HEAD answers have no body; what else HTTP asks for is in `polite_http`.
"""

from __future__ import annotations

import functools
import json
import uuid
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote_from_bytes

from chalice.app import Chalice
from chalice.config import Config
from chalice.local import ChaliceRequestHandler, ForbiddenError, LocalDevServer, create_local_server

from chalicelib.web.observe import record_note
from infra.local.polite_http import BodyBroken, BodyTooLarge, PoliteHandler
from infra.local.stack import read_template

MAX_BODY_BYTES: Final = 10 * 1024 * 1024
_BACKLOG: Final = 256
_HEADER: Final = "gatewayresponse.header."
_ASCII: Final = "".join(map(chr, range(0x80)))


class GatewayAnswers:
    """The gateway's own answers, by response type, from the resources file."""

    def __init__(self, template: Mapping[str, Any]) -> None:
        responses = (
            resource["Properties"]
            for resource in template["Resources"].values()
            if resource.get("Type") == "AWS::ApiGateway::GatewayResponse"
        )
        self._by_type = {properties["ResponseType"]: properties for properties in responses}

    def answer(self, response_type: str, default_status: int) -> tuple[int, dict[str, str], bytes]:
        """Return (status, headers, body) for a response type."""
        properties = self._by_type.get(response_type) or self._by_type["DEFAULT_4XX"]
        request_id = str(uuid.uuid4())
        parameters = properties["ResponseParameters"].items()
        headers = {
            name.removeprefix(_HEADER): request_id if value == "context.requestId" else value.strip("'")
            for name, value in parameters
        }
        body = properties["ResponseTemplates"]["application/json"].replace("$context.requestId", request_id)
        return int(properties.get("StatusCode", default_status)), headers, body.encode()


class _Refused(Exception):
    """A request that the gateway does not pass on."""

    def __init__(self, response_type: str, status: int) -> None:
        super().__init__(response_type)
        self.response_type = response_type
        self.status = status


class GatewayHandler(PoliteHandler, ChaliceRequestHandler):
    """One connection to the gateway."""

    raw_requestline: bytes
    max_body_bytes = MAX_BODY_BYTES

    def __init__(self, *arguments: Any, answers: GatewayAnswers, app_object: Chalice, **options: Any) -> None:
        self._answers = answers
        self._app = app_object
        super().__init__(*arguments, app_object=app_object, **options)  # type: ignore[call-arg]  # Chalice takes it

    def parse_request(self) -> bool:
        """Read the request line and the headers."""
        # The standard library splits the line at what Latin-1 takes for spaces: bytes 85 and A0, common in UTF-8.
        line: bytes = self.raw_requestline
        self.raw_requestline = quote_from_bytes(line, safe=_ASCII).encode("ascii")
        return bool(super().parse_request())

    def _generic_handle(self) -> None:
        try:
            body = self.read_body()
            headers = {
                name: value.encode("iso-8859-1").decode("utf-8", "replace") for name, value in self.headers.items()
            }
            response = self._pass_on(self.path, headers, body)
        except _Refused as refused:
            self._answer_for_the_app(refused.response_type, refused.status)
        except BodyBroken:
            self._refuse_body("BAD_REQUEST_BODY", 400)
        except BodyTooLarge:
            self._refuse_body("REQUEST_TOO_LARGE", 413)
        else:
            sent = {**response["headers"], **response["multiValueHeaders"]}
            said = response["body"] or ""
            self._send(response["statusCode"], sent, said if isinstance(said, bytes) else said.encode())

    def refuse_unread(self, status: int) -> None:
        """Answer as API Gateway does: a method that it does not know is to it a path that it does not know."""
        unknown_method = status == 501  # noqa: PLR2004 - what the base class calls it
        self._answer_for_the_app("MISSING_AUTHENTICATION_TOKEN" if unknown_method else "BAD_REQUEST_PARAMETERS", 400)

    def _refuse_body(self, response_type: str, status: int) -> None:
        self.close_connection = True  # what is left of the body cannot be told from the next request
        self._answer_for_the_app(response_type, status)
        self.linger()

    def _answer_for_the_app(self, response_type: str, default_status: int) -> None:
        status, headers, body = self._answers.answer(response_type, default_status)
        record_note("gateway answered", response_type=response_type, status=status)
        self._send(status, headers, body)

    def _pass_on(self, path: str, headers: dict[str, str], body: bytes | None) -> dict[str, Any]:
        method = self.command
        try:
            if method != "OPTIONS":
                route = self.local_gateway.event_converter._route_matcher.match_route(path).route  # noqa: SLF001
                if method not in self._app.routes[route]:
                    raise _Refused("MISSING_AUTHENTICATION_TOKEN", 403)
            response = self.local_gateway.handle_request(method=method, path=path, headers=headers, body=body)
        except (ForbiddenError, ValueError):
            raise _Refused("MISSING_AUTHENTICATION_TOKEN", 403) from None
        return self._handle_binary(dict(response))

    def _send(self, status: int, headers: Mapping[str, Any], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            for one in value if isinstance(value, list) else [value]:
                self.send_header(name, one)
        if body and not any(name.lower() == "content-type" for name in headers):
            self.send_header("Content-Type", "application/json")  # API Gateway's default
        if self.close_connection:
            self.send_header("Connection", "close")
        no_content = status in {204, 304}
        if not no_content:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not no_content and self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = do_OPTIONS = _generic_handle  # noqa: N815


def create_gateway(app: Chalice, port: int) -> LocalDevServer:
    """Return a server for `app` on loopback, bound to `port`; raise `OSError` if it is taken."""
    config = Config.create(chalice_app=app, lambda_timeout=28, lambda_memory_size=1024)
    server = create_local_server(app, config, "127.0.0.1", port)
    answers = GatewayAnswers(read_template())
    handler = functools.partial(GatewayHandler, app_object=app, config=config, answers=answers)
    server.server.RequestHandlerClass = handler  # Chalice's factory takes no handler of ours
    server.server.socket.listen(_BACKLOG)
    return server


def problem(status: int, title: str, detail: str) -> bytes:
    """Return a problem document, for the parts of the local environment that are not the app."""
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return json.dumps(document, ensure_ascii=False).encode()
