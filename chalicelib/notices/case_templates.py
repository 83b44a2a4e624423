"""What people are told of a case until its agreement is in force, and of appeals."""

from __future__ import annotations

from typing import Final

from chalicelib.notices.template import Template, template

CASE_TEMPLATES: Final[dict[str, Template]] = {
    "accepted": template(
        "案件已受理",
        "Your case was accepted",
        "案件 {code} 已受理，等待被申请人答复是否同意调解。",
        "Case {code} was accepted; the respondent is to say whether they take part.",
    ),
    "refused": template(
        "案件不予受理",
        "Your case was not accepted",
        "案件 {code} 不予受理。理由和其他途径见案件页面；如有异议，可在期限内申诉。",
        "Case {code} was not accepted. The case page says why and where else to go; you may appeal in time.",
    ),
    "joined": template(
        "被申请人已加入",
        "The respondent joined",
        "案件 {code} 的一方被申请人已加入。",
        "A respondent joined case {code}.",
    ),
    "consented": template(
        "一方同意调解",
        "A respondent agreed",
        "案件 {code} 的一方被申请人同意调解。",
        "A respondent of case {code} agreed to mediation.",
    ),
    "all_consented": template(
        "各方同意调解",
        "All have agreed",
        "案件 {code} 各方均同意调解。请与对方共同选择调解员，或选择由组织指派。",
        "All parties of case {code} agreed. Choose a mediator together, or leave it to the organisation.",
        always=True,
    ),
    "declined": template(
        "对方不同意调解",
        "Mediation was declined",
        "案件 {code} 因被申请人不同意而终结。您仍可申请仲裁或起诉。",
        "Case {code} ended because a respondent declined. Arbitration and the court remain open to you.",
    ),
    "marked_unreachable": template(
        "无法联系被申请人",
        "The respondent could not be reached",
        "案件 {code} 因多次联系未果而终结。",
        "Case {code} ended: the respondent could not be reached.",
    ),
    "assigned": template(
        "已指派调解员",
        "A mediator was assigned",
        "案件 {code} 已指派调解员，等待其确认承办。",
        "A mediator was assigned to case {code}, and is to confirm.",
    ),
    "taken": template(
        "调解开始",
        "Mediation begins",
        "案件 {code} 的调解员已承办，可以预约调解时间。",
        "The mediator took case {code}; a session can be booked now.",
    ),
    "passed": template(
        "将另行指派调解员",
        "Another mediator will be assigned",
        "案件 {code} 的调解员已退回案件。",
        "The mediator passed case {code} on.",
    ),
    "lapsed": template(
        "将另行指派调解员",
        "Another mediator will be assigned",
        "案件 {code} 的调解员逾期未确认，将另行指派。",
        "The mediator of case {code} did not answer in time.",
    ),
    "agreement_drafted": template(
        "请签署调解协议",
        "Please sign the agreement",
        "案件 {code} 的调解协议已拟定。请仔细阅读后签署。",
        "The agreement of case {code} is ready. Read it, then sign.",
    ),
    "signed": template(
        "一方已签署",
        "A party has signed",
        "案件 {code} 的一方已签署调解协议。",
        "A party of case {code} signed the agreement.",
    ),
    "agreement_effective": template(
        "调解协议生效",
        "The agreement is in force",
        "案件 {code} 的调解协议已生效。请按约定履行；可以申请司法确认的期限见案件页面。",
        "The agreement of case {code} is in force. Perform as agreed; the case page says until when a court can be "
        "asked to confirm it.",
    ),
    "oral_agreement_recorded": template(
        "请核对口头协议记录",
        "Please check the record of your agreement",
        "案件 {code} 的调解员记录了一份口头协议。请核对：属实的请确认；不属实的请提出异议。"
        "各方确认前，平台不认为协议已达成。",
        "The mediator of case {code} recorded an oral agreement. Confirm the record if it is true, or dispute it. "
        "Until all have confirmed, it does not count as agreed here.",
        always=True,
    ),
    "record_confirmed": template(
        "一方已确认口头协议记录",
        "A party confirmed the record",
        "案件 {code} 的一方确认口头协议记录属实。",
        "A party of case {code} confirmed the record of the oral agreement.",
    ),
    "record_disputed": template(
        "一方对口头协议记录有异议",
        "A party disputes the record",
        "案件 {code} 的一方对口头协议记录有异议，该记录不再有效，调解继续。",
        "A party of case {code} disputes the record of the oral agreement: it no longer stands, and mediation goes on.",
    ),
    "oral_agreement_effective": template(
        "口头协议生效",
        "The oral agreement is in force",
        "案件 {code} 的口头协议已由各方确认，自达成之日起生效。请按约定履行。"
        "需要司法确认的，请先重新调解、制作调解协议书。",
        "All parties of case {code} confirmed the oral agreement: it is in force from the day they agreed. Perform as "
        "agreed. For a court to confirm it, resume the mediation and have it written down first.",
    ),
    "refused_to_sign": template(
        "一方拒绝签署",
        "A party refused to sign",
        "案件 {code} 的一方拒绝签署，调解终结；其他途径见案件页面。",
        "A party of case {code} refused to sign; the mediation has ended. The case page shows other routes.",
    ),
    "ended": template(
        "调解终结",
        "The mediation has ended",
        "案件 {code} 的调解已终结；其他途径见案件页面。",
        "The mediation of case {code} has ended; the case page shows other routes.",
    ),
    "extension_agreed": template(
        "一方同意延期",
        "A party agreed to an extension",
        "案件 {code} 的一方同意延长调解期限。",
        "A party of case {code} agreed to a longer period.",
    ),
    "extended": template(
        "调解期限已延长",
        "The period was extended",
        "案件 {code} 的调解期限已延长。",
        "The mediation period of case {code} was extended.",
    ),
    "withdrawn": template(
        "申请已撤回",
        "The application was withdrawn",
        "案件 {code} 的申请人已撤回申请。",
        "The applicant withdrew case {code}.",
    ),
    "appealed": template(
        "收到申诉",
        "An appeal was filed",
        "案件 {code} 有一方提出申诉，将由未参与办理的人员复核。",
        "A party of case {code} appealed; somebody who had no part in it will decide.",
    ),
    "appeal_upheld": template(
        "申诉成立", "The appeal was upheld", "案件 {code} 的申诉成立。", "The appeal in case {code} was upheld."
    ),
    "appeal_rejected": template(
        "申诉不成立",
        "The appeal was not upheld",
        "案件 {code} 的申诉不成立，理由见案件页面。",
        "The appeal in case {code} was not upheld; the case page says why.",
    ),
    "reopened": template(
        "案件重新受理",
        "The case was reopened",
        "案件 {code} 经申诉重新受理，将另行指派调解员。",
        "Case {code} was reopened on appeal; another mediator will be assigned.",
    ),
    "escalated": template(
        "期限已过",
        "A due date has passed",
        "案件 {code} 有一项期限（{due}）已过{told}。",
        "A due date of case {code} ({due}) has passed{told}.",
        always=True,
    ),
    "deadline_moved": template(
        "期限日期有变更",
        "A due date moved",
        "国家公布了新的节假日安排，案件 {code} 的一项期限现为 {due}，请以此为准。",
        "With a newly published calendar of holidays, a due date of case {code} is now {due}.",
        always=True,
    ),
    "evidence_added": template(
        "有新材料", "New evidence", "案件 {code} 有一方提交了材料。", "Evidence was added to case {code}."
    ),
    "transferred": template(
        "案件已移送",
        "The case was transferred",
        "案件 {code} 已移送其他调解组织，由其重新答复是否受理。",
        "Case {code} was transferred to another organisation, which is to say whether it accepts it.",
    ),
    "choice_made": template(
        "一方已选择调解员",
        "A choice of mediator was made",
        "案件 {code} 的一方作出了调解员选择；各方选择一致的，即由该调解员承办。",
        "A party of case {code} made their choice of mediator; the same choice by all is assigned.",
    ),
    "mediator_chosen": template(
        "已共同选定调解员",
        "A mediator was chosen",
        "案件 {code} 各方共同选定了调解员，等待其确认承办。",
        "The parties of case {code} chose the same mediator, who is to confirm.",
    ),
    "choice_over": template(
        "由组织指派调解员",
        "The organisation assigns a mediator",
        "案件 {code} 选择调解员的期限已过，由调解组织指派；指派前各方仍可共同选择。",
        "The days to choose a mediator for case {code} are over: the organisation assigns; until then you may still "
        "choose together.",
    ),
    "recused": template(
        "调解员回避",
        "The mediator stepped down",
        "案件 {code} 的调解员已回避，将另行确定调解员。",
        "The mediator of case {code} stepped down; another one will follow.",
    ),
    "replaced": template(
        "更换调解员",
        "The mediator is replaced",
        "案件 {code} 的调解员已由组织更换，将另行确定调解员。",
        "The organisation replaces the mediator of case {code}; another one will follow.",
    ),
    "challenged": template(
        "申请更换调解员",
        "Another mediator was asked for",
        "案件 {code} 有一方申请更换调解员，等待答复。",
        "A party of case {code} asked for another mediator; an answer is awaited.",
    ),
    "challenge_granted": template(
        "同意更换调解员",
        "Another mediator will follow",
        "案件 {code} 更换调解员的申请已获同意。",
        "The request for another mediator in case {code} was granted.",
    ),
    "challenge_refused": template(
        "不同意更换调解员",
        "The mediator stays",
        "案件 {code} 更换调解员的申请未获同意，理由见案件页面。",
        "The request for another mediator in case {code} was refused; the case page says why.",
    ),
    "paused": template(
        "调解中止",
        "The mediation pauses",
        "案件 {code} 因鉴定评估中止调解。",
        "The mediation of case {code} pauses for an appraisal.",
    ),
    "resumed": template(
        "调解恢复", "The mediation goes on", "案件 {code} 恢复调解。", "The mediation of case {code} goes on."
    ),
    "period_ending": template(
        "调解期限即将届满",
        "The mediation period ends soon",
        "案件 {code} 的调解期限将于 {due} 届满；各方同意的，可以延长。",
        "The mediation period of case {code} ends on {due}; it can be extended if all agree.",
        always=True,
    ),
    "period_ended": template(
        "调解期限已届满",
        "The mediation period has ended",
        "案件 {code} 的调解期限已届满。各方仍可同意延长；否则调解将终结，可走的其他途径见案件页面。",
        "The mediation period of case {code} has ended. All may still agree to extend it; otherwise the mediation "
        "ends. The case page shows other routes.",
        always=True,
    ),
    "expired": template(
        "调解终结",
        "The mediation has ended",
        "案件 {code} 期满未达成协议，调解终结；其他途径见案件页面。",
        "The period of case {code} is over without an agreement; the mediation has ended. The case page shows other "
        "routes.",
        always=True,
    ),
    "countersigned": template(
        "调解员已签名",
        "The mediator has signed",
        "案件 {code} 的调解员已在协议上签名。",
        "The mediator signed the agreement of case {code}.",
    ),
    "sealed": template(
        "组织已盖章",
        "The organisation has sealed",
        "案件 {code} 的调解组织已在协议上盖章。",
        "The organisation sealed the agreement of case {code}.",
    ),
    "changes_requested": template(
        "一方要求修改协议",
        "Changes are asked for",
        "案件 {code} 有一方要求修改协议，继续调解；已有的签名不再有效。",
        "A party of case {code} asked for changes; mediation goes on, and signatures given so far fall.",
    ),
}
