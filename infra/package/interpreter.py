"""The Python that packages: Chalice packages for the Python that runs it, so it must be the Lambda runtime's.

`python3.13` is looked for on the PATH and among pyenv's versions, or named by `YIMA_PACKAGING_PYTHON`. Its environment
is made once, in `.tools/`, from `infra/package/requirements.txt`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

RUNTIME: Final = "python3.13"
"""The Lambda runtime (AL2023; supported until 2029-06-30)."""

ROOT: Final = Path(__file__).parent.parent.parent
_REQUIREMENTS: Final = (ROOT / "requirements.txt", Path(__file__).parent / "requirements.txt")
_INSTALL_SECONDS: Final = 600


class PackagingPythonMissing(RuntimeError):
    """There is no Python of the runtime's version on this machine; the message says how to name one."""


def find_python() -> Path:
    """Return a Python of the runtime's version; raise `PackagingPythonMissing`."""
    for candidate in _candidates():
        if candidate.exists() and _version_of(candidate) == RUNTIME:
            return candidate
    raise PackagingPythonMissing(
        f"packaging needs {RUNTIME}, the version of the Lambda runtime: install it (pyenv install "
        f"{RUNTIME.removeprefix('python')}), or name it in YIMA_PACKAGING_PYTHON"
    )


def prepare_environment() -> Path:
    """Return the `bin` folder of the packaging environment; make it if the requirements changed."""
    python = find_python()
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in _REQUIREMENTS)).hexdigest()[:12]
    tools = ROOT / ".tools"
    tools.mkdir(exist_ok=True)
    folder = tools / f"packaging-{RUNTIME}-{digest}"
    ready = folder / ".ready"
    with (tools / "packaging.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run side by side, and one of them installs
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([str(python), "-m", "venv", str(folder)], check=True, timeout=_INSTALL_SECONDS)
            install = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*install, "-r", str(_REQUIREMENTS[1])], check=True, timeout=_INSTALL_SECONDS)
            ready.touch()
    return folder / "bin"


def _candidates() -> Iterator[Path]:
    named = os.environ.get("YIMA_PACKAGING_PYTHON")
    if named:
        yield Path(named)
    on_path = shutil.which(RUNTIME)
    if on_path:
        yield Path(on_path)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted((pyenv / "versions").glob(f"{RUNTIME.removeprefix('python')}*/bin/python3"), reverse=True)


def _version_of(python: Path) -> str | None:
    program = "import sys; print('python%d.%d' % sys.version_info[:2])"
    # A pyenv shim of a version that is not chosen exits with an error: it is none for us.
    done = subprocess.run([str(python), "-c", program], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None
