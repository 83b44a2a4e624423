"""Why an erasure is refused, or decided anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from chalicelib.shared.errors import Conflict
from chalicelib.shared.texts import Text


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
