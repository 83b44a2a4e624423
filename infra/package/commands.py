"""`python -m infra package`: Chalice's package, merged with the resources file."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from infra.package.interpreter import ROOT, PackagingPythonMissing, prepare_environment
from infra.package.slimming import slim_package

if TYPE_CHECKING:
    Groups = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001


def add_commands(groups: Groups) -> None:
    """Add `package` to the parser."""
    package = groups.add_parser("package", help="make deployment.zip and the CloudFormation template")
    package.add_argument("--out", type=Path, default=ROOT / "build" / "package", help="folder (build/package)")
    package.add_argument("--stage", default="prod", help="stage of .chalice/config.json (prod)")
    package.set_defaults(run=run_package)


def run_package(arguments: argparse.Namespace) -> int:
    """Package, and say where the files are; 1 if Chalice failed, 2 without a Python of the runtime's version."""
    try:
        make_package(arguments.out, arguments.stage)
    except PackagingPythonMissing as missing:
        print(missing, file=sys.stderr)
        return 2
    except subprocess.CalledProcessError:
        return 1  # Chalice has said why
    print(f"Packaged: {arguments.out / 'deployment.zip'}, {arguments.out / 'sam.json'}")
    return 0


def make_package(out: Path, stage: str = "prod") -> None:
    """Write deployment.zip and sam.json to a folder; raise `PackagingPythonMissing`, or what Chalice's failure is."""
    tools = prepare_environment()
    command = [
        str(tools / "chalice"),
        "package",
        "--stage",
        stage,
        "--merge-template",
        str(ROOT / "infra" / "resources.json"),
        "--template-format",
        "json",
        str(out),
    ]
    # Chalice wants a region to package for; what it packages does not depend on it.
    env = {"AWS_DEFAULT_REGION": "cn-north-1", **os.environ}
    subprocess.run(command, cwd=ROOT, check=True, env=env)
    slim_package(out / "deployment.zip", tools / "python")
