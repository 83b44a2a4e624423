"""HTTP routes of agreements: the agreement, the courts that may be asked about it, the bundle that they get."""

from __future__ import annotations

from chalicelib.cases.court.agreement import AgreementService
from chalicelib.cases.court.choice import CourtChoice
from chalicelib.cases.court.contract import GetBundle
from chalicelib.cases.court.refusals import BundleNotReady
from chalicelib.cases.court.service import BundleService
from chalicelib.cases.court.views import AgreementView, BundleView, CourtList
from chalicelib.shared.codes import BadCode
from chalicelib.shared.errors import NotFound
from chalicelib.shared.texts import Language
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes

routes = Routes(__name__)


@routes.route("/v1/cases/{code}/agreement")
@endpoint(problems=(BadCode, NotFound))
def get_agreement(viewer: Viewer, code: str, language: Language, agreements: AgreementService) -> AgreementView:
    """Show the agreement, its hash, and who has signed."""
    return AgreementView.of(agreements.get_agreement(viewer, code), language)


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
