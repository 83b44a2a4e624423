"""What people are told of an agreement in force: before the court, its duties, the quiet end."""

from __future__ import annotations

from typing import Final

from chalicelib.notices.template import Template, template

COURT_TEMPLATES: Final[dict[str, Template]] = {
    "confirmation_requested": template(
        "一方申请司法确认",
        "A party asks for court confirmation",
        "案件 {code} 的一方已申请司法确认；须各方在期限内共同申请。",
        "A party of case {code} applied for confirmation; all must apply within the window.",
    ),
    "confirmation_applied": template(
        "已共同提出申请",
        "The joint application was made",
        "案件 {code} 的申请已提交所选的法院或仲裁机构，等待其受理。",
        "The application of case {code} is with the court, or commission, that you chose; it is to accept it.",
    ),
    "confirmed": template(
        "法院已确认",
        "The court confirmed",
        "案件 {code} 的调解协议经裁定有效。",
        "The court confirmed the agreement of case {code}.",
    ),
    "dismissed": template(
        "法院未予确认",
        "The court did not confirm",
        "案件 {code} 的司法确认申请未获支持，理由见案件页面；可重新调解、履行协议或起诉。",
        "The application of case {code} was not granted; the case page says why. Resume the mediation, perform, or "
        "sue.",
        always=True,
    ),
    "fulfilment_stated": template(
        "一方确认已履行",
        "A party says it was carried out",
        "案件 {code} 的一方确认协议已履行，请您核实确认。",
        "A party of case {code} says the agreement was carried out; please confirm.",
    ),
    "fulfilled": template(
        "协议已履行",
        "The agreement was carried out",
        "案件 {code} 的协议已履行完毕。",
        "The agreement of case {code} was carried out.",
    ),
    "application_withdrawn": template(
        "已撤回司法确认申请",
        "The application was withdrawn",
        "案件 {code} 的一方撤回了司法确认申请；期限内仍可再次共同申请。",
        "A party of case {code} withdrew the application; within the window you may apply again together.",
    ),
    "received": template(
        "申请已受理",
        "The application was accepted",
        "案件 {code} 的申请已受理，正在审查。",
        "The application of case {code} was accepted and is being examined.",
    ),
    "court_silent": template(
        "法院答复期限已过",
        "The court has not answered yet",
        "案件 {code} 的申请尚未得到受理答复；审查期限暂按答复期限届满之日起计算，以法院告知为准。",
        "The court has not said whether it accepts the application of case {code}; the ruling is counted from the "
        "end of its days to answer, unless it says otherwise.",
    ),
    "asked": template(
        "请回答询问",
        "Please answer the court",
        "案件 {code}：请回答是否自愿、是否理解后果、是否同意确认。",
        "Case {code}: say whether you agreed freely, understand what it means, and want it confirmed.",
        always=True,
    ),
    "enquiry_answered": template(
        "一方已回答询问",
        "A party has answered",
        "案件 {code} 的一方回答了询问。",
        "A party of case {code} answered the court.",
    ),
    "supplement_asked": template(
        "请补充材料",
        "Further papers are wanted",
        "案件 {code}：请在 {due} 前补充材料，要求见案件页面。",
        "Case {code}: further papers are wanted by {due}; the case page says which.",
        always=True,
    ),
    "supplement_answered": template(
        "一方已补充材料",
        "Further papers were given",
        "案件 {code} 的一方补充了材料。",
        "A party of case {code} gave further papers.",
    ),
    "supplement_over": template(
        "补充材料期限已过",
        "The days for papers are over",
        "案件 {code} 补充材料的期限已过，审查继续。",
        "The days for further papers in case {code} are over; the examination goes on.",
    ),
    "ruling_extended": template(
        "审查期限延长",
        "The ruling takes longer",
        "案件 {code} 的审查期限已延长，理由见案件页面。",
        "The ruling in case {code} takes longer; the case page says why.",
    ),
    "resumption_agreed": template(
        "一方同意重新调解",
        "A party agreed to mediate again",
        "案件 {code} 的一方同意重新调解；各方同意后恢复。",
        "A party of case {code} agreed to resume the mediation; it begins when all agree.",
    ),
    "mediation_resumed": template(
        "重新调解",
        "The mediation is resumed",
        "案件 {code} 各方同意，重新调解，调解期限重新计算。",
        "All parties of case {code} agreed: the mediation is resumed, with a new period.",
    ),
    "performance_reported": template(
        "对方报告已履行",
        "A duty is reported as performed",
        "案件 {code}：有一项义务被报告已履行，请收到的一方核实确认。",
        "Case {code}: a duty is reported as performed; whom it is owed to should check and acknowledge.",
    ),
    "performance_acknowledged": template(
        "义务已履行",
        "A duty was performed",
        "案件 {code}：有一项义务已确认履行。",
        "Case {code}: a duty was acknowledged as performed.",
    ),
    "default_reported": template(
        "报告未履行",
        "A default was reported",
        "案件 {code}：有一方报告义务到期未履行。平台只作记录；可走的途径见案件页面。",
        "Case {code}: a party reports that a duty was not performed. It is recorded, not judged; the case page shows "
        "the ways open.",
        always=True,
    ),
    "duty_reminded": template(
        "履行提醒",
        "A duty falls due soon",
        "案件 {code} 有约定的义务即将到期，请按约定履行。",
        "A duty under the agreement of case {code} falls due soon.",
        always=True,
    ),
    "duty_due_passed": template(
        "履行日期已过",
        "The day of a duty is over",
        "案件 {code} 有一项义务的履行日期已过：已履行的请报告，未收到的可以报告未履行。",
        "The day of a duty in case {code} is over: report it as performed, or, if you did not get it, as not "
        "performed.",
    ),
    "concluded": template(
        "案件办结",
        "The case is closed",
        "案件 {code} 已办结：协议有效，平台未收到违约报告。这不表示协议已经履行；未履行的仍可起诉，经确认的可以申请强"
        "制执行。",
        "Case {code} is closed: the agreement is in force, and no default was reported. That does not say it was "
        "performed; if not, you may sue, or, if confirmed, apply for enforcement.",
    ),
    "confirmation_window_closed": template(
        "司法确认期限已过",
        "The confirmation window has closed",
        "案件 {code} 申请司法确认的期限已过；协议仍然有效，不履行的可以就协议起诉。",
        "The window for confirming the agreement of case {code} has closed. It still binds; if it is not performed, "
        "sue on it.",
    ),
    "review_window_closed": template(
        "仲裁审查期限已过",
        "The review window has closed",
        "案件 {code} 申请仲裁审查的期限已过；协议仍然有效。",
        "The window for the commission's review in case {code} has closed; the agreement still binds.",
    ),
    "objection_window_closed": template(
        "异议期限已过",
        "The objection window has closed",
        "案件 {code} 对确认裁定提出异议的期限已过。",
        "The window for objections to the ruling in case {code} has closed.",
    ),
    "enforcement_closed": template(
        "申请执行期限已过",
        "The period for enforcement has ended",
        "案件 {code} 申请强制执行的期限已过。",
        "The period for applying for enforcement in case {code} has ended.",
    ),
}
