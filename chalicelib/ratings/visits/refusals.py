"""Why a visit is refused."""

from __future__ import annotations

from chalicelib.shared.errors import Conflict, YimaError
from chalicelib.shared.texts import Text


class CitizenUnknown(YimaError):
    """A reference by which nobody is known here."""

    slug = "citizen-unknown"
    status = 404
    title = Text("未找到该办事人", "Nobody is known by this reference")
    remedy = Text(
        "请核对手机号（须经本人验证），或请办事人出示一次性评价码。",
        "Check the number (citizens prove theirs themselves), or ask the citizen to show a one-time code.",
    )


class CitizenAmbiguous(Conflict):
    """A number that several people have proved, as families do."""

    slug = "citizen-ambiguous"
    title = Text("该号码由多人使用", "Several people are known by this number")
    remedy = Text("请办事人出示一次性评价码。", "Ask the citizen to show a one-time code.")
