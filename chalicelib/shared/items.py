"""DynamoDB items as plain Python values and back, through boto3's own (de)serialisers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

Item = dict[str, Any]
"""One item: attribute names to `str`, `int`, `Decimal`, `bool`, `bytes`, `None`, lists, dicts, sets."""


def to_wire(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `values` as DynamoDB's typed attributes."""
    serialize = _codecs()[0].serialize
    return {name: serialize(value) for name, value in values.items()}


def from_wire(attributes: Mapping[str, Any]) -> Item:
    """Return typed attributes as plain values: whole numbers as `int`, binaries as `bytes`."""
    deserialize = _codecs()[1].deserialize
    return {name: _plain(deserialize(value)) for name, value in attributes.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if type(value).__name__ == "Binary":
        return bytes(value.value)
    return value


@cache
def _codecs() -> tuple[Any, Any]:
    from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

    return TypeSerializer(), TypeDeserializer()
