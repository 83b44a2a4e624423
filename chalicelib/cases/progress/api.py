"""HTTP routes of a case's progress: for anybody who has its mediation code."""

from __future__ import annotations

from typing import Final

from chalicelib.cases.lifecycle.service import CaseService
from chalicelib.cases.progress.qr import draw_qr
from chalicelib.cases.progress.views import Progress
from chalicelib.settings import Settings
from chalicelib.shared.clock import Clock
from chalicelib.shared.codes import BadCode
from chalicelib.shared.deadlines import DeadlineRules
from chalicelib.shared.errors import NotFound
from chalicelib.shared.texts import Language
from chalicelib.web.answers import PUBLIC_MINUTE, Answer
from chalicelib.web.endpoint import endpoint
from chalicelib.web.operations import Access, Routes

routes = Routes(__name__)

_REVALIDATE: Final = "public, no-cache"  # progress must not be shown older than it is; 304 keeps it cheap


@routes.route("/v1/progress/{code}")
@endpoint(access=Access.PUBLIC, cache=_REVALIDATE, problems=(BadCode, NotFound))
def progress(code: str, language: Language, cases: CaseService, rules: DeadlineRules, clock: Clock) -> Progress:
    """Show what scanning a mediation code shows: stage, colour, next step, due date; no personal data."""
    return Progress.of(cases.get_progress(code), rules, language, clock.now())


@routes.route("/v1/progress/{code}/qr.svg")
@endpoint(access=Access.PUBLIC, cache=PUBLIC_MINUTE, media_type="image/svg+xml", problems=(BadCode, NotFound))
def progress_qr(code: str, cases: CaseService, settings: Settings) -> Answer:
    """Draw the mediation code as a QR code in the colour of its stage."""
    return Answer(draw_qr(settings.public_url, cases.get_progress(code)), media_type="image/svg+xml")
