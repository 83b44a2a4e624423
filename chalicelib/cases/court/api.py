"""HTTP routes of what a court gets: the agreement, and the bundle of a case."""

from __future__ import annotations

from chalicelib.cases.court.agreement import AgreementService
from chalicelib.cases.court.service import BundleService
from chalicelib.cases.court.views import AgreementView, BundleView
from chalicelib.shared.codes import BadCode
from chalicelib.shared.errors import NotFound
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes

routes = Routes(__name__)


@routes.route("/v1/cases/{code}/agreement")
@endpoint(problems=(BadCode, NotFound))
def get_agreement(viewer: Viewer, code: str, agreements: AgreementService) -> AgreementView:
    """Show the agreement, its hash, and who has signed."""
    return AgreementView.of(agreements.get_agreement(viewer, code))


@routes.route("/v1/cases/{code}/bundle")
@endpoint(problems=(BadCode, NotFound))
def get_bundle(viewer: Viewer, code: str, bundles: BundleService) -> BundleView:
    """Give the court, or a party, the case's bundle: agreement, signatures, evidence, chain, every hash."""
    return BundleView.of(bundles.get_bundle(viewer, code))
