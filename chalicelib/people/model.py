"""What is kept about people apart from their cases: whom a pseudonym stands for, and who looked at their data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chalicelib.shared.texts import Text

PURPOSES: Final[dict[str, Text]] = {
    "case_handling": Text("办理案件", "handling the case"),
    "judicial_confirmation": Text("司法确认审查", "judicial confirmation"),
    "appeal_review": Text("申诉复核", "review of an appeal"),
    "supervision": Text("监督检查", "supervision"),
    "complaint": Text("投诉处理", "handling a complaint"),
}
"""Why staff may read personal data (个人信息保护法 art. 6: a definite and reasonable purpose)."""


@dataclass(frozen=True, slots=True)
class Access:
    """One reading of somebody's personal data by staff. `person`, `reader`: pseudonyms."""

    person: str
    at: str
    case_code: str
    reader: str
    role: str
    organisation: str | None
    purpose: str
    what: str
    id: str = ""
