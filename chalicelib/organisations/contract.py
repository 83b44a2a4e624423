"""What clients send to list organisations: closed and strict."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from chalicelib.organisations.model import Kind
from chalicelib.web.request import ListQuery


class ListOrganisations(ListQuery):
    """Which organisations: of a kind, or those that mediate."""

    dispute_type: Annotated[str, StringConstraints(min_length=1, max_length=60)] | None = None
    region: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")] | None = None
    kind: Kind | None = None
