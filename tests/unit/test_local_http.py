"""The local gateway and console over a raw socket: whatever comes, an answer that a client can read."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from chalice.app import Chalice, Response

from infra.local.clock import AdjustableClock
from infra.local.console import Console, create_console_server
from infra.local.events import Jobs, Streams
from infra.local.gateway import MAX_BODY_BYTES, create_gateway
from infra.local.issuer import Issuer
from infra.local.state import LocalState

Ask = Callable[[bytes], bytes]
HEAD = b" HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture(scope="module")
def app() -> Chalice:
    app = Chalice("local", configure_logs=False)

    @app.route("/echo", methods=["POST"], content_types=["application/json", "text/plain"])
    def echo() -> Response:
        request = app.current_request
        return Response(request.raw_body if request else b"", headers={"Content-Type": "text/plain"})

    @app.route("/hello/{name}", cors=True)
    def hello(name: str) -> dict[str, str]:
        return {"hello": name}

    @app.schedule("rate(1 hour)")
    def stumble(event: Any) -> None:
        raise RuntimeError("stumbled over a stone")

    return app


@contextmanager
def running(server: Any) -> Iterator[Any]:
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def asker(server: Any) -> Ask:
    def ask(request: bytes) -> bytes:
        with socket.create_connection(server.server_address, timeout=10) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    return ask


@pytest.fixture(scope="module")
def server(app: Chalice) -> Iterator[Any]:
    with running(create_gateway(app, 0).server) as server:
        yield server


@pytest.fixture(scope="module")
def gateway(server: Any) -> Ask:
    return asker(server)


@pytest.fixture(scope="module")
def clock() -> AdjustableClock:
    return AdjustableClock()


@pytest.fixture(scope="module")
def console(app: Chalice, clock: AdjustableClock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    key = LocalState(tmp_path_factory.mktemp("state")).signing_key()
    issuer = Issuer("http://127.0.0.1:1", key, clock)
    with running(create_console_server(Console(clock, issuer, Jobs(app, clock), Streams(app)), 0)) as server:
        yield asker(server)


def post(path: bytes, body: bytes, *headers: bytes) -> bytes:
    lines = b"".join(header + b"\r\n" for header in (*headers, b"Content-Length: %d" % len(body)))
    return b"POST " + path + HEAD + lines + b"\r\n" + body


def read(answer: bytes) -> tuple[int, str, bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    media_type = next(line for line in lines if line.lower().startswith(b"content-type:")).partition(b": ")[2]
    return int(lines[0].split()[1]), media_type.decode(), body


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"BREW /hello/tea" + HEAD + b"\r\n", 404),
        (b"TRACE /hello/tea" + HEAD + b"\r\n", 404),
        (b"DELETE /hello/tea" + HEAD + b"\r\n", 404),
        (b"HTTP?\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"GET /hello/two words" + HEAD + b"\r\n", 400),
        (b"GET /hello/" + b"a" * 70_000 + HEAD + b"\r\n", 400),
        (b"GET /hello/tea" + HEAD + b"X: y\r\n" * 200 + b"\r\n", 400),
        (b"GET http://[/hello" + HEAD + b"\r\n", 404),
        (b"POST /echo" + HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
        (b"POST /echo" + HEAD + b"Content-Length: \xb2\r\n\r\n{}", 400),
        (b"POST /echo" + HEAD + b"Content-Length: -2\r\n\r\n{}", 400),
        (b"POST /echo" + HEAD + b"Content-Length: 10\r\n\r\n{}", 400),
        (b"POST /echo" + HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", 413),
        (b"POST /echo" + HEAD + b"Transfer-Encoding: gzip\r\n\r\n{}", 400),
        (b"POST /echo" + HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n", 400),
        (b"POST /echo" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n", 400),
        (b"POST /echo" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\n{}\r\n0\r\n\r\n", 400),
        (b"POST /echo" + HEAD + b"Transfer-Encoding: chunked\r\n\r\nfffffff\r\n{}", 413),
    ],
)
def test_the_gateway_refuses_in_the_words_of_production(gateway: Ask, request_bytes: bytes, status: int) -> None:
    got, media_type, body = read(gateway(request_bytes))
    assert (got, media_type) == (status, "application/problem+json")
    assert json.loads(body)["status"] == status


def test_a_caller_who_sends_too_much_can_still_read_why(gateway: Ask) -> None:
    status, _, body = read(gateway(post(b"/echo", b"a" * (MAX_BODY_BYTES + 1))))
    assert status == 413
    assert json.loads(body)["type"] == "/problems/too-large"


def test_the_largest_body_is_passed_on(gateway: Ask) -> None:
    status, _, body = read(gateway(post(b"/echo", b"a" * MAX_BODY_BYTES, b"Content-Type: text/plain")))
    assert status == 200
    assert len(body) == MAX_BODY_BYTES


def test_a_caller_who_waits_to_be_asked_for_the_body_is_asked(server: Any) -> None:
    with socket.create_connection(server.server_address, timeout=10) as connection:
        request = post(b"/echo", b"{}", b"Content-Type: text/plain", b"Expect: 100-continue", b"Connection: close")
        connection.sendall(request[:-2])
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert read(answer)[0::2] == (200, b"{}")


def test_chunks_are_joined_and_the_connection_goes_on(gateway: Ask) -> None:
    chunked = (
        b"Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nT: z\r\n\r\n"
    )
    answer = gateway(
        b"POST /echo" + HEAD + chunked + b"POST /nowhere" + HEAD + chunked + b"GET /hello/a" + HEAD + b"\r\n"
    )
    assert [answer.count(line) for line in (b"HTTP/1.1 200 OK", b"HTTP/1.1 404 Not Found")] == [2, 1]
    assert b"\r\n\r\nabcHTTP/1.1 404" in answer
    assert answer.endswith(b'{"hello":"a"}')


def test_a_head_answer_has_no_body(gateway: Ask) -> None:
    answer = gateway(b"HEAD /nowhere" + HEAD + b"\r\nGET /hello/a" + HEAD + b"\r\n")
    head, _, rest = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404")
    assert rest.startswith(b"HTTP/1.1 200")


def test_a_caller_who_leaves_is_no_fault(server: Any, gateway: Ask, capfd: pytest.CaptureFixture[str]) -> None:
    for _ in range(5):
        connection = socket.create_connection(server.server_address, timeout=10)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # close with a reset
        connection.sendall(post(b"/echo", b"a" * 100_000, b"Content-Type: text/plain"))
        connection.close()
    assert read(gateway(b"GET /hello/a" + HEAD + b"\r\n"))[0] == 200
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (post(b"/clock", b'{"advance_seconds": 99999999999999}'), 400),
        (post(b"/clock", b'{"advance_seconds": -9999999999}'), 400),
        (post(b"/clock", b'{"now": "9999-12-31T23:59:59Z"}'), 400),
        (post(b"/clock", b'{"now": "0001-01-01T00:00:00+14:00"}'), 400),
        (post(b"/clock", b'{"now": 5}'), 400),
        (post(b"/clock", b'{"reset": false}'), 400),
        (post(b"/clock", b"\xff"), 400),
        (post(b"/token", b"a" * 70_000), 400),
        (post(b"/token", b'{"sub": "\\ud800"}'), 400),
        (b"POST /clock" + HEAD + b"Content-Length: \xb2\r\n\r\n", 400),
        (b"PUT /clock" + HEAD + b"\r\n", 405),
        (b"?\r\n\r\n", 400),
        (b"GET /token" + HEAD + b"\r\n", 404),
        (post(b"/jobs/nobody", b""), 404),
    ],
)
def test_the_console_says_what_it_does_not_understand(
    console: Ask, clock: AdjustableClock, request_bytes: bytes, status: int
) -> None:
    got, media_type, body = read(console(request_bytes))
    assert (got, media_type) == (status, "application/problem+json")
    assert json.loads(body)["detail"]
    assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 60  # and leaves the clock as it was


def test_a_job_that_fails_says_how(console: Ask, capfd: pytest.CaptureFixture[str]) -> None:
    status, _, body = read(console(post(b"/jobs/stumble", b"")))
    assert status == 500
    assert "stumbled over a stone" in json.loads(body)["detail"]
    assert "Traceback" in capfd.readouterr().err
    assert read(console(b"GET /jobs" + HEAD + b"\r\n"))[2] == b'{"jobs": ["stumble"]}'


def test_the_console_answers_chunked_requests_and_head(console: Ask) -> None:
    body = b'Transfer-Encoding: chunked\r\n\r\ne\r\n{"reset":true}\r\n0\r\n\r\n'
    assert read(console(b"POST /clock" + HEAD + body))[0] == 200
    status, _, rest = read(console(b"HEAD /" + HEAD + b"\r\n"))
    assert (status, rest) == (200, b"")
