"""Why a court cannot be asked, as answers to a person."""

from __future__ import annotations

from chalicelib.shared.errors import Conflict
from chalicelib.shared.texts import Text


class BundleNotReady(Conflict):
    """A bundle for a purpose that the case does not serve yet."""

    slug = "bundle-not-ready"
    title = Text("材料尚不齐备", "There is no such bundle yet")
    remedy = Text(
        "协议生效后可以取得申请确认的材料；协议生效或者调解结束后，起诉的材料；经司法确认后，申请执行的材料。",
        "To confirm it: when the agreement is in force. To sue: then, or when mediation is over. To enforce it: "
        "when a court has confirmed it.",
    )


class CourtNotCompetent(Conflict):
    """An application to a court that the law does not name for this agreement."""

    slug = "court-not-competent"
    title = Text("所选法院（仲裁机构）没有管辖权", "This court, or commission, is not competent")
    remedy = Text(
        "请从 GET /v1/cases/{code}/courts 列出的法院或仲裁机构中选择（《民事诉讼法》第二百零五条）。",
        "Choose one that `GET /v1/cases/{code}/courts` lists (Civil Procedure Law, art. 205).",
    )
