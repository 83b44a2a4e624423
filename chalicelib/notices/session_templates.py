"""What people are told of sessions of mediation."""

from __future__ import annotations

from typing import Final

from chalicelib.notices.template import Template, template

SESSION_TEMPLATES: Final[dict[str, Template]] = {
    "appointment_requested": template(
        "预约待确认",
        "A session was requested",
        "案件 {code} 预约于 {start}，待调解员确认。",
        "A session of case {code} is requested for {start}; the mediator is to confirm.",
        stands_in=("requested",),
    ),
    "appointment_confirmed": template(
        "预约已确认",
        "The session is confirmed",
        "案件 {code} 的调解定于 {start}。",
        "The session of case {code} is confirmed for {start}.",
        stands_in=("confirmed",),
    ),
    "appointment_declined": template(
        "预约未获确认",
        "The session was declined",
        "案件 {code} 原定 {start} 的预约未获确认，请另选时间。",
        "The session of case {code} for {start} was declined; choose another time.",
    ),
    "appointment_accepted": template(
        "对方接受预约",
        "The other party accepted",
        "案件 {code} 的对方接受 {start} 的预约。",
        "The other party of case {code} accepted the session at {start}.",
    ),
    "appointment_objected": template(
        "对方不接受预约",
        "The other party objects",
        "案件 {code} 的对方对 {start} 的预约有异议。",
        "The other party of case {code} objects to the session at {start}.",
    ),
    "appointment_moved": template(
        "预约已改期",
        "The session was moved",
        "案件 {code} 的调解改至 {start}。",
        "The session of case {code} was moved to {start}.",
        stands_in=("requested", "confirmed"),
    ),
    "appointment_cancelled": template(
        "预约已取消",
        "The session was cancelled",
        "案件 {code} 原定 {start} 的调解已取消。",
        "The session of case {code} at {start} was cancelled.",
    ),
    "appointment_expired": template(
        "预约未获确认",
        "The request lapsed",
        "案件 {code} 原定 {start} 的预约逾期未确认，请另选时间。",
        "The request of case {code} for {start} was not confirmed in time; choose another time.",
    ),
    "appointment_reminder": template(
        "调解提醒",
        "Your session is coming",
        "案件 {code} 的调解将于 {start} 进行。",
        "The session of case {code} begins at {start}.",
        always=True,
        stands_in=("confirmed",),
    ),
    "session_held": template(
        "调解已进行",
        "The session was held",
        "案件 {code} 的一次调解已进行，欢迎评价。",
        "A session of case {code} was held; you may rate it.",
    ),
    "no_show_recorded": template(
        "未到场记录",
        "An absence was recorded",
        "案件 {code} 于 {start} 的调解有一方未到场。",
        "Somebody did not come to the session of case {code} at {start}.",
    ),
    "session_report_asked": template(
        "请登记调解结果",
        "Please record the session",
        "案件 {code} 原定 {start} 的调解时间已过，尚未登记结果。请在 {due} 前登记已进行或未到场，逾期即关闭。",
        "The session of case {code} at {start} is over and not recorded. Say by {due} whether it was held or somebody "
        "did not come; after that it is closed as unreported.",
    ),
    "session_unreported": template(
        "调解结果未登记",
        "The session was not recorded",
        "案件 {code} 原定 {start} 的调解未在期限内登记结果，该次预约已关闭；如需继续调解，可另行预约。",
        "Nobody recorded in time what became of the session of case {code} at {start}; it was closed. If mediation "
        "goes on, another session can be booked.",
    ),
    "slot_offered": template(
        "有空出的时间",
        "A slot has become free",
        "案件 {code} 候补的时间 {start} 已空出，为您保留至 {due}。",
        "A slot at {start} became free for case {code}; it is kept for you until {due}.",
        always=True,
    ),
}
