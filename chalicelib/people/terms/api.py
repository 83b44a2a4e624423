"""HTTP routes of the terms, for everyone."""

from __future__ import annotations

from chalicelib.people.terms.service import TermsService
from chalicelib.people.terms.views import TermsList, TermsView
from chalicelib.shared.errors import NotFound
from chalicelib.shared.texts import Language
from chalicelib.web.answers import PUBLIC_MINUTE
from chalicelib.web.endpoint import endpoint
from chalicelib.web.operations import Access, Routes

routes = Routes(__name__)


@routes.route("/v1/terms")
@endpoint(access=Access.PUBLIC, cache=PUBLIC_MINUTE)
def list_terms(terms: TermsService) -> TermsList:
    """List the versions of the terms that a party agrees to, and say which is current."""
    return TermsList.of(terms.list_versions())


@routes.route("/v1/terms/{version}")
@endpoint(access=Access.PUBLIC, cache=PUBLIC_MINUTE, problems=(NotFound,))
def get_terms(version: str, language: Language, terms: TermsService) -> TermsView:
    """Show what a party agrees to by a version of the terms, and what their data is used for."""
    return TermsView.of(terms.get_terms(version), language)
