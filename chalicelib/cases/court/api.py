"""HTTP routes of agreements: the agreement, the courts that may be asked about it, the bundle that they get."""

from __future__ import annotations

from typing import Final

from chalicelib.cases.court.agreement import Agreement, AgreementService
from chalicelib.cases.court.choice import CourtChoice
from chalicelib.cases.court.contract import GetBundle
from chalicelib.cases.court.refusals import BundleNotReady
from chalicelib.cases.court.service import BundleService
from chalicelib.cases.court.views import AgreementView, BundleView, CourtList
from chalicelib.shared.codes import BadCode, show_code
from chalicelib.shared.errors import NotFound
from chalicelib.shared.texts import CONTENT_LANGUAGES, Language
from chalicelib.web.accept import MediaType
from chalicelib.web.answers import Answer, etag_of
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.observe import record_note
from chalicelib.web.operations import Routes

routes = Routes(__name__)

_PDF: Final = "application/pdf"


@routes.route("/v1/cases/{code}/agreement")
@endpoint(also=(_PDF,), problems=(BadCode, NotFound))
def get_agreement(
    viewer: Viewer, code: str, *, language: Language, wanted: MediaType, agreements: AgreementService
) -> AgreementView | Answer:
    """Show the agreement, its hash, who has signed, and the seal; with `Accept: application/pdf` as a document."""
    agreement = agreements.get_agreement(viewer, code)
    return _document(agreement) if wanted == _PDF else AgreementView.of(agreement, language)


def _document(agreement: Agreement) -> Answer:
    from chalicelib.cases.court.document import draw_agreement

    document = draw_agreement(agreement)
    body = document.set()
    if document.missing:
        record_note("characters_without_glyph", level="WARN", document="agreement", count=document.missing)
    name = f"agreement-{show_code(agreement.case.code)}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Language": CONTENT_LANGUAGES["zh"]}
    return Answer(body, media_type=_PDF, headers=dict(headers), etag=etag_of(body, "zh"))


@routes.route("/v1/cases/{code}/courts")
@endpoint(problems=(BadCode, NotFound))
def list_competent_courts(viewer: Viewer, code: str, language: Language, choice: CourtChoice) -> CourtList:
    """List the courts and commissions that may be asked about the agreement, why, until when, and what to declare."""
    return CourtList.of(choice.list_courts(viewer, code), language)


@routes.route("/v1/cases/{code}/bundle")
@endpoint(query=GetBundle, problems=(BadCode, NotFound, BundleNotReady))
def get_bundle(viewer: Viewer, code: str, query: GetBundle, bundles: BundleService) -> BundleView:
    """Give the court, or a party, the case's bundle: agreement, duties, signatures, evidence, chain, every hash."""
    return BundleView.of(bundles.get_bundle(viewer, code, query.purpose))
