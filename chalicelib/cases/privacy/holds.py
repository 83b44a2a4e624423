"""Legal hold: what keeps a case's personal data from being erased, and for how long (个人信息保护法 art. 47)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from chalicelib.cases.lifecycle.model import Case
from chalicelib.shared.clock import parse_instant
from chalicelib.shared.rule_files import RULES

_RULES: Final = RULES / "archive.json"


class Holds:
    """When a case holds its data: until it is final, nobody may appeal, and the organisation's archive rule is over."""

    def __init__(self, archive_days: Mapping[str, int], kind_of: Callable[[str], str | None]) -> None:
        self._archive_days = archive_days
        self._kind_of = kind_of

    @classmethod
    def load(cls, kind_of: Callable[[str], str | None]) -> Holds:
        """Return the holds by the rules that ship. `kind_of`: the kind of an organisation, by its id."""
        rules = json.loads(_RULES.read_text(encoding="utf-8"))["rules"]
        return cls({one["kind"]: one["days"] for one in rules}, kind_of)

    def holds(self, case: Case, now: datetime) -> bool:
        """Tell whether the case's personal data must be kept now."""
        if not case.state.ended or case.ended_at is None:
            return True
        if case.appeal is not None and not case.appeal["decided"]:
            return True
        if case.status == "withdrawn" and "accepted" not in case.reached:
            return False  # nobody but the applicant was ever asked to do anything
        for deadline in case.deadlines:  # of a final case: somebody may appeal, or waits for an answer to an appeal
            if deadline.rule != "appeal_window" or not deadline.is_over(now):
                return True
        days = self._archive_days.get(self._kind_of(case.organisation) or "*", self._archive_days["*"])
        return now < parse_instant(case.ended_at) + timedelta(days=days)
