"""The package, built once for a whole test run however many processes it has."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from infra.package.interpreter import PackagingPythonMissing, find_python

ROOT = Path(__file__).parent.parent.parent


def need_packaging_python() -> None:
    """Skip loudly, or fail where CI demands everything, unless the Lambda runtime's Python is on this machine."""
    try:
        find_python()
    except PackagingPythonMissing as missing:
        if os.environ.get("YIMA_REQUIRE_DYNAMODB_LOCAL"):
            pytest.fail(f"required here: {missing}")
        pytest.skip(f"NOT TESTED, the package: {missing}")


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `deployment.zip` and `sam.json`, and `function/`, the zip unpacked as Lambda does it."""
    need_packaging_python()
    base = tmp_path_factory.getbasetemp()
    # Under xdist each worker has a folder of its own, in one of the run.
    run = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    out = run / "package"
    with (run / "package.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (out / "ready").exists():
            command = [sys.executable, "-m", "infra", "package", "--out", str(out)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
            with zipfile.ZipFile(out / "deployment.zip") as archive:
                archive.extractall(out / "function")
            (out / "ready").touch()
    return out


@pytest.fixture(scope="session")
def template(package: Path) -> dict[str, Any]:
    """The CloudFormation template."""
    return json.loads((package / "sam.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]
