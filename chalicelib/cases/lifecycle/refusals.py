"""Why something cannot be done in a case, as answers to a person."""

from __future__ import annotations

from chalicelib.shared.errors import Conflict
from chalicelib.shared.texts import Text


class InviteUsed(Conflict):
    """An invite code that an account is bound to already."""

    slug = "invite-used"
    title = Text("邀请码已被使用", "The invite code was used already")
    remedy = Text(
        "请用当时加入的账号登录，或请调解组织核实。", "Sign in with the account that used it, or ask the organisation."
    )


class InviteExpired(Conflict):
    """An invite code after its last day, or before the case is accepted."""

    slug = "invite-expired"
    title = Text("邀请码已失效", "The invite code does not hold now")
    remedy = Text("请联系调解组织。", "Contact the organisation.")


class AlreadyParty(Conflict):
    """Somebody in the case uses an invite code of it."""

    slug = "already-party"
    title = Text("您已在此案件中", "You are in this case already")
    remedy = Text("邀请只供被邀请的一方本人使用。", "An invitation is for the party whom it names, and nobody else.")


class NotUnreachable(Conflict):
    """A respondent is called unreachable who has joined, or was not tried often enough since acceptance."""

    slug = "not-unreachable"
    title = Text("尚不能登记为无法联系", "This is not enough to call somebody unreachable")
    remedy = Text(
        "请先登记至少两次在不同日期的联系（POST 案件的 service）。",
        "Record attempts on at least two different days first (`POST` to the case's `service`).",
    )


class PartyJoined(Conflict):
    """An invitation, or the record of an attempt, for a party who is in the case already."""

    slug = "party-joined"
    title = Text("该当事人已加入", "This party has joined already")
    remedy = Text("可以直接在案件中留言。", "Write to them in the case.")


class MediatorConflicted(Conflict):
    """A mediator who is a party, or has had this case before."""

    slug = "mediator-conflicted"
    title = Text("该调解员须回避", "This mediator has a conflict of interest")
    remedy = Text("请指派其他调解员。", "Assign another mediator.")


class CaseEnded(Conflict):
    """An invite code of a case that is over."""

    slug = "case-ended"
    title = Text("案件已结束，无法加入", "The case is over: it cannot be joined")
    remedy = Text(
        "可凭调解码查看进度；如对结果有疑问，请联系调解组织。",
        "Its progress can be seen by its code; ask the organisation about how it ended.",
    )


class CaseClosed(Conflict):
    """A message in a case that is not open for talking."""

    slug = "case-closed"
    title = Text("案件当前不能留言", "No messages can be sent in this case now")
    remedy = Text("案件受理后、结案前可以留言。", "Messages can be sent from acceptance until the case ends.")


class AgreementChanged(Conflict):
    """A signature over a hash that is not the agreement's."""

    slug = "agreement-changed"
    title = Text("协议内容与您签署的不一致", "This is not the agreement you mean to sign")
    remedy = Text("请重新阅读协议，并以其 sha256 签署。", "Read the agreement again, and sign over its `sha256`.")


class AlreadyDone(Conflict):
    """A party takes the same step twice."""

    slug = "already-done"
    title = Text("您已办理过此项", "You have done this already")
    remedy = Text("无需重复办理；请等待其他各方。", "Nothing more to do: the others act next.")


class ConsentMissing(Conflict):
    """A mediator cannot be assigned before all respondents have agreed."""

    slug = "consent-missing"
    title = Text("尚有被申请人未同意调解", "A respondent has not agreed yet")
    remedy = Text("请等待各方同意后再指派调解员。", "Wait until all have agreed, then assign a mediator.")


class WindowClosed(Conflict):
    """An application after its window."""

    slug = "window-closed"
    title = Text("已超过办理期限", "The window has closed")
    remedy = Text(
        "司法确认须在协议生效之日起 30 日内共同申请；逾期可就协议向人民法院起诉。",
        "Confirmation is asked for within 30 days of the agreement's effect; after that, sue on the agreement.",
    )


class ChoiceOpen(Conflict):
    """The organisation assigns a mediator while the parties can still choose one."""

    slug = "choice-open"
    title = Text("各方仍可自行选择调解员", "The parties can still choose a mediator")
    remedy = Text(
        "请等待各方共同选择，或期限届满、各方表示由组织指派后再指派。",
        "Wait until they choose, leave it to the organisation, or their days are over.",
    )


class ChallengeDecided(Conflict):
    """A party asks for another mediator after the reviewer refused it."""

    slug = "challenge-decided"
    title = Text("更换调解员的申请已经复核", "The request for another mediator was reviewed and refused")
    remedy = Text(
        "可以继续调解，也可以不再参加调解。", "You may go on with this mediator, or take no further part in mediation."
    )


class AlreadyRefused(Conflict):
    """An agreement that a court has examined and not confirmed is put forward again."""

    slug = "already-refused"
    title = Text("该协议已被法院驳回", "The court has examined this agreement and not confirmed it")
    remedy = Text(
        "可以变更协议、重新调解，或就纠纷向人民法院起诉。",
        "Change the agreement, resume the mediation, or sue.",
    )


class CourtDiffers(Conflict):
    """A party names another court than the one the first party applied to."""

    slug = "court-differs"
    title = Text("各方须向同一法院申请", "All parties apply to the same court")
    remedy = Text(
        "请选择先申请一方所选的法院，或请其撤回后重新选择。",
        "Choose the court that the first party chose, or agree on another with them.",
    )


class EnquiryOpen(Conflict):
    """A confirmation before the court has accepted the application and every party has answered it."""

    slug = "enquiry-open"
    title = Text("尚未受理或询问尚未完成", "Not accepted yet, or not every party has answered")
    remedy = Text(
        "请先受理申请（receive）、询问当事人（ask），待各方回答后再裁定。",
        "Accept the application (`receive`), ask the parties (`ask`), and rule when all have answered.",
    )


class DutyNotDue(Conflict):
    """A default is reported before the duty's day is over."""

    slug = "duty-not-due"
    title = Text("履行期限尚未届满", "The duty is not due yet")
    remedy = Text("期限届满后仍未履行的，可以报告未履行。", "Report a default when the day is over.")


class WritingNeeded(Conflict):
    """An oral agreement is recorded where the law asks for a written one."""

    slug = "writing-needed"
    title = Text("该协议应当采用书面形式", "This agreement must be in writing")
    remedy = Text("请拟定调解协议书，由各方签署。", "Draft the agreement, and let the parties sign it.")

    def __init__(self, reason: Text, source: Text) -> None:
        super().__init__(Text(f"{reason.zh}（{source.zh}）", f"{reason.en} ({source.en})"))


class OralAgreement(Conflict):
    """Confirmation is asked for of an agreement that was made orally."""

    slug = "oral-agreement"
    title = Text("口头协议不能直接申请司法确认", "An oral agreement cannot be confirmed as it is")
    remedy = Text(
        "请共同选择重新调解，制作调解协议书并签署后，再申请司法确认。",
        "Resume the mediation together, have the agreement written down and sign it; then apply.",
    )
