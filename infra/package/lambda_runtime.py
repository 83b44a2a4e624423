"""A Lambda function on this machine: AWS's own runtime client runs the unpacked zip against a Runtime API of ours.

The API is the four addresses that the client needs (AWS Lambda Developer Guide, "Using the Lambda runtime API").
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import threading
import time
import uuid
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from infra.package.interpreter import prepare_environment

_TIMEOUT_SECONDS: Final = 60


class FunctionFailed(RuntimeError):
    """The function could not be started, or its handler raised; the message is the runtime's report."""


class Reply(NamedTuple):
    """What a function answered, and how many seconds that took since it was asked (or started)."""

    value: Any
    seconds: float


class LambdaFunction:
    """One container of a function: `handler` as in the template (`app.app`), started when it is entered."""

    def __init__(self, folder: Path, handler: str, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._handler = handler
        self._environment = environment
        self._events: Queue[tuple[str, bytes]] = Queue()
        self._replies: Queue[tuple[bool, bytes]] = Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self._events, self._replies))
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    def __enter__(self) -> Self:
        """Start the container; what it takes until the first reply is its cold start."""
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        python = prepare_environment() / "python"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment = {
            **kept,
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": "yima",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_LOG_GROUP_NAME": "log",
            "AWS_LAMBDA_LOG_STREAM_NAME": "log",
            "LAMBDA_TASK_ROOT": str(self._folder),
            "_HANDLER": self._handler,
            "PYTHONPATH": str(self._folder),
            "PYTHONDONTWRITEBYTECODE": "1",  # Lambda's disk is read-only there
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_REGION": "cn-north-1",
            "AWS_DEFAULT_REGION": "cn-north-1",
            **self._environment,
        }
        self._started = time.perf_counter()
        self._process = subprocess.Popen(
            [str(python), "-m", "awslambdaric", self._handler],
            cwd=self._folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the container."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        self._server.shutdown()
        self._server.server_close()

    def invoke(self, event: Mapping[str, Any], *, since_start: bool = False) -> Reply:
        """Return the answer to an event; raise `FunctionFailed`. `since_start`: count from the container's start."""
        asked = self._started if since_start else time.perf_counter()
        self._events.put((str(uuid.uuid4()), json.dumps(event).encode()))
        good, body = self._replies.get(timeout=_TIMEOUT_SECONDS)
        seconds = time.perf_counter() - asked
        if not good:
            raise FunctionFailed(body.decode())
        return Reply(json.loads(body), seconds)


def _handler_of(events: Queue[tuple[str, bytes]], replies: Queue[tuple[bool, bytes]]) -> type[BaseHTTPRequestHandler]:
    class RuntimeApi(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            # The container is killed while it waits for its next event: that is how Lambda ends one too.
            with contextlib.suppress(ConnectionError):
                super().handle()

        def do_GET(self) -> None:
            request_id, event = events.get()
            deadline = int((time.time() + _TIMEOUT_SECONDS) * 1000)
            arn = "arn:aws-cn:lambda:cn-north-1:123456789012:function:yima"
            self._send(
                200,
                event,
                {
                    "Lambda-Runtime-Aws-Request-Id": request_id,
                    "Lambda-Runtime-Deadline-Ms": str(deadline),
                    "Lambda-Runtime-Invoked-Function-Arn": arn,
                },
            )

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            replies.put((self.path.endswith("/response"), body))
            self._send(202, b"{}", {})

        def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing: what the function prints is what matters."""

    return RuntimeApi
