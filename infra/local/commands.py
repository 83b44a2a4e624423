"""`python -m infra local`: run everything on this machine."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Groups = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

DONE, FAILED, UNUSABLE = 0, 1, 2


def add_commands(groups: Groups) -> None:
    """Add `local` to the parser."""
    local = groups.add_parser("local", help="run Yima on this machine")
    env = os.environ
    # Defaults from the environment are text, so that argparse checks them like arguments, and only for `local`.
    local.add_argument("--port", type=_port, default=env.get("PORT") or "8000", help="of the API (8000)")
    local.add_argument(
        "--console-port", type=_port, default=env.get("CONSOLE_PORT") or "8001", help="of the developer console (8001)"
    )
    local.add_argument(
        "--dynamodb",
        type=_engine,
        default=env.get("DYNAMODB") or "moto",
        metavar="{moto,local}",
        help="moto: in memory; local: DynamoDB Local, with a data folder that survives restarts",
    )
    local.add_argument(
        "--catalogue",
        type=Path,
        default=Path(env["CATALOGUE"]) if env.get("CATALOGUE") else None,
        metavar="PATH",
        help="service items to load instead of the sample",
    )
    local.add_argument(
        "--state", type=Path, default=None, metavar="FOLDER", help="where it remembers things between runs (.local)"
    )
    local.set_defaults(run=run_local)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):  # noqa: PLR2004 - 16 bits
        raise argparse.ArgumentTypeError(f"{text!r} is no port: 1 to 65535")
    return int(text)


def _engine(text: str) -> str:
    if text not in {"moto", "local"}:
        raise argparse.ArgumentTypeError(f"{text!r} is neither moto nor local")
    return text


def run_local(arguments: argparse.Namespace) -> int:
    """Serve until stopped; 1 if it cannot start, 2 if what was asked for is unusable."""
    from infra.catalogue.source import CatalogueFileUnreadable
    from infra.local.catalogue import CatalogueRefused
    from infra.local.dynamodb_local import DynamoDbLocalMissing
    from infra.local.runner import Options, PortTaken, run
    from infra.local.stack import SchemaChanged
    from infra.local.state import DEFAULT_FOLDER

    options = Options(
        arguments.port,
        arguments.console_port,
        arguments.dynamodb,
        arguments.catalogue,
        arguments.state or DEFAULT_FOLDER,
    )
    if options.port == options.console_port:
        print(f"the API and the console cannot both have port {options.port}: set CONSOLE_PORT too", file=sys.stderr)
        return UNUSABLE
    if options.catalogue is not None and not options.catalogue.exists():
        print(f"there is no catalogue file {options.catalogue}", file=sys.stderr)
        return UNUSABLE
    try:
        run(options)
    except (CatalogueFileUnreadable, CatalogueRefused) as unusable:
        print(f"the catalogue cannot be loaded: {unusable}", file=sys.stderr)
        return UNUSABLE
    except (DynamoDbLocalMissing, PortTaken, SchemaChanged) as failed:
        print(f"cannot start: {failed}", file=sys.stderr)
        return FAILED
    return DONE
