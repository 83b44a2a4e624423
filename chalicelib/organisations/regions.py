"""The districts of the city, by code (GB/T 2260), with their names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from chalicelib.organisations.model import Organisation
from chalicelib.shared.rule_files import read_rules
from chalicelib.shared.texts import Text

_FILE: Final = "regions"


@dataclass(frozen=True, slots=True)
class District:
    """A district. `name`: None where it is not known."""

    code: str
    name: Text | None


@cache
def _names() -> dict[str, Text]:
    return {one["code"]: Text(**one["name"]) for one in read_rules(_FILE)["regions"]}


def find_region_name(code: str) -> Text | None:
    """Return what a district is called, or None where that is not known."""
    return _names().get(code)


def districts_of(organisations: Iterable[Organisation]) -> list[District]:
    """Return the city's districts by code: those with a name, and those that somebody who mediates serves without."""
    served = {code for one in organisations if one.mediates for code in one.covers}
    every = (served | set(_names())) - {read_rules(_FILE)["city"]}
    return [District(code, find_region_name(code)) for code in sorted(every)]
