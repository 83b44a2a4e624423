"""HTTP/1.1 as a client expects it from a real gateway, on top of the standard library's server.

`http.server` answers what it cannot read with a page of HTML, knows no chunked bodies, cuts the connection of a
caller whose body it did not read, and prints a stack trace when a caller leaves. Here each of these is mended.
"""

from __future__ import annotations

import contextlib
import time
from abc import abstractmethod
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socket import SHUT_WR
from typing import Final

_IDLE_SECONDS: Final = 120
_LINGER_SECONDS: Final = 2
_MAX_LINE_BYTES: Final = 65536
_MAX_LENGTH_DIGITS: Final = 18


class BodyBroken(Exception):
    """The body's framing contradicts itself, or the body ends early."""


class BodyTooLarge(Exception):
    """The body is larger than this server reads."""


class PoliteHandler(BaseHTTPRequestHandler):
    """One connection; a subclass says what is served."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # header and body leave in one packet: in two, a delayed ACK stalls keep-alive callers for 40 ms
    timeout = _IDLE_SECONDS  # an idle connection does not keep its thread for ever
    max_body_bytes: int

    @abstractmethod
    def refuse_unread(self, status: int) -> None:
        """Answer a request that cannot be read (400), or whose method is not known (501)."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing: request lines can be personal."""

    def handle(self) -> None:
        """Serve the connection until it ends; a caller who leaves is no fault."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def finish(self) -> None:
        """Let go of the connection."""
        with contextlib.suppress(OSError):  # what was not sent yet has no reader any more
            super().finish()

    def handle_expect_100(self) -> bool:
        """Ask for the body, unless it would be refused anyway."""
        length = self.headers.get("content-length", "0")
        if not length.isdigit() or len(length) > _MAX_LENGTH_DIGITS or int(length) <= self.max_body_bytes:
            super().handle_expect_100()
            self.wfile.flush()  # the caller waits for this line before it sends anything
        return True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Refuse what the base class could not read, in the subclass's words instead of a page of HTML."""
        self.close_connection = True
        self.request_version = self.protocol_version  # unread so far: the base class would take it for HTTP/0.9
        self.command = getattr(self, "command", None) or ""
        self.refuse_unread(501 if code == HTTPStatus.NOT_IMPLEMENTED else 400)
        self.linger()

    def read_body(self) -> bytes | None:
        """Return the body, None if there is none; raise `BodyBroken` or `BodyTooLarge` (RFC 9112, 6)."""
        lengths = set(self.headers.get_all("content-length", []))
        encoding = self.headers.get("transfer-encoding")
        if encoding is not None:
            if lengths or encoding.strip().lower() != "chunked":
                raise BodyBroken
            return self._read_chunks()
        if not lengths:
            return None
        declared = lengths.pop().strip()
        if lengths or not declared.isascii() or not declared.isdigit():
            raise BodyBroken
        if len(declared) > _MAX_LENGTH_DIGITS or int(declared) > self.max_body_bytes:
            raise BodyTooLarge
        return self._read_exactly(int(declared)) or None

    def _read_chunks(self) -> bytes:
        body = bytearray()
        while True:
            digits = self.rfile.readline(_MAX_LINE_BYTES).split(b";")[0].strip()
            if not digits or len(digits) > _MAX_LENGTH_DIGITS or digits.strip(b"0123456789abcdefABCDEF"):
                raise BodyBroken
            size = int(digits, 16)
            if len(body) + size > self.max_body_bytes:
                raise BodyTooLarge
            if size == 0:
                while self.rfile.readline(_MAX_LINE_BYTES).strip():
                    pass  # trailers
                return bytes(body)
            body += self._read_exactly(size)
            if self.rfile.readline(_MAX_LINE_BYTES) != b"\r\n":
                raise BodyBroken

    def _read_exactly(self, size: int) -> bytes:
        body = self.rfile.read(size)
        if len(body) < size:
            raise BodyBroken
        return body

    def linger(self) -> None:
        """Send the answer, then let the caller finish sending: closing at once would reset it, the answer unread."""
        deadline = time.monotonic() + _LINGER_SECONDS
        with contextlib.suppress(OSError):
            self.wfile.flush()
            self.connection.shutdown(SHUT_WR)
            self.connection.settimeout(_LINGER_SECONDS)
            while time.monotonic() < deadline and self.connection.recv(_MAX_LINE_BYTES):
                pass
