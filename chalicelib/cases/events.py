"""What events and people of a case are called in front of citizens, in both languages."""

from __future__ import annotations

from typing import Final

from chalicelib.shared.texts import Text

EVENTS: Final[dict[str, Text]] = {
    name: Text(zh, en)
    for name, zh, en in (
        ("submitted", "申请已提交", "The application was filed"),
        ("accepted", "调解组织已受理，已邀请被申请人", "The case was accepted; the respondent is invited"),
        ("refused", "不予受理", "The case was not accepted"),
        ("joined", "被申请人已加入", "A respondent joined the case"),
        ("consented", "一方被申请人同意调解", "A respondent agreed to mediation"),
        ("all_consented", "各方均同意调解", "All parties have agreed to mediation"),
        ("declined", "被申请人不同意调解，调解终结", "A respondent declined; the mediation has ended"),
        (
            "marked_unreachable",
            "多次联系未果，调解终结",
            "The respondent could not be reached; the mediation has ended",
        ),
        ("assigned", "已指派调解员", "A mediator was assigned"),
        ("taken", "调解员已承办，调解开始", "The mediator took the case; mediation begins"),
        ("passed", "调解员退回，将另行指派", "The mediator passed the case on; another one will be assigned"),
        ("lapsed", "调解员逾期未确认，将另行指派", "The mediator did not answer in time; another one will be assigned"),
        ("agreement_drafted", "调解协议已拟定，待签署", "The agreement was drafted and awaits signatures"),
        ("signed", "一方已签署调解协议", "A party signed the agreement"),
        ("agreement_effective", "各方均已签署，调解协议生效", "All have signed; the agreement is in force"),
        ("refused_to_sign", "一方拒绝签署，继续调解", "A party refused to sign; mediation goes on"),
        ("ended", "调解终结", "The mediation has ended"),
        ("extension_agreed", "一方同意延长调解期限", "A party agreed to a longer mediation period"),
        ("extended", "各方同意延长调解期限", "All agreed to a longer mediation period"),
        ("withdrawn", "申请人撤回申请", "The applicant withdrew the application"),
        ("confirmation_requested", "一方申请司法确认", "A party applied for judicial confirmation"),
        ("confirmation_applied", "各方共同申请司法确认", "All parties applied for judicial confirmation"),
        ("confirmed", "人民法院裁定调解协议有效", "The court confirmed the agreement"),
        ("dismissed", "人民法院裁定驳回申请", "The court dismissed the application"),
        ("fulfilment_stated", "一方确认协议已履行", "A party stated that the agreement was carried out"),
        ("fulfilled", "各方确认协议已履行", "All parties stated that the agreement was carried out"),
        ("window_ended", "期限届满，无人主张权利，结案", "The window ended without a claim; the case is settled"),
        ("appealed", "一方提出申诉", "A party appealed"),
        ("appeal_upheld", "申诉成立", "The appeal was upheld"),
        ("appeal_rejected", "申诉不成立", "The appeal was not upheld"),
        ("reopened", "经申诉重新受理，将另行指派调解员", "Reopened on appeal; another mediator will be assigned"),
        ("escalated", "期限已过，已提请督办", "A due date has passed; it was escalated"),
        ("deadline_moved", "按新公布的日历，一项期限已变更", "A due date moved with a newly published calendar"),
        (
            "deadlines_confirmed",
            "按新公布的日历，期限日期不变",
            "A newly published calendar left the due dates as they were",
        ),
        ("erased", "一方的个人信息已删除", "A party's personal data was erased"),
        ("window_closed", "申诉期限届满", "The appeal window has closed"),
        ("appointment_requested", "已申请预约调解时间", "A session was requested"),
        ("appointment_confirmed", "调解员确认了预约", "The mediator confirmed the session"),
        ("appointment_declined", "调解员未确认该时间", "The mediator declined the session"),
        ("appointment_accepted", "一方接受了预约", "A party accepted the session"),
        ("appointment_objected", "一方对预约有异议", "A party objected to the session"),
        ("appointment_moved", "预约已改期", "The session was moved"),
        ("appointment_cancelled", "预约已取消", "The session was cancelled"),
        ("appointment_expired", "预约逾期未确认", "The request was not confirmed in time"),
        ("appointment_reminder", "调解即将开始的提醒", "A reminder of the session"),
        ("checked_in", "一方已签到", "Somebody checked in"),
        ("session_held", "调解已进行", "The session was held"),
        ("no_show_recorded", "记录一方未到场", "An absence was recorded"),
        (
            "session_report_asked",
            "调解时间已过，已请调解员登记结果",
            "The session is over; the mediator was asked to record it",
        ),
        (
            "session_unreported",
            "调解结果逾期未登记，该次预约已关闭",
            "Nobody recorded the session in time; it was closed",
        ),
        ("slot_offered", "候补时段已空出", "A slot for which the case waited became free"),
        ("offer_lapsed", "候补时段未被使用", "The offered slot was not used"),
        ("evidence_added", "一方提交了材料", "Evidence was added"),
    )
}

WAITING: Final[dict[str, Text]] = {
    "organisation": Text("调解组织", "the organisation"),
    "respondent": Text("被申请人", "the respondent"),
    "mediator": Text("调解员", "the mediator"),
    "parties": Text("各方当事人", "the parties"),
    "court": Text("人民法院", "the court"),
    "reviewer": Text("复核人员", "the reviewer"),
}
