"""What people are told of each event: one table of words in both languages, with what to do next.

`{code}` is the case's code, `{due}` a due date, `{start}` the time of an appointment.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from chalicelib.shared.texts import Text


class Template(NamedTuple):
    """The words for one event, and how its message leaves.

    `always`: by every channel, whatever the person prefers: to miss it costs a right or an appointment. `stands_in`:
    of an event that announces a session, the statuses in which the session still stands as the message says.
    """

    title: Text
    text: Text
    always: bool = False
    stands_in: frozenset[str] = frozenset()


def _template(
    zh: str, en: str, text_zh: str, text_en: str, *, always: bool = False, stands_in: tuple[str, ...] = ()
) -> Template:
    return Template(Text(zh, en), Text(text_zh, text_en), always, frozenset(stands_in))


TEMPLATES: Final[dict[str, Template]] = {
    "accepted": _template(
        "案件已受理",
        "Your case was accepted",
        "案件 {code} 已受理。请把邀请码转交被申请人；邀请码在案件页面随时可查。",
        "Case {code} was accepted. Hand the invite code to the respondent; the case page always shows it.",
    ),
    "refused": _template(
        "案件不予受理",
        "Your case was not accepted",
        "案件 {code} 不予受理。理由和其他途径见案件页面；如有异议，可在期限内申诉。",
        "Case {code} was not accepted. The case page says why and where else to go; you may appeal in time.",
    ),
    "joined": _template(
        "被申请人已加入",
        "The respondent joined",
        "案件 {code} 的一方被申请人已加入。",
        "A respondent joined case {code}.",
    ),
    "consented": _template(
        "一方同意调解",
        "A respondent agreed",
        "案件 {code} 的一方被申请人同意调解。",
        "A respondent of case {code} agreed to mediation.",
    ),
    "all_consented": _template(
        "各方同意调解",
        "All have agreed",
        "案件 {code} 各方均同意调解，调解组织将指派调解员。",
        "All parties of case {code} agreed; the organisation will assign a mediator.",
    ),
    "declined": _template(
        "对方不同意调解",
        "Mediation was declined",
        "案件 {code} 因被申请人不同意而终结。您仍可申请仲裁或起诉。",
        "Case {code} ended because a respondent declined. Arbitration and the court remain open to you.",
    ),
    "marked_unreachable": _template(
        "无法联系被申请人",
        "The respondent could not be reached",
        "案件 {code} 因多次联系未果而终结。",
        "Case {code} ended: the respondent could not be reached.",
    ),
    "assigned": _template(
        "已指派调解员",
        "A mediator was assigned",
        "案件 {code} 已指派调解员，等待其确认承办。",
        "A mediator was assigned to case {code}, and is to confirm.",
    ),
    "taken": _template(
        "调解开始",
        "Mediation begins",
        "案件 {code} 的调解员已承办，可以预约调解时间。",
        "The mediator took case {code}; a session can be booked now.",
    ),
    "passed": _template(
        "将另行指派调解员",
        "Another mediator will be assigned",
        "案件 {code} 的调解员已退回案件。",
        "The mediator passed case {code} on.",
    ),
    "lapsed": _template(
        "将另行指派调解员",
        "Another mediator will be assigned",
        "案件 {code} 的调解员逾期未确认，将另行指派。",
        "The mediator of case {code} did not answer in time.",
    ),
    "agreement_drafted": _template(
        "请签署调解协议",
        "Please sign the agreement",
        "案件 {code} 的调解协议已拟定。请仔细阅读后签署。",
        "The agreement of case {code} is ready. Read it, then sign.",
    ),
    "signed": _template(
        "一方已签署",
        "A party has signed",
        "案件 {code} 的一方已签署调解协议。",
        "A party of case {code} signed the agreement.",
    ),
    "agreement_effective": _template(
        "调解协议生效",
        "The agreement is in force",
        "案件 {code} 的调解协议已生效。30 日内各方可共同申请司法确认。",
        "The agreement of case {code} is in force. Within 30 days you may jointly ask the court to confirm it.",
    ),
    "refused_to_sign": _template(
        "一方拒绝签署", "A party refused to sign", "案件 {code} 继续调解。", "Mediation of case {code} goes on."
    ),
    "ended": _template(
        "调解终结",
        "The mediation has ended",
        "案件 {code} 的调解已终结；其他途径见案件页面。",
        "The mediation of case {code} has ended; the case page shows other routes.",
    ),
    "extension_agreed": _template(
        "一方同意延期",
        "A party agreed to an extension",
        "案件 {code} 的一方同意延长调解期限。",
        "A party of case {code} agreed to a longer period.",
    ),
    "extended": _template(
        "调解期限已延长",
        "The period was extended",
        "案件 {code} 的调解期限已延长。",
        "The mediation period of case {code} was extended.",
    ),
    "withdrawn": _template(
        "申请已撤回",
        "The application was withdrawn",
        "案件 {code} 的申请人已撤回申请。",
        "The applicant withdrew case {code}.",
    ),
    "confirmation_requested": _template(
        "一方申请司法确认",
        "A party asks for court confirmation",
        "案件 {code} 的一方已申请司法确认；须各方在期限内共同申请。",
        "A party of case {code} applied for confirmation; all must apply within the window.",
    ),
    "confirmation_applied": _template(
        "已申请司法确认",
        "The court was asked to confirm",
        "案件 {code} 已提交人民法院审查。",
        "Case {code} is before the court.",
    ),
    "confirmed": _template(
        "法院已确认",
        "The court confirmed",
        "案件 {code} 的调解协议经裁定有效。",
        "The court confirmed the agreement of case {code}.",
    ),
    "dismissed": _template(
        "法院驳回申请",
        "The court dismissed the application",
        "案件 {code} 的司法确认申请被驳回；可变更协议、重新调解或起诉。",
        "The application of case {code} was dismissed: amend the agreement, mediate again, or sue.",
    ),
    "fulfilment_stated": _template(
        "一方确认已履行",
        "A party says it was carried out",
        "案件 {code} 的一方确认协议已履行，请您核实确认。",
        "A party of case {code} says the agreement was carried out; please confirm.",
    ),
    "fulfilled": _template(
        "协议已履行",
        "The agreement was carried out",
        "案件 {code} 的协议已履行完毕。",
        "The agreement of case {code} was carried out.",
    ),
    "window_ended": _template(
        "案件办结",
        "The case is settled",
        "案件 {code} 期限届满，无人主张权利，已结案。",
        "The window of case {code} ended without a claim; it is settled.",
    ),
    "appealed": _template(
        "收到申诉",
        "An appeal was filed",
        "案件 {code} 有一方提出申诉，将由未参与办理的人员复核。",
        "A party of case {code} appealed; somebody who had no part in it will decide.",
    ),
    "appeal_upheld": _template(
        "申诉成立", "The appeal was upheld", "案件 {code} 的申诉成立。", "The appeal in case {code} was upheld."
    ),
    "appeal_rejected": _template(
        "申诉不成立",
        "The appeal was not upheld",
        "案件 {code} 的申诉不成立，理由见案件页面。",
        "The appeal in case {code} was not upheld; the case page says why.",
    ),
    "reopened": _template(
        "案件重新受理",
        "The case was reopened",
        "案件 {code} 经申诉重新受理，将另行指派调解员。",
        "Case {code} was reopened on appeal; another mediator will be assigned.",
    ),
    "escalated": _template(
        "期限已过",
        "A due date has passed",
        "案件 {code} 有一项期限（{due}）已过，已提请督办。",
        "A due date of case {code} ({due}) has passed; it was escalated.",
        always=True,
    ),
    "deadline_moved": _template(
        "期限日期有变更",
        "A due date moved",
        "国家公布了新的节假日安排，案件 {code} 的一项期限现为 {due}，请以此为准。",
        "With a newly published calendar of holidays, a due date of case {code} is now {due}.",
        always=True,
    ),
    "evidence_added": _template(
        "有新材料", "New evidence", "案件 {code} 有一方提交了材料。", "Evidence was added to case {code}."
    ),
    "appointment_requested": _template(
        "预约待确认",
        "A session was requested",
        "案件 {code} 预约于 {start}，待调解员确认。",
        "A session of case {code} is requested for {start}; the mediator is to confirm.",
        stands_in=("requested",),
    ),
    "appointment_confirmed": _template(
        "预约已确认",
        "The session is confirmed",
        "案件 {code} 的调解定于 {start}。",
        "The session of case {code} is confirmed for {start}.",
        stands_in=("confirmed",),
    ),
    "appointment_declined": _template(
        "预约未获确认",
        "The session was declined",
        "案件 {code} 原定 {start} 的预约未获确认，请另选时间。",
        "The session of case {code} for {start} was declined; choose another time.",
    ),
    "appointment_accepted": _template(
        "对方接受预约",
        "The other party accepted",
        "案件 {code} 的对方接受 {start} 的预约。",
        "The other party of case {code} accepted the session at {start}.",
    ),
    "appointment_objected": _template(
        "对方不接受预约",
        "The other party objects",
        "案件 {code} 的对方对 {start} 的预约有异议。",
        "The other party of case {code} objects to the session at {start}.",
    ),
    "appointment_moved": _template(
        "预约已改期",
        "The session was moved",
        "案件 {code} 的调解改至 {start}。",
        "The session of case {code} was moved to {start}.",
        stands_in=("requested", "confirmed"),
    ),
    "appointment_cancelled": _template(
        "预约已取消",
        "The session was cancelled",
        "案件 {code} 原定 {start} 的调解已取消。",
        "The session of case {code} at {start} was cancelled.",
    ),
    "appointment_expired": _template(
        "预约未获确认",
        "The request lapsed",
        "案件 {code} 原定 {start} 的预约逾期未确认，请另选时间。",
        "The request of case {code} for {start} was not confirmed in time; choose another time.",
    ),
    "appointment_reminder": _template(
        "调解提醒",
        "Your session is coming",
        "案件 {code} 的调解将于 {start} 进行。",
        "The session of case {code} begins at {start}.",
        always=True,
        stands_in=("confirmed",),
    ),
    "session_held": _template(
        "调解已进行",
        "The session was held",
        "案件 {code} 的一次调解已进行，欢迎评价。",
        "A session of case {code} was held; you may rate it.",
    ),
    "no_show_recorded": _template(
        "未到场记录",
        "An absence was recorded",
        "案件 {code} 于 {start} 的调解有一方未到场。",
        "Somebody did not come to the session of case {code} at {start}.",
    ),
    "session_report_asked": _template(
        "请登记调解结果",
        "Please record the session",
        "案件 {code} 原定 {start} 的调解时间已过，尚未登记结果。请在 {due} 前登记已进行或未到场，逾期即关闭。",
        "The session of case {code} at {start} is over and not recorded. Say by {due} whether it was held or somebody "
        "did not come; after that it is closed as unreported.",
    ),
    "session_unreported": _template(
        "调解结果未登记",
        "The session was not recorded",
        "案件 {code} 原定 {start} 的调解未在期限内登记结果，该次预约已关闭；如需继续调解，可另行预约。",
        "Nobody recorded in time what became of the session of case {code} at {start}; it was closed. If mediation "
        "goes on, another session can be booked.",
    ),
    "slot_offered": _template(
        "有空出的时间",
        "A slot has become free",
        "案件 {code} 候补的时间 {start} 已空出，为您保留至 {due}。",
        "A slot at {start} became free for case {code}; it is kept for you until {due}.",
        always=True,
    ),
}

ALWAYS_SENT: Final = frozenset(name for name, template in TEMPLATES.items() if template.always)
"""Events whose message leaves by every channel."""
