"""Why a dispute finds no organisation, or a mediator cannot take a case."""

from __future__ import annotations

from chalicelib.shared.errors import Conflict
from chalicelib.shared.texts import Text


class NoOrganisation(Conflict):
    """Nobody in the city handles this type of dispute for this region."""

    slug = "no-organisation"
    title = Text("该地区暂无受理此类纠纷的调解组织", "No organisation takes this type of dispute in this region")
    remedy = Text("请拨打 12348 咨询，或选择其他地区。", "Call 12348 for advice, or choose another region.")


class MediatorNotAssignable(Conflict):
    """A mediator who is not of the organisation, not active, not trained or not certified."""

    slug = "mediator-not-assignable"
    title = Text("不能指派该调解员", "This mediator cannot be assigned")
    remedy = Text(
        "请指派本组织内培训合格且证书在有效期内的调解员。",
        "Assign a mediator of your organisation whose training and certificate hold.",
    )
