"""Why something cannot be done to an appointment, as answers to a person."""

from __future__ import annotations

from chalicelib.shared.errors import Conflict
from chalicelib.shared.texts import Text


class DailyLimit(Conflict):
    """More requests than one case, or one citizen a day, may have open."""

    slug = "daily-limit"
    title = Text("预约次数已达上限", "You have reached the limit of requests")
    remedy = Text("请等待已有预约确认或取消后再试。", "Wait until an open request is answered, or cancel one.")


class HoldExpired(Conflict):
    """The slot was kept for the request for a time, which is over."""

    slug = "hold-expired"
    title = Text("预约保留时间已过", "The hold has lapsed")
    remedy = Text("请重新选择时段预约。", "Choose a slot and book again.")


class NotNow(Conflict):
    """An action that the appointment's status, or the time, does not allow."""

    slug = "appointment-state"
    title = Text("当前不能进行此操作", "This cannot be done to the appointment now")
    remedy = Text("请刷新预约，按 actions 中列出的操作办理。", "Read it again; `actions` lists what can be done now.")


class TooLate(Conflict):
    """A cancellation or change after the cut-off."""

    slug = "too-late"
    title = Text("已过可取消或改期的时间", "It is too late to change this")
    remedy = Text("请直接联系调解员。", "Contact the mediator.")
