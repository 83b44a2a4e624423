"""What is kept about people apart from their cases: whom a pseudonym stands for, and who looked at their data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from chalicelib.shared.errors import Conflict
from chalicelib.shared.texts import Text

PURPOSES: Final[dict[str, Text]] = {
    "case_handling": Text("办理案件", "handling the case"),
    "judicial_confirmation": Text("司法确认审查", "judicial confirmation"),
    "appeal_review": Text("申诉复核", "review of an appeal"),
    "supervision": Text("监督检查", "supervision"),
    "complaint": Text("投诉处理", "handling a complaint"),
}
"""Why staff may read personal data (个人信息保护法 art. 6: a definite and reasonable purpose)."""


class LegalHold(Conflict):
    """Data that must be kept for now."""

    slug = "legal-hold"
    title = Text("您的个人信息暂不能删除", "Your data cannot be erased yet")
    remedy = Text(
        "案件办结且申诉期满后可再次申请（个人信息保护法第四十七条）。",
        "Ask again when your cases are over and their appeal windows closed (Personal Information Protection Law, 47).",
    )

    @classmethod
    def of(cls, codes: Sequence[str]) -> Self:
        """Return the refusal that names the cases which hold the data."""
        said = "、".join(codes)
        return cls(Text(f"以下案件尚未结束：{said}。", f"These cases are not over: {', '.join(codes)}."))


class ProfileChanged(Conflict):
    """The person filed or joined a case while they were being erased; what is erased is decided anew."""


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
