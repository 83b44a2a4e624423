"""Dataclasses as items of DynamoDB and back, read off their annotations.

Tuples are stored as lists and sets as lists in order; what is None is left out. Back again, a field takes the type that
its annotation says: a tuple (also a named one), a frozenset, a dataclass, or containers of them. Unknown attributes
(keys, indexes) are passed over; a missing one needs a default.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar, get_args, get_origin

R = TypeVar("R")

Read = Callable[[Any], Any]


def to_item(record: Any) -> dict[str, Any]:
    """Return the attributes of a dataclass's item, without keys."""
    fields = dataclasses.fields(record)
    values = {field.name: getattr(record, field.name) for field in fields}
    return {name: _stored(value) for name, value in values.items() if value is not None}


def from_item(kind: type[R], item: Mapping[str, Any]) -> R:
    """Return the dataclass `kind` that an item holds; raise `TypeError` if one without a default is missing."""
    values: dict[str, Any] = dict.fromkeys(_may_be_none(typing.cast("Any", kind)))
    for name, read in _readers(typing.cast("Any", kind)).items():
        if name in item:
            value = item[name]
            values[name] = value if read is None or value is None else read(value)
    return kind(**values)


def _stored(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return to_item(value)
    if isinstance(value, (tuple, list)):
        return [_stored(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(_stored(one) for one in value)
    if isinstance(value, Mapping):
        return {name: _stored(one) for name, one in value.items()}
    return value


@cache
def _may_be_none(kind: type) -> tuple[str, ...]:
    """Return the fields without a default that may be None: `to_item` leaves them out then."""
    hints = typing.get_type_hints(kind)
    absent = dataclasses.MISSING
    needed = [one for one in dataclasses.fields(kind) if one.default is absent and one.default_factory is absent]
    return tuple(one.name for one in needed if type(None) in get_args(hints[one.name]))


@cache
def _readers(kind: type) -> dict[str, Read | None]:
    """Return how each field is read; None: as it is stored."""
    hints = typing.get_type_hints(kind)
    return {field.name: _reader(hints[field.name]) for field in dataclasses.fields(kind) if field.init}


def _reader(hint: Any) -> Read | None:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {types.UnionType, typing.Union}:
        wanted = [one for one in arguments if one is not type(None)]
        return _reader(wanted[0]) if len(wanted) == 1 else None
    if dataclasses.is_dataclass(hint):
        return lambda value: from_item(hint, value)  # type: ignore[arg-type]
    if origin is tuple or hasattr(hint, "_fields"):
        return _tuple_reader(hint, arguments)
    if origin is frozenset:
        return frozenset
    if isinstance(origin, type) and issubclass(origin, Mapping) and len(arguments) == 2:  # noqa: PLR2004
        inner = _reader(arguments[1])
        return None if inner is None else lambda value: {name: inner(one) for name, one in value.items()}
    return None


def _tuple_reader(hint: Any, arguments: tuple[Any, ...]) -> Read:
    if hasattr(hint, "_fields"):
        return lambda value: hint(*value)
    alike = len(arguments) == 2 and arguments[1] is Ellipsis  # noqa: PLR2004
    inner = _reader(arguments[0]) if alike else None
    return tuple if inner is None else lambda value: tuple(inner(one) for one in value)
