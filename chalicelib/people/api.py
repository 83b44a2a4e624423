"""HTTP routes of the signed-in person ("Me")."""

from __future__ import annotations

from typing import Any

from chalicelib.people.refusals import LegalHold
from chalicelib.people.service import PeopleService
from chalicelib.people.views import AccessLog, AccessView, ErasureView, Export, Me
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.shared.texts import Language
from chalicelib.web.cursors import Page
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes

routes = Routes(__name__)


@routes.route("/v1/me")
@endpoint()
def me(viewer: Viewer) -> Me:
    """Show who I am signed in as, and in which roles."""
    return Me.of(viewer)


@routes.route("/v1/me/access-log")
@endpoint()
def access_log(viewer: Viewer, page: Page, language: Language, people: PeopleService) -> AccessLog:
    """List who of the staff read my personal data, when, and why."""
    found = people.list_accesses(viewer, page.position, page.limit)
    return AccessLog(
        items=[AccessView.of(one, language) for one in found.items], next_cursor=page.cursor_after(found.position)
    )


@routes.route("/v1/me/export")
@endpoint()
def export(viewer: Viewer, people: PeopleService) -> Export:
    """Give me everything that is kept about me."""
    exported: dict[str, Any] = people.export(viewer)
    return Export(me=Me.of(viewer), **exported)


@routes.route("/v1/me/erasure", methods=["POST"])
@endpoint(problems=(LegalHold,))
def erase(viewer: Viewer, key: IdempotencyKey, language: Language, people: PeopleService) -> ErasureView:
    """Erase my personal data, unless a case of mine is still open."""
    idempotency = key.answering(lambda erasure: ErasureView.of(erasure, language))
    return ErasureView.of(people.erase(viewer, idempotency), language)
