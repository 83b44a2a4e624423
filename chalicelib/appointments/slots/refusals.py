"""Why a slot cannot be had, as answers to a person."""

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


class NotBookable(Conflict):
    """A case in which no session can be booked now."""

    slug = "not-bookable"
    title = Text("案件当前不能预约调解", "No session can be booked in this case now")
    remedy = Text(
        "指派调解员后、结案前可以预约。", "Sessions can be booked once a mediator is assigned, until the case ends."
    )
