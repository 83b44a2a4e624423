"""A version of the terms, as its file says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final, Self

from chalicelib.shared.rule_files import RULES
from chalicelib.shared.texts import Text

_FOLDER: Final = RULES / "terms"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What data is used for, and why that is needed. `fields`: the data, in words."""

    id: str
    name: Text
    why: Text
    fields: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """One version, in force from a day on. `paragraphs`: what a party agrees to."""

    version: str
    since: date
    paragraphs: tuple[Text, ...]
    purposes: tuple[Purpose, ...]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return the terms that a file describes."""
        return cls(
            document["version"],
            date.fromisoformat(document["from"]),
            tuple(Text(**one) for one in document["paragraphs"]),
            tuple(
                Purpose(
                    one["id"], Text(**one["name"]), Text(**one["why"]), tuple(Text(**each) for each in one["fields"])
                )
                for one in document["purposes"]
            ),
        )


@cache
def every_version() -> tuple[Terms, ...]:
    """Return every version that ships, newest first; read once a process."""
    read = [Terms.of(json.loads(path.read_text(encoding="utf-8"))) for path in _FOLDER.glob("*.json")]
    return tuple(sorted(read, key=lambda one: (one.since, one.version), reverse=True))
