"""Why a visit, or a number to be found by, is refused."""

from __future__ import annotations

from chalicelib.shared.errors import Conflict, YimaError
from chalicelib.shared.texts import Text


class CitizenUnknown(YimaError):
    """A reference by which nobody is known here."""

    slug = "citizen-unknown"
    status = 404
    title = Text("未找到该办事人", "Nobody is known by this reference")
    remedy = Text(
        "请核对证件号或手机号，或请办事人出示一次性评价码。", "Check it, or ask the citizen to show a one-time code."
    )


class ContactTaken(Conflict):
    """A phone or identity number that another account is known by."""

    slug = "contact-taken"
    title = Text("该号码已被其他账号登记", "Another account is known by this number")
    remedy = Text("请核对号码，或到窗口核实身份。", "Check the number, or have your identity verified at a window.")
