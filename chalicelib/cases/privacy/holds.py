"""Legal hold: what keeps a case's personal data from being erased, and for how long (个人信息保护法 art. 47).

An agreement in force holds until it was performed, or quietly concluded: its duties run, and a court may still have to
confirm it. A default that was reported ends by nobody's act; it holds as long as the other side can go to court.
"""

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
    """When a case holds its data: until it is final, nobody may appeal, and the organisation's archive rule is over.

    `claim_days`: how long the other side can sue after a default that was reported.
    """

    def __init__(self, archive_days: Mapping[str, int], claim_days: int, kind_of: Callable[[str], str | None]) -> None:
        self._archive_days = archive_days
        self._claim_days = claim_days
        self._kind_of = kind_of

    @classmethod
    def load(cls, kind_of: Callable[[str], str | None]) -> Holds:
        """Return the holds by the rules that ship. `kind_of`: the kind of an organisation, by its id."""
        document = json.loads(_RULES.read_text(encoding="utf-8"))
        days = {one["kind"]: one["days"] for one in document["rules"]}
        return cls(days, document["unperformed"]["days"], kind_of)

    def holds(self, case: Case, now: datetime) -> bool:
        """Tell whether the case's personal data must be kept now."""
        if case.status == "defaulted":
            return bool(case.deadlines) or now < self._claims_end(case)
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

    def _claims_end(self, case: Case) -> datetime:
        """Return until when the other side can sue on what was reported last as not performed."""
        reported = [duty.defaulted_at for duty in case.duties if duty.defaulted_at is not None]
        return parse_instant(max(reported, default=case.since)) + timedelta(days=self._claim_days)
