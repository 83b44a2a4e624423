"""Why a rating, or a step of its handling, is refused."""

from __future__ import annotations

from chalicelib.shared.errors import Conflict
from chalicelib.shared.texts import Text


class AlreadyRated(Conflict):
    """A second rating by one invitation."""

    slug = "already-rated"
    title = Text("您已评价过", "You have rated this")
    remedy = Text("每次服务评价一次；可在期限内追加评价一次。", "One rating for each service; you may follow up once.")


class InvitationExpired(Conflict):
    """A rating after the invitation's last day."""

    slug = "invitation-expired"
    title = Text("评价期限已过", "The invitation has expired")
    remedy = Text("如仍有意见，可拨打 12345。", "Call 12345 if there is still something to say.")


class NotInvited(Conflict):
    """A target outside the invitation, a target twice, or oneself."""

    slug = "not-invited"
    title = Text("不能评价该对象", "You are not invited to rate this")
    remedy = Text("请只评价邀请中列出的对象，每个一次。", "Rate only the targets of your invitation, each once.")


class AlreadyFollowedUp(Conflict):
    """A second follow-up."""

    slug = "already-followed-up"
    title = Text("您已追加评价", "You have followed up already")
    remedy = Text("每次评价可追加一次。", "A rating is followed up once.")


class FollowUpClosed(Conflict):
    """A follow-up after its last second."""

    slug = "follow-up-closed"
    title = Text("追加评价期限已过", "It is too late to follow up")
    remedy = Text("评价后 60 个自然日内可以追加。", "A rating can be followed up within 60 days.")


class WrongStep(Conflict):
    """A step of handling a bad rating that is not the next one."""

    slug = "wrong-step"
    title = Text("当前不能进行此步骤", "This is not the next step")
    remedy = Text(
        "请依次联系、整改、答复、办结；未答复不能办结。",
        "Contact, fix, reply, then close; nothing is closed without a reply.",
    )


class RatingChanged(Conflict):
    """Somebody else's act on the rating came first: not an answer, but a reason to read and decide again."""
