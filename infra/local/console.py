"""The developer console: sign-in, the clock, jobs and streams of the local server. Never deployed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError, model_validator

from chalicelib.shared.clock import format_instant
from infra.local.clock import AdjustableClock
from infra.local.events import DeliveryFailed, Jobs, Streams, UnknownJob
from infra.local.gateway import problem
from infra.local.issuer import Issuer, TokenRequest

_MAX_BODY_BYTES: Final = 64 * 1024
_HELP: Final = """\
GET  /.well-known/openid-configuration, /.well-known/jwks.json
POST /token   {"sub": "alice", "roles": ["clerk"], "org": "o1", "name": "Alice", "ttl_seconds": 3600}
GET  /clock
POST /clock   {"now": "2026-12-01T00:00:00Z"} | {"advance_seconds": 3600} | {"reset": true}
GET  /jobs
POST /jobs/{name}
POST /drain
"""


class ClockRequest(BaseModel):
    """How to move the clock: one of the three."""

    model_config = ConfigDict(extra="forbid")

    now: AwareDatetime | None = None
    advance_seconds: int | None = None
    reset: bool = False

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.now is not None) + (self.advance_seconds is not None) + self.reset != 1:
            raise ValueError("give exactly one of now, advance_seconds, reset")
        return self


class Console:
    """What the console can do; the handler below only speaks HTTP."""

    def __init__(self, clock: AdjustableClock, issuer: Issuer, jobs: Jobs, streams: Streams) -> None:
        self._clock = clock
        self._issuer = issuer
        self._jobs = jobs
        self._streams = streams

    def get(self, path: str) -> Any:
        """Answer a GET; raise `LookupError` for an unknown path."""
        pages: dict[str, Callable[[], Any]] = {
            "/": lambda: _HELP,
            "/.well-known/openid-configuration": self._issuer.configuration,
            "/.well-known/jwks.json": self._issuer.keys,
            "/clock": self._told,
            "/jobs": lambda: {"jobs": self._jobs.names()},
        }
        return pages[path]()

    def post(self, path: str, body: bytes) -> Any:
        """Answer a POST; raise `LookupError`, `ValidationError` or `DeliveryFailed`."""
        if path == "/token":
            return self._issuer.issue(TokenRequest.model_validate_json(body))
        if path == "/clock":
            return self._move(ClockRequest.model_validate_json(body))
        if path == "/drain":
            return {"delivered": self._streams.drain()}
        if path.startswith("/jobs/"):
            name = path.removeprefix("/jobs/")
            return {"job": name, "result": self._jobs.run(name)}
        raise LookupError(path)

    def _move(self, request: ClockRequest) -> dict[str, str]:
        if request.now is not None:
            self._clock.move_to(request.now)
        elif request.advance_seconds is not None:
            try:
                self._clock.advance(timedelta(seconds=request.advance_seconds))
                self._clock.now()
            except OverflowError:
                self._clock.reset()
        else:
            self._clock.reset()
        return self._told()

    def _told(self) -> dict[str, str]:
        now: datetime = self._clock.now()
        return {"now": format_instant(now)}


def create_console_server(console: Console, port: int) -> ThreadingHTTPServer:
    """Return the console's server on loopback; raise `OSError` if the port is taken."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

        def do_GET(self) -> None:
            self._answer(lambda path, _: console.get(path))

        def do_POST(self) -> None:
            self._answer(console.post)

        def _answer(self, ask: Callable[[str, bytes], Any]) -> None:
            path = self.path.partition("?")[0]
            try:
                declared = self.headers.get("content-length", "0")
                length = int(declared) if declared.isdigit() else -1
                if not 0 <= length <= _MAX_BODY_BYTES:
                    self.close_connection = True
                    self._refuse(400, "The body is too large, or does not say how long it is")
                    return
                answer = ask(path, self.rfile.read(length))
            except ValidationError as broken:
                faults = broken.errors(include_url=False, include_input=False, include_context=False)
                said = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in faults)
                self._refuse(400, said)
            except UnknownJob as unknown:
                self._refuse(404, f"There is no job {unknown}; GET /jobs lists them")
            except DeliveryFailed as failed:
                self._refuse(500, str(failed))
            except LookupError:
                self._refuse(404, "GET / says what there is")
            else:
                text = isinstance(answer, str)
                body = answer.encode() if text else json.dumps(answer, ensure_ascii=False, default=str).encode()
                self._send(200, "text/plain; charset=utf-8" if text else "application/json", body)

        def _refuse(self, status: int, detail: str) -> None:
            title = "The console did not understand" if status < 500 else "It failed"  # noqa: PLR2004
            self._send(status, "application/problem+json", problem(status, title, detail))

        def _send(self, status: int, media_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    return Server(("127.0.0.1", port), Handler)
