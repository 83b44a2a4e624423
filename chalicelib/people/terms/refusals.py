"""Why an agreement to terms is refused."""

from __future__ import annotations

from chalicelib.shared.errors import BadRequest, Violation
from chalicelib.shared.texts import Text


class UnknownTerms(BadRequest):
    """A version of the terms that there is not, or not yet."""

    slug = "unknown-terms"
    title = Text("没有这个版本的告知书", "There are no terms of this version")
    remedy = Text("请阅读并确认 GET /v1/terms 所列的版本。", "Read and confirm a version that GET /v1/terms lists.")

    def __init__(self) -> None:
        said = "没有这个版本 / no such version"
        super().__init__(violations=(Violation("/terms_version", "unknown", said),))
