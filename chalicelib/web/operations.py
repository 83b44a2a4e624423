"""The register of every HTTP operation: its path, who may call it, its models. OpenAPI is made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from pydantic import BaseModel

from chalicelib.shared.errors import YimaError


class Access(Enum):
    """Who may call an operation at all; what they may do there is the context's policy."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


@dataclass(frozen=True, slots=True)
class Contract:
    """What an endpoint takes and gives."""

    name: str
    summary: str
    access: Access
    status: int
    path_parameters: tuple[str, ...]
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    answer: type[BaseModel] | None
    media_type: str
    problems: tuple[type[YimaError], ...]
    idempotent_by_key: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """A contract at its method and path."""

    method: str
    path: str
    contract: Contract


_OPERATIONS: Final[dict[tuple[str, str], Operation]] = {}


def register_operation(method: str, path: str, view: Callable[..., Any]) -> None:
    """Enter the endpoint `view` in the register; raise `TypeError` for a view that is no endpoint."""
    contract = getattr(view, "contract", None)
    if not isinstance(contract, Contract):
        raise TypeError(f"{method} {path} is not an @endpoint: it does not say who may call it")
    _OPERATIONS[path, method] = Operation(method, path, contract)


def every_operation() -> list[Operation]:
    """Return all registered operations, by path, then method."""
    return [_OPERATIONS[key] for key in sorted(_OPERATIONS)]


def has_operation(method: str, path: str) -> bool:
    """Tell whether this deployment serves `method path`."""
    return (path, method) in _OPERATIONS
