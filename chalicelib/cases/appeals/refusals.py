"""Why an appeal is not taken, as answers to a person."""

from __future__ import annotations

from chalicelib.shared.errors import Conflict
from chalicelib.shared.texts import Text


class NotAppealable(Conflict):
    """An appeal in a case that has not ended, or whose window is over, or that has one already."""

    slug = "not-appealable"
    title = Text("当前不能申诉", "No appeal can be filed now")
    remedy = Text(
        "案件终结后 30 日内可以申诉一次；超过期限请依法提起诉讼。",
        "One appeal may be filed within 30 days of the end of the case; after that, go to court.",
    )


class AlreadyDecided(Conflict):
    """A second decision of one appeal."""

    slug = "already-decided"
    title = Text("该申诉已有复核结论", "This appeal has been decided")
    remedy = Text("复核结论不能更改。", "A decision is not changed.")
