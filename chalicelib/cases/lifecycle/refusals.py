"""Why somebody cannot join a case, or mediate it, as answers to a person."""

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
    remedy = Text("请将邀请码转交给被邀请的一方。", "Hand the code to the party that it is meant for.")


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
