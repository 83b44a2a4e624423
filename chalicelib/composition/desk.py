"""Desks: what waits for whom on the staff."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.foundation import Foundation

if TYPE_CHECKING:
    from chalicelib.desk.service import DeskService
    from chalicelib.desk.store import DeskStore
    from chalicelib.desk.views import DeskDrawing
    from chalicelib.shared.texts import Text


class Desks:
    """Desks."""

    def __init__(self, base: Foundation) -> None:
        self._base = base

    @cached_property
    def store(self) -> DeskStore:
        """Where it is written what waits on which desk."""
        from chalicelib.desk.store import DeskStore

        return DeskStore(self._base.aws, self._base.settings.desks_table)

    @cached_property
    def service(self) -> DeskService:
        """What waits for whom."""
        from chalicelib.desk.service import DeskService

        return DeskService(self.store, lambda: self._base.pseudonyms, self._base.clock)

    @cached_property
    def drawing(self) -> DeskDrawing:
        """How desks are shown."""
        from chalicelib.cases.public import STATUSES
        from chalicelib.desk.views import DeskDrawing
        from chalicelib.triage.public import DisputeTypes

        def type_name(code: str) -> Text | None:
            found = DisputeTypes.load().find_type(code)
            return None if found is None else found.name

        return DeskDrawing(type_name, lambda status: STATUSES[status].name, self._base.deadline_rules)
