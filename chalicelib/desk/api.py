"""HTTP routes of desks ("Staff")."""

from __future__ import annotations

from chalicelib.desk.contract import ArrivalsQuery, CountsQuery, DeskQuery
from chalicelib.desk.service import DeskFilter, DeskService
from chalicelib.desk.views import DeskCounts, DeskDrawing, DeskList, DeskNoticeList
from chalicelib.shared.errors import NotAllowed
from chalicelib.shared.texts import Language
from chalicelib.web.cursors import Page
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes

routes = Routes(__name__)


@routes.route("/v1/desk")
@endpoint(query=DeskQuery, problems=(NotAllowed,))
def list_desk(
    viewer: Viewer, query: DeskQuery, page: Page, *, language: Language, desks: DeskService, drawing: DeskDrawing
) -> DeskList:
    """List what waits for my desk, the first due before the others."""
    asked = DeskFilter(query.role, query.kind, query.due)
    found = desks.list_items(viewer, asked, page.position, page.limit)
    return DeskList(
        items=[drawing.draw(one, found.now, language) for one in found.page.items],
        next_cursor=page.cursor_after(found.page.position),
    )


@routes.route("/v1/desk/counts")
@endpoint(query=CountsQuery, problems=(NotAllowed,))
def count_desk(
    viewer: Viewer, query: CountsQuery, language: Language, desks: DeskService, drawing: DeskDrawing
) -> DeskCounts:
    """Count what waits for my desk, and what of it is late."""
    return drawing.draw_counts(desks.count(viewer, query.role), language)


@routes.route("/v1/desk/notices")
@endpoint(query=ArrivalsQuery, problems=(NotAllowed,))
def list_desk_notices(
    viewer: Viewer, query: ArrivalsQuery, page: Page, *, language: Language, desks: DeskService, drawing: DeskDrawing
) -> DeskNoticeList:
    """List what came new on my desk, newest first."""
    found = desks.list_arrivals(viewer, query.role, query.kind, page.position, page.limit)
    return DeskNoticeList(
        items=[drawing.draw_arrival(one, language) for one in found.items],
        next_cursor=page.cursor_after(found.position),
    )
