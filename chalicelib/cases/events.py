"""What events and people of a case are called in front of citizens, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from chalicelib.desk.public import on_desk
from chalicelib.shared.texts import Text

EVENTS: Final[dict[str, Text]] = {
    name: Text(zh, en)
    for name, zh, en in (
        ("submitted", "申请已提交", "The application was filed"),
        ("accepted", "调解组织已受理", "The organisation accepted the case"),
        ("transferred", "已移送其他调解组织", "The case was transferred to another organisation"),
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
        ("served", "邀请短信已发往一方被申请人", "A text that invites a respondent has left"),
        ("service_delivered", "邀请短信已送达一方被申请人", "The text that invites a respondent was delivered"),
        ("service_opened", "一方被申请人的邀请已被打开", "A respondent's invitation was opened"),
        (
            "service_failed",
            "未能以短信通知一方被申请人，须由工作人员以其他方式通知",
            "A respondent could not be told by text; staff have to tell them another way",
        ),
        ("text_ordered", "工作人员要求重新发送邀请短信", "Staff asked for another text to a respondent"),
        ("service_recorded", "工作人员登记了一次联系", "Staff recorded an attempt to reach a respondent"),
        ("letter_drawn_up", "已制作给一方被申请人的告知函", "A letter to a respondent was drawn up"),
        ("invite_reminded", "答复邀请的期限将至", "The days to answer the invitation end soon"),
        ("choice_made", "一方作出了调解员选择", "A party made their choice of mediator"),
        ("mediator_chosen", "各方共同选定了调解员", "The parties chose the same mediator"),
        ("choice_over", "选择调解员的期限届满，由组织指派", "The days to choose are over: the organisation assigns"),
        ("assigned", "已指派调解员", "A mediator was assigned"),
        ("taken", "调解员已承办，调解开始", "The mediator took the case; mediation begins"),
        ("passed", "调解员退回，将另行指派", "The mediator passed the case on; another one will be assigned"),
        ("lapsed", "调解员逾期未确认，将另行指派", "The mediator did not answer in time; another one will be assigned"),
        ("recused", "调解员回避，将另行指派", "The mediator stepped down; another one will be assigned"),
        ("replaced", "调解组织更换调解员", "The organisation replaces the mediator"),
        ("challenged", "一方申请更换调解员", "A party asked for another mediator"),
        ("challenge_granted", "同意更换调解员", "Another mediator will be assigned, as asked"),
        ("challenge_refused", "不同意更换调解员", "The request for another mediator was refused"),
        ("paused", "调解中止（鉴定评估）", "The mediation pauses for an appraisal"),
        ("resumed", "调解恢复", "The mediation goes on"),
        ("period_ending", "调解期限即将届满", "The mediation period ends soon"),
        ("period_ended", "调解期限已届满", "The mediation period has ended"),
        ("expired", "调解期限届满，调解终结", "The period is over; the mediation has ended"),
        ("agreement_drafted", "调解协议已拟定，待签署", "The agreement was drafted and awaits signatures"),
        ("signed", "一方已签署调解协议", "A party signed the agreement"),
        ("agreement_effective", "调解协议生效", "The agreement is in force"),
        ("countersigned", "调解员已在协议上签名", "The mediator signed the agreement"),
        ("sealed", "调解组织已在协议上盖章", "The organisation sealed the agreement"),
        ("changes_requested", "一方要求修改协议，继续调解", "A party asked for changes; mediation goes on"),
        ("refused_to_sign", "一方拒绝签署，调解终结", "A party refused to sign; the mediation has ended"),
        (
            "oral_agreement_recorded",
            "调解员记录了口头协议，请各方核对",
            "An oral agreement was recorded: check the record",
        ),
        ("record_confirmed", "一方确认口头协议记录属实", "A party confirmed the record of the oral agreement"),
        ("record_disputed", "一方对口头协议记录有异议，继续调解", "A party disputes the record; mediation goes on"),
        (
            "oral_agreement_effective",
            "各方确认口头协议；自达成之日起生效",
            "All confirmed the oral agreement: in force from the day they agreed",
        ),
        ("ended", "调解终结", "The mediation has ended"),
        ("extension_agreed", "一方同意延长调解期限", "A party agreed to a longer mediation period"),
        ("extended", "各方同意延长调解期限", "All agreed to a longer mediation period"),
        ("withdrawn", "申请人撤回申请", "The applicant withdrew the application"),
        ("confirmation_requested", "一方申请司法确认", "A party applied for judicial confirmation"),
        ("confirmation_applied", "各方共同申请司法确认", "All parties applied for judicial confirmation"),
        ("confirmed", "人民法院裁定调解协议有效", "The court confirmed the agreement"),
        ("application_withdrawn", "一方撤回司法确认申请", "A party withdrew the application to the court"),
        ("received", "法院（仲裁机构）已受理申请", "The court, or commission, accepted the application"),
        ("court_silent", "法院答复期限已过", "The court's days to accept are over"),
        ("asked", "法院（仲裁机构）询问各方", "The court, or commission, asked the parties"),
        ("enquiry_answered", "一方回答了询问", "A party answered the court"),
        ("supplement_asked", "要求补充材料，审查期限中止", "Further papers were asked for; the ruling's clock stands"),
        ("supplement_answered", "一方补充了材料", "A party gave further papers"),
        (
            "supplement_over",
            "补充材料的期限已过，审查继续",
            "The days for further papers are over; the examination goes on",
        ),
        ("ruling_extended", "审查期限延长", "The court takes longer for its ruling"),
        ("dismissed", "人民法院未予确认", "The court did not confirm the agreement"),
        ("resumption_agreed", "一方同意重新调解", "A party agreed to resume the mediation"),
        ("mediation_resumed", "各方同意重新调解", "All agreed; the mediation is resumed"),
        ("performance_reported", "一方报告已履行一项义务", "A party reports a duty as performed"),
        ("performance_acknowledged", "一方确认一项义务已履行", "A party acknowledges that a duty was performed"),
        ("default_reported", "一方报告一项义务到期未履行", "A party reports that a duty was not performed when due"),
        ("duty_reminded", "协议约定的义务即将到期", "A duty falls due soon"),
        ("duty_due_passed", "协议约定的履行日期已过", "The day of a duty is over"),
        ("concluded", "已办结：协议有效，平台未收到违约报告", "Closed: agreement in force, no default reported"),
        ("fulfilment_stated", "一方确认协议已履行", "A party stated that the agreement was carried out"),
        ("fulfilled", "各方确认协议已履行", "All parties stated that the agreement was carried out"),
        ("appealed", "一方提出申诉", "A party appealed"),
        ("appeal_upheld", "申诉成立", "The appeal was upheld"),
        ("appeal_rejected", "申诉不成立", "The appeal was not upheld"),
        ("reopened", "经申诉重新受理，将另行指派调解员", "Reopened on appeal; another mediator will be assigned"),
        ("escalated", "期限已过", "A due date has passed"),
        ("deadline_moved", "按新公布的日历，一项期限已变更", "A due date moved with a newly published calendar"),
        (
            "deadlines_confirmed",
            "按新公布的日历，期限日期不变",
            "A newly published calendar left the due dates as they were",
        ),
        ("erased", "一方的个人信息已删除", "A party's personal data was erased"),
        ("window_closed", "申诉期限届满", "The appeal window has closed"),
        ("confirmation_window_closed", "申请司法确认的期限届满", "The window for judicial confirmation has closed"),
        ("review_window_closed", "申请仲裁审查的期限届满", "The window for the commission's review has closed"),
        ("objection_window_closed", "对裁定提出异议的期限届满", "The window for objections to the ruling has closed"),
        ("enforcement_closed", "申请强制执行的期限届满", "The period for applying for enforcement has ended"),
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


def words_of(event: str, data: Mapping[str, Any]) -> Text:
    """Return what an event is called in front of citizens; of an escalation, with who has it."""
    words = EVENTS[event]
    told = on_desk(data.get("to")) if event == "escalated" else None
    return words if told is None else Text(f"{words.zh}，{told.zh}", f"{words.en}; {told.en}")


WAITING: Final[dict[str, Text]] = {
    "organisation": Text("调解组织", "the organisation"),
    "respondent": Text("被申请人", "the respondent"),
    "mediator": Text("调解员", "the mediator"),
    "parties": Text("各方当事人", "the parties"),
    "court": Text("人民法院", "the court"),
    "reviewer": Text("复核人员", "the reviewer"),
}
