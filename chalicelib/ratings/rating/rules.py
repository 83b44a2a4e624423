"""The limits of ratings, and the tags for each target and level, as data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Final, Self

from chalicelib.shared.rule_files import RULES
from chalicelib.shared.texts import Text

_FILE: Final = RULES / "ratings.json"
BAD_LEVELS: Final = frozenset({1, 2})
LEVELS: Final = (5, 4, 3, 2, 1)


@dataclass(frozen=True, slots=True)
class Tag:
    """Something to tick. `kinds`: targets that it suits; `levels`: levels that it suits."""

    code: str
    name: Text
    kinds: frozenset[str]
    levels: frozenset[int]


@dataclass(frozen=True, slots=True)
class RatingRules:
    """One version of the rules."""

    min_group: int
    invitation_days: int
    max_text: int
    burst_minutes: int
    burst_ratings: int
    visit_code_minutes: int
    level_names: dict[int, Text]
    tags: dict[str, Tag]

    @classmethod
    @cache
    def load(cls) -> Self:
        """Return the rules that ship; read once a process."""
        document = json.loads(_FILE.read_text(encoding="utf-8"))
        tags = {
            one["code"]: Tag(one["code"], Text(**one["name"]), frozenset(one["kinds"]), frozenset(one["levels"]))
            for one in document["tags"]
        }
        return cls(
            document["min_group"],
            document["invitation_days"],
            document["max_text"],
            document["burst"]["minutes"],
            document["burst"]["ratings"],
            document["visit_code_minutes"],
            {one["level"]: Text(**one["name"]) for one in document["levels"]},
            tags,
        )
