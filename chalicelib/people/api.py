"""HTTP routes of the signed-in person ("Me")."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel

from chalicelib.web.chalice_edges import Routes
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer

routes = Routes(__name__)


class Me(BaseModel):
    """The caller as the sign-in service describes them."""

    sub: str
    roles: list[str]
    org: str | None
    name: str | None

    @classmethod
    def of(cls, viewer: Viewer) -> Self:
        """Return the view of `viewer`."""
        return cls(sub=viewer.subject, roles=sorted(viewer.roles), org=viewer.organisation, name=viewer.name)


@routes.route("/v1/me")
@endpoint()
def me(viewer: Viewer) -> Me:
    """Show who I am signed in as, and in which roles."""
    return Me.of(viewer)
