"""The app's doors: one Chalice route for each path, behind it the operations, imported when first called.

In a checkout every api.py is imported and its operations are opened. The package holds a table of them
(`doors.json` beside this file, written by `python -m infra package`): there nothing is imported before it is called,
so that a cold start pays for one context and not for all.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from chalice.app import Chalice, Response

from chalicelib.web.chalice_edges import CORS, name_path_parameters
from chalicelib.web.operations import Operation, every_operation, find_operation

TABLE_PATH: Final = Path(__file__).with_name("doors.json")

Table = Mapping[str, Mapping[str, Sequence[str]]]
"""Path → method → the modules whose operations stand there."""

_PARAMETER: Final = re.compile(r"\{(\w+)\}")


def open_doors(app: Chalice, modules: Iterable[str]) -> None:
    """Register every operation of `modules` (dotted names) on the app."""
    for path, by_method in (read_table() or make_table(modules)).items():
        app.route(path, methods=sorted(by_method), cors=CORS, content_types=[])(_view(app, path, by_method))


def read_table() -> Table | None:
    """Return the packaged table, or None in a checkout."""
    if not TABLE_PATH.exists():
        return None
    table: Table = json.loads(TABLE_PATH.read_text(encoding="utf-8"))
    return table


def make_table(modules: Iterable[str]) -> Table:
    """Import `modules` and return the table of their operations."""
    named = set(modules)
    for module in sorted(named):
        importlib.import_module(module)
    table: dict[str, dict[str, list[str]]] = {}
    for operation in every_operation():
        if operation.module in named:
            there = table.setdefault(operation.door, {}).setdefault(operation.method, [])
            if operation.module not in there:
                there.append(operation.module)
    return table


def import_everything() -> None:
    """Import every module of the packaged table: for what must know all operations, as the API description does."""
    for by_method in (read_table() or {}).values():
        for modules in by_method.values():
            for module in modules:
                importlib.import_module(module)


def _view(app: Chalice, path: str, by_method: Mapping[str, Sequence[str]]) -> Any:
    """Return the Chalice view of a path: it finds the operation by method and action, and hands the request on."""

    def serve(**path_parameters: str) -> Response:
        request: Any = app.current_request
        action = path_parameters.pop("action", None) if path.endswith("/actions/{action}") else None
        operation = _find(request.method, path, action, by_method)
        if operation is None:
            from chalicelib.web.endpoint import answer_no_such_action

            return answer_no_such_action(request)
        return operation.endpoint.serve(request, path_parameters)

    serve.__name__ = re.sub(r"\W+", "_", path).strip("_") or "root"
    return name_path_parameters(serve, _PARAMETER.findall(path))


def _find(method: str, path: str, action: str | None, by_method: Mapping[str, Sequence[str]]) -> Operation | None:
    found = find_operation(method, path, action)
    if found is None:
        for module in by_method.get(method, ()):
            importlib.import_module(module)
        found = find_operation(method, path, action)
    return found
