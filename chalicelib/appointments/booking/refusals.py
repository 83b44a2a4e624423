"""Why an appointment cannot be had, as answers to a person."""

from __future__ import annotations

from chalicelib.shared.errors import Conflict
from chalicelib.shared.texts import Text


class SlotTaken(Conflict):
    """Somebody else has the mediator, or the last room, at that time."""

    slug = "slot-taken"
    title = Text("该时段已被预约", "This slot is taken")
    remedy = Text(
        "请刷新可预约时段后另选，或加入候补。", "Look at the slots again and choose another, or join the waitlist."
    )


class PartyBusy(Conflict):
    """A party of the case has another session at that time."""

    slug = "party-busy"
    title = Text("有一方当事人在该时段已有安排", "A party has another session then")
    remedy = Text("请另选时段；列出的时段各方均有空。", "Choose another slot: those listed suit every party.")


class OutsideHours(Conflict):
    """Not on the grid, not in the mediator's hours, on a rest day, or in a mode that is not offered."""

    slug = "outside-hours"
    title = Text("该时段不在可预约范围内", "No sessions are held then")
    remedy = Text("请从可预约时段中选择。", "Choose one of the slots that are listed.")


class TooSoon(Conflict):
    """In the past, or closer than the lead time."""

    slug = "too-soon"
    title = Text("预约时间过近", "That is too soon")
    remedy = Text("请选择更晚的时段，以便调解员确认。", "Choose a later slot, so that the mediator can confirm.")


class TooFar(Conflict):
    """Beyond the horizon."""

    slug = "too-far"
    title = Text("预约时间过远", "That is too far ahead")
    remedy = Text("请选择更近的时段。", "Choose an earlier slot.")


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


class NotBookable(Conflict):
    """A case in which no session can be booked now."""

    slug = "not-bookable"
    title = Text("案件当前不能预约调解", "No session can be booked in this case now")
    remedy = Text(
        "指派调解员后、结案前可以预约。", "Sessions can be booked once a mediator is assigned, until the case ends."
    )
