"""The two-level taxonomy of disputes, as data: what each type takes, what it does not and where else to go."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Self

from chalicelib.shared.rule_files import RULES
from chalicelib.shared.texts import Text

_FILE: Final = RULES / "dispute_types.json"


@dataclass(frozen=True, slots=True)
class Subtype:
    """A type of the second level. `main`: the code of its main type, with which its own begins."""

    code: str
    main: str
    name: Text


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Something that is not taken, and where to go instead."""

    what: Text
    instead: Text


@dataclass(frozen=True, slots=True)
class DisputeType:
    """A main type."""

    code: str
    name: Text
    children: tuple[Subtype, ...]
    accepted: tuple[Text, ...]
    not_accepted: tuple[Elsewhere, ...]
    evidence: tuple[Text, ...]
    organisation_kinds: tuple[str, ...]

    @property
    def main(self) -> str:
        """Its own code: it is its own main type."""
        return self.code


@dataclass(frozen=True, slots=True)
class DisputeTypes:
    """Every type, by code, in the file's order; the path that all of them take."""

    version: str
    path: tuple[Text, ...]
    mains: Mapping[str, DisputeType]
    subtypes: Mapping[str, Subtype]

    @classmethod
    @cache
    def load(cls) -> Self:
        """Return the types that ship; read once a process."""
        document = json.loads(_FILE.read_text(encoding="utf-8"))
        mains = {one["code"]: _main(one) for one in document["types"]}
        path = tuple(Text(*pair) for pair in zip(document["path"]["zh"], document["path"]["en"], strict=True))
        subtypes = {child.code: child for main in mains.values() for child in main.children}
        return cls(document["version"], path, mains, subtypes)

    def find_type(self, code: str) -> DisputeType | Subtype | None:
        """Return the type of a code, of either level, or None."""
        return self.mains.get(code) or self.subtypes.get(code)

    def find_main(self, code: str) -> str | None:
        """Return the main type's code for a code of either level, or None."""
        found = self.find_type(code)
        return None if found is None else found.main


def _main(one: Mapping[str, Any]) -> DisputeType:
    return DisputeType(
        code=one["code"],
        name=Text(**one["name"]),
        children=tuple(Subtype(child["code"], one["code"], Text(**child["name"])) for child in one["children"]),
        accepted=tuple(Text(**text) for text in one["accepted"]),
        not_accepted=tuple(Elsewhere(Text(**each["what"]), Text(**each["instead"])) for each in one["not_accepted"]),
        evidence=tuple(Text(**text) for text in one["evidence"]),
        organisation_kinds=tuple(one["organisation_kinds"]),
    )
