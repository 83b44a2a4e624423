"""The register of every HTTP operation: its path, who may call it, its models. OpenAPI is made from it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Protocol

from pydantic import BaseModel

from chalicelib.shared.errors import YimaError

if TYPE_CHECKING:
    from chalice.app import Request, Response

_ACTION: Final = re.compile(r"(?<=/actions/)[a-z_]+$")


class Access(Enum):
    """Who may call an operation at all; what they may do there is the context's policy."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


@dataclass(frozen=True, slots=True)
class Contract:
    """What an endpoint takes and gives. `also`: media types that it gives beside `media_type`, by `Accept`."""

    name: str
    summary: str
    access: Access
    status: int
    path_parameters: tuple[str, ...]
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    answer: type[BaseModel] | None
    media_type: str
    also: tuple[str, ...]
    problems: tuple[type[YimaError], ...]
    idempotent_by_key: bool


class Endpoint(Protocol):
    """What `@endpoint` makes of a view."""

    contract: Contract

    def serve(self, request: Request, path_parameters: dict[str, str]) -> Response:
        """Answer one request."""
        ...


@dataclass(frozen=True, slots=True)
class Operation:
    """An endpoint at its method and path. `module`: the dotted name of the api.py that it stands in."""

    method: str
    path: str
    module: str
    endpoint: Endpoint

    @property
    def contract(self) -> Contract:
        """What it takes and gives."""
        return self.endpoint.contract

    @property
    def door(self) -> str:
        """The path that API Gateway knows: one for all the actions of a thing, of its 300 resources."""
        return _ACTION.sub("{action}", self.path)


_OPERATIONS: Final[dict[tuple[str, str], Operation]] = {}


def register_operation(method: str, path: str, endpoint: Any, module: str) -> None:
    """Enter an endpoint in the register; raise `TypeError` for a view that is no endpoint."""
    if not isinstance(getattr(endpoint, "contract", None), Contract):
        raise TypeError(f"{method} {path} is not an @endpoint: it does not say who may call it")
    _OPERATIONS[path, method] = Operation(method, path, module, endpoint)


def every_operation() -> list[Operation]:
    """Return all operations of the modules imported so far, by path, then method."""
    return [_OPERATIONS[key] for key in sorted(_OPERATIONS)]


def find_operation(method: str, door: str, action: str | None) -> Operation | None:
    """Return the operation behind a door, or None if its module was not imported or there is none."""
    path = door if action is None else door.replace("{action}", action)
    return _OPERATIONS.get((path, method))


Decorator = Callable[[Any], Any]


class Routes:
    """The operations of one api.py, registered as Chalice's blueprints do it: `@routes.route(path, methods=[...])`.

    Not a `chalice.Blueprint`: that would have to be imported to know its routes, and a cold start imports only the
    context that the first request asks for (see `chalicelib.web.doors`).
    """

    def __init__(self, module: str) -> None:
        self._module = module

    def route(self, path: str, *, methods: tuple[str, ...] | list[str] = ("GET",)) -> Decorator:
        """Register an endpoint under `path` for `methods`; it is returned as it is."""

        def decorate(endpoint: Any) -> Any:
            for method in methods:
                register_operation(method, path, endpoint, self._module)
            return endpoint

        return decorate
