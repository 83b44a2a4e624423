"""From a row of the file to a service item, or to everything that is wrong with it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from chalicelib.catalogue.model import ServiceItem
from infra.catalogue import columns, parts, values
from infra.catalogue.source import AnyRow, Place, Row, UnreadableRow
from infra.catalogue.values import BadValue, Parse, is_blank, show

_PARSERS: Final[dict[str, Parse]] = {
    "main_item": values.to_main_item,
    "type": values.to_service_type,
    "region": values.to_region,
    "exercise_level": values.to_exercise_level,
    "audience": values.to_audiences,
    "handling_type": values.to_handling_type,
    "visits": values.to_count,
    "conditions": values.to_lines,
    "process": parts.to_process,
    "materials": parts.to_materials,
    "fees": parts.to_fees,
    "windows": parts.to_windows,
    "channels": values.to_channels,
    "bookable": values.to_flag,
    "legal_basis": values.to_lines,
    "qa": parts.to_questions,
    "keywords": values.to_keywords,
    "themes": values.to_themes,
    "popularity": values.to_count,
    "sample": values.to_flag,
    columns.IS_CHARGED: values.to_flag,
}
_UNITS: Final = {"legal_limit": columns.LEGAL_LIMIT_UNIT, "promised_limit": columns.PROMISED_LIMIT_UNIT}
_PARTS_OF_FIELDS: Final = {*_UNITS.values(), columns.LIMIT_UNIT, columns.IS_CHARGED, columns.OPENING_HOURS}

MAX_DOCUMENT_BYTES: Final = 380_000
"""A DynamoDB item has at most 400 KB, and beside the document there are its keys and its digest."""


# What the model's errors are to a person; where a field has words of its own, they are under `<error>:<field>`.
_REASONS: Final = {
    "missing": "is missing or blank, and cannot be left out",
    "string_too_short": "is blank",
    "string_too_long": "has {length} characters, at most {max_length} are allowed",
    "string_pattern_mismatch": "{given} is not a code: letters, digits, - _ and . only, a letter or a digit first",
    "string_pattern_mismatch:region": "{given} is not a region code of 6 or 12 digits (GB/T 2260)",
    "greater_than_equal": "{given} is too small, {ge} is the least",
    "less_than_equal": "{given} is too large, {le} is the most",
    "int_type": "{given} is not a whole number",
    "int_parsing": "{given} is not a whole number",
    "int_from_float": "{given} is not a whole number",
    "extra_forbidden": "is not a name that is known here",
    "string_unicode": "the text holds half a character (a lone surrogate)",
}


class Fault(NamedTuple):
    """One thing that is wrong with a row: where, the field by its name in the file, and why."""

    place: Place
    field: str
    reason: str


class GoodRow(NamedTuple):
    """A row that is a service item, the item's JSON document, and what the file calls the column of its code."""

    place: Place
    item: ServiceItem
    document: str
    code_name: str


class BadRow(NamedTuple):
    """A row that is none; `code` is the item it is about, if that can be told."""

    place: Place
    code: str | None
    faults: Sequence[Fault]
    code_name: str


class _Given(NamedTuple):
    name: str
    value: Any


class RowReader:
    """Reads rows into items. `ignored` gathers the names that stand for no field, and where each came first."""

    def __init__(self) -> None:
        self.ignored: dict[str, Place] = {}

    def read(self, row: AnyRow) -> GoodRow | BadRow:
        """Return the item, or everything that keeps the row from being one."""
        if isinstance(row, UnreadableRow):
            return BadRow(row.place, None, [Fault(row.place, "", row.reason)], "")
        reading = _Reading(row, self.ignored)
        fields = reading.parse()
        item: ServiceItem | None = None
        try:
            item = ServiceItem.model_validate(fields)
        except ValidationError as error:
            reading.add_errors(error.errors(include_url=False))
        if item is not None and not reading.faults:
            document = item.model_dump_json()
            size_bytes = len(document.encode())
            if size_bytes <= MAX_DOCUMENT_BYTES:
                return GoodRow(row.place, item, document, reading.name_of("code"))
            reading.add(
                "", f"the item has {size_bytes // 1000} KB, at most {MAX_DOCUMENT_BYTES // 1000} KB can be kept"
            )
        return BadRow(row.place, reading.find_code(), reading.faults, reading.name_of("code"))


class _Reading:
    """The reading of one row."""

    def __init__(self, row: Row, ignored: dict[str, Place]) -> None:
        self.faults: list[Fault] = []
        self._place = row.place
        self._ignored = ignored
        self._names: dict[str, str] = {}
        self._given: dict[str, _Given] = {}
        self._bad: set[str] = set()
        for name, value in row.values.items():
            self._take(name, value)

    def _take(self, name: str, value: object) -> None:
        field = columns.find_field(name)
        if field is None:
            self._ignored.setdefault(name, self._place)
            return
        self._names.setdefault(field, name)
        if is_blank(value):
            return
        before = self._given.setdefault(field, _Given(name, value))
        if before.value != value:
            self.add(field, f"{before.name} and {name} stand for the same, but say {show(before.value)}, {show(value)}")

    def add(self, field: str, reason: str) -> None:
        """Note what is wrong with a field (none: with the row)."""
        self._bad.add(field)
        self.faults.append(Fault(self._place, self.name_of(field), reason))

    def name_of(self, field: str) -> str:
        """Return what the file calls a field; its national name, if the file does not have it."""
        return self._names.get(field) or columns.TITLES.get(field, "")

    def find_code(self) -> str | None:
        """Return the code the row gives, if there is nothing wrong with it."""
        given = self._given.get("code")
        return None if given is None or "code" in self._bad else values.to_text(given.value).strip()

    def parse(self) -> dict[str, Any]:
        """Return the fields for the model, those without a fault."""
        fields: dict[str, Any] = {}
        for field, given in self._given.items():
            if field in _PARTS_OF_FIELDS or field in self._bad:
                continue
            parsed = self._try(field, self._parser_of(field), given.value)
            if parsed is not None:
                fields[field] = parsed
        self._join_charges(fields)
        self._join_hours(fields)
        return fields

    def _parser_of(self, field: str) -> Parse:
        if field not in _UNITS:
            return _PARSERS.get(field, values.to_text)
        unit = self._given.get(_UNITS[field]) or self._given.get(columns.LIMIT_UNIT)
        return functools.partial(values.to_limit, unit=unit.value if unit else None)

    def _try(self, field: str, parse: Parse, value: object) -> Any:
        try:
            return parse(value)
        except BadValue as error:
            self.add(field, str(error))
            return None

    def _join_charges(self, fields: dict[str, Any]) -> None:
        """是否收费 = 否 is the empty list of fees; beside fees it is a contradiction."""
        given = self._given.get(columns.IS_CHARGED)
        if given is None or self._try(columns.IS_CHARGED, values.to_flag, given.value) is not False:
            return
        if fields.get("fees"):
            self.add("fees", f"{given.name} says {show(given.value)}, but there are fees")
        elif "fees" not in self._bad:
            fields["fees"] = []

    def _join_hours(self, fields: dict[str, Any]) -> None:
        """办理时间 holds for the windows that have no hours of their own."""
        given = self._given.get(columns.OPENING_HOURS)
        if given is None or "windows" in self._bad:
            return
        hours = self._try(columns.OPENING_HOURS, values.to_text, given.value)
        if not fields.get("windows"):
            self._ignored.setdefault(f"{given.name} (where there is no {columns.TITLES['windows']})", self._place)
            return
        for window in fields["windows"]:
            window.setdefault("hours", hours)

    def add_errors(self, errors: Sequence[ErrorDetails]) -> None:
        """Note what the model finds wrong with the fields that could be read."""
        already_bad = frozenset(self._bad)
        for error in errors:
            field, *path = (str(part + 1) if isinstance(part, int) else part for part in error["loc"])
            if field not in already_bad:
                where = "".join(f"item {part}, " if part.isdigit() else f"{part}: " for part in path)
                self.add(field, where + describe_error(field, error))


def describe_error(field: str, error: ErrorDetails) -> str:
    """Return in words what the model finds wrong with a value."""
    given = error["input"]
    kind = f"{error['type']}:{field}" if f"{error['type']}:{field}" in _REASONS else error["type"]
    length = len(given) if isinstance(given, (str, list)) else 0
    reason = _REASONS.get(kind, "{given}: {message}")
    return reason.format(given=show(given), message=error["msg"], length=length, **error.get("ctx", {}))
