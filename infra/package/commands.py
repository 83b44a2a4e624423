"""`python -m infra package`: Chalice's package, merged with the resources file."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from infra.package.slimming import slim_package

if TYPE_CHECKING:
    Groups = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

ROOT: Final = Path(__file__).parent.parent.parent


def add_commands(groups: Groups) -> None:
    """Add `package` to the parser."""
    package = groups.add_parser("package", help="make deployment.zip and the CloudFormation template")
    package.add_argument("--out", type=Path, default=ROOT / "build" / "package", help="folder (build/package)")
    package.add_argument("--stage", default="prod", help="stage of .chalice/config.json (prod)")
    package.set_defaults(run=run_package)


def run_package(arguments: argparse.Namespace) -> int:
    """Package, and say where the files are; 1 if Chalice failed."""
    chalice = Path(sys.executable).with_name("chalice")
    command = [
        str(chalice),
        "package",
        "--stage",
        arguments.stage,
        "--merge-template",
        str(ROOT / "infra" / "resources.json"),
        "--template-format",
        "json",
        str(arguments.out),
    ]
    # Chalice wants a region to package for; what it packages does not depend on it.
    env = {"AWS_DEFAULT_REGION": "cn-north-1", **os.environ}
    done = subprocess.run(command, cwd=ROOT, check=False, env=env)
    if done.returncode == 0:
        slim_package(arguments.out / "deployment.zip")
        print(f"Packaged: {arguments.out / 'deployment.zip'}, {arguments.out / 'sam.json'}")
    return 0 if done.returncode == 0 else 1
