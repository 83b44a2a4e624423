"""Why a court cannot be asked, as answers to a person."""

from __future__ import annotations

from chalicelib.shared.errors import Conflict
from chalicelib.shared.texts import Text


class CourtNotCompetent(Conflict):
    """An application to a court that the law does not name for this agreement."""

    slug = "court-not-competent"
    title = Text("所选法院（仲裁机构）没有管辖权", "This court, or commission, is not competent")
    remedy = Text(
        "请从 GET /v1/cases/{code}/courts 列出的法院或仲裁机构中选择（《民事诉讼法》第二百零五条）。",
        "Choose one that `GET /v1/cases/{code}/courts` lists (Civil Procedure Law, art. 205).",
    )
