"""`python -m infra local` as a child process on free ports, for tests that are users."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import NamedTuple

import httpx

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 90


class Server(NamedTuple):
    api: httpx.Client
    console: httpx.Client
    process: subprocess.Popen[str]
    said: list[str]

    def token(self, sub: str, *roles: str, **more: object) -> dict[str, str]:
        reply = self.console.post("/token", json={"sub": sub, "roles": list(roles), **more})
        return {"Authorization": f"Bearer {reply.json()['access_token']}"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(*arguments: str) -> Iterator[Server]:
    """Start the local environment; wait for its banner; stop it as Ctrl-C does."""
    port, console_port = free_port(), free_port()
    command = [
        sys.executable,
        "-m",
        "infra",
        "local",
        "--port",
        str(port),
        "--console-port",
        str(console_port),
        *arguments,
    ]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "YIMA_"))}
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said: list[str] = []
    lines: Queue[str] = Queue()

    def listen() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            lines.put(line)

    threading.Thread(target=listen, daemon=True).start()
    try:
        await_banner(lines, said)
        with (
            httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as api,
            httpx.Client(base_url=f"http://127.0.0.1:{console_port}", timeout=20) as console,
        ):
            yield Server(api, console, process, said)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def await_banner(lines: Queue[str], said: list[str]) -> None:
    while True:
        try:
            line = lines.get(timeout=START_SECONDS)
        except Empty:
            raise AssertionError("the server did not start: " + "".join(said)) from None
        if "is ready" in line:
            return
        assert not line.startswith("cannot"), "".join(said)
