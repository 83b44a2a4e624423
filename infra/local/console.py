"""The developer console: sign-in, the clock, jobs and streams of the local server. Never deployed."""

from __future__ import annotations

import functools
import json
import traceback
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from typing import Any, Final, Self
from urllib.parse import parse_qsl

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError, model_validator

from chalicelib.shared.clock import format_instant
from infra.local.clock import AdjustableClock, ClockOutOfRange
from infra.local.events import DeliveryFailed, Jobs, Streams, UnknownJob
from infra.local.gateway import problem
from infra.local.issuer import Issuer, TokenRequest
from infra.local.outbox import Outbox
from infra.local.polite_http import BodyBroken, BodyTooLarge, PoliteHandler

_MAX_BODY_BYTES: Final = 64 * 1024
_HELP: Final = """\
GET  /.well-known/openid-configuration, /.well-known/jwks.json
POST /token   {"sub": "alice", "roles": ["clerk"], "org": "o1", "name": "Alice", "ttl_seconds": 3600,
               "phone_number": "+8613800138000", "phone_number_verified": true}
GET  /clock
POST /clock   {"now": "2026-12-01T00:00:00Z"} | {"advance_seconds": 3600} | {"reset": true}
GET  /jobs
POST /jobs/{name}
POST /drain
GET  /outbox?since=2026-12-01T00:00:00Z   every text and push that left
"""


class UnknownPath(LookupError):
    """The console has nothing there."""


class ClockRequest(BaseModel):
    """How to move the clock: one of the three."""

    model_config = ConfigDict(extra="forbid", strict=True)

    now: AwareDatetime | None = None
    advance_seconds: int | None = None
    reset: bool = False

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.now is not None) + (self.advance_seconds is not None) + self.reset != 1:
            raise ValueError("give exactly one of now, advance_seconds, reset")
        return self


class OutboxRequest(BaseModel):
    """From when on messages are wanted; None: from the beginning."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime | None = None

    @classmethod
    def of(cls, query: str) -> Self:
        """Return the request that a query string makes; raise `ValidationError`."""
        return cls.model_validate(dict(parse_qsl(query, keep_blank_values=True)))


class Console:
    """What the console can do; the handler below only speaks HTTP."""

    def __init__(
        self, clock: AdjustableClock, issuer: Issuer, jobs: Jobs, streams: Streams, outbox: Outbox | None = None
    ) -> None:
        self._clock = clock
        self._issuer = issuer
        self._jobs = jobs
        self._streams = streams
        self._outbox = outbox or Outbox()

    def get(self, path: str, query: str = "") -> Any:
        """Answer a GET; raise `UnknownPath`."""
        pages: dict[str, Callable[[], Any]] = {
            "/": lambda: _HELP,
            "/.well-known/openid-configuration": self._issuer.configuration,
            "/.well-known/jwks.json": self._issuer.keys,
            "/clock": self._told,
            "/jobs": lambda: {"jobs": self._jobs.names()},
            "/outbox": lambda: self._outbox.list_since(OutboxRequest.of(query).since),
        }
        if path not in pages:
            raise UnknownPath(path)
        return pages[path]()

    def post(self, path: str, body: bytes) -> Any:
        """Answer a POST; raise what `ConsoleHandler` answers with a problem."""
        if path == "/token":
            return self._issuer.issue(TokenRequest.model_validate_json(body))
        if path == "/clock":
            return self._move(ClockRequest.model_validate_json(body))
        if path == "/drain":
            return {"delivered": self._streams.drain()}
        if path.startswith("/jobs/"):
            name = path.removeprefix("/jobs/")
            return {"job": name, "result": self._jobs.run(name)}
        raise UnknownPath(path)

    def _move(self, request: ClockRequest) -> dict[str, str]:
        if request.now is not None:
            self._clock.move_to(request.now)
        elif request.advance_seconds is not None:
            self._clock.advance(request.advance_seconds)
        else:
            self._clock.reset()
        return self._told()

    def _told(self) -> dict[str, str]:
        return {"now": format_instant(self._clock.now())}


class ConsoleHandler(PoliteHandler):
    """One connection to the console."""

    max_body_bytes = _MAX_BODY_BYTES

    def __init__(self, *arguments: Any, console: Console) -> None:
        self._console = console
        super().__init__(*arguments)

    def do_GET(self) -> None:  # noqa: N802 - the base class looks for it
        """Answer a GET, and a HEAD without the body."""
        self._answer(lambda path, _: self._console.get(path, self.path.partition("?")[2]))

    do_HEAD = do_GET  # noqa: N815 - the base class's name

    def do_POST(self) -> None:  # noqa: N802 - the base class looks for it
        """Answer a POST."""
        self._answer(self._console.post)

    def refuse_unread(self, status: int) -> None:
        """Answer what could not be read."""
        if status == 501:  # noqa: PLR2004 - what the base class calls a method that is not there
            self._refuse(405, "There are GET and POST; GET / says what there is")
        else:
            self._refuse(400, "This is no HTTP request")

    def _answer(self, ask: Callable[[str, bytes], Any]) -> None:
        try:
            body = self.read_body() or b""
        except (BodyBroken, BodyTooLarge):
            self.close_connection = True  # what is left of the body cannot be told from the next request
            self._refuse(400, f"The body is broken, or larger than {_MAX_BODY_BYTES} bytes")
            self.linger()
            return
        try:
            answer = ask(self.path.partition("?")[0], body)
        except ValidationError as broken:
            faults = broken.errors(include_url=False, include_input=False, include_context=False)
            said = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in faults)
            self._refuse(400, said)
        except ClockOutOfRange as refused:
            self._refuse(400, str(refused))
        except UnknownJob as unknown:
            self._refuse(404, f"There is no job {unknown}; GET /jobs lists them")
        except UnknownPath:
            self._refuse(404, "GET / says what there is")
        except DeliveryFailed as failed:
            self._refuse(500, str(failed))
        except Exception as failed:  # noqa: BLE001 - a job may fail in any way, and its developer wants to see how
            traceback.print_exc()
            self._refuse(500, f"{type(failed).__name__}: {failed}; the server's output has the traceback")
        else:
            text = isinstance(answer, str)
            said = answer if text else json.dumps(answer, ensure_ascii=False, default=str)
            self._send(200, "text/plain; charset=utf-8" if text else "application/json", said.encode())

    def _refuse(self, status: int, detail: str) -> None:
        title = "The console did not understand" if status < 500 else "It failed"  # noqa: PLR2004
        self._send(status, "application/problem+json", problem(status, title, detail))

    def _send(self, status: int, media_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def create_console_server(console: Console, port: int) -> ThreadingHTTPServer:
    """Return the console's server on loopback; raise `OSError` if the port is taken."""
    return _Server(("127.0.0.1", port), functools.partial(ConsoleHandler, console=console))
