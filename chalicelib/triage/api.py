"""HTTP routes of dispute types and triage, for everyone. Nothing is stored."""

from __future__ import annotations

from chalicelib.shared.texts import Language
from chalicelib.triage.contract import TriageText
from chalicelib.triage.service import TriageService
from chalicelib.triage.views import DisputeTypeList, DisputeTypeView, RuleSetView, TriageView
from chalicelib.web.answers import NO_STORE, PUBLIC_MINUTE
from chalicelib.web.endpoint import endpoint
from chalicelib.web.operations import Access, Routes

routes = Routes(__name__)


@routes.route("/v1/dispute-types")
@endpoint(access=Access.PUBLIC, cache=PUBLIC_MINUTE)
def list_dispute_types(language: Language, triage: TriageService) -> DisputeTypeList:
    """List the types of disputes: what is taken, what is not and where to go, the path, the evidence."""
    types = triage.types
    path = [step.text(language) for step in types.path]
    return DisputeTypeList(
        items=[DisputeTypeView.of(one, path, language) for one in types.mains.values()], version=types.version
    )


@routes.route("/v1/triage", methods=["POST"])
@endpoint(access=Access.PUBLIC, body=TriageText, cache=NO_STORE)
def advise(body: TriageText, language: Language, triage: TriageService) -> TriageView:
    """Find the type of a dispute from a text, with the rules and words that decided. Nothing is stored."""
    return TriageView.of(triage.advise(body.text, body.answers or {}), triage, language)


@routes.route("/v1/transparency/triage")
@endpoint(access=Access.PUBLIC, cache=PUBLIC_MINUTE)
def rule_set(triage: TriageService) -> RuleSetView:
    """Publish the rules by which triage decides (法释〔2021〕23号 asks that they be open to the parties)."""
    return RuleSetView(**triage.rules.published)
