"""What people are told, in the inbox and by message."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.cases import Cases
from chalicelib.composition.foundation import Foundation
from chalicelib.composition.people import People

if TYPE_CHECKING:
    from chalicelib.notices.service import NoticeService


class Notices:
    """Notices."""

    def __init__(self, base: Foundation, people: People, cases: Cases) -> None:
        self._base = base
        self._people = people
        self._cases = cases

    @cached_property
    def service(self) -> NoticeService:
        """What people are told."""
        from chalicelib.notices.service import NoticeService
        from chalicelib.notices.store import NoticeStore

        store = NoticeStore(self._base.aws, self._base.settings.notices_table, self._base.answers)
        return NoticeService(
            store,
            self._people.store.find_subject,
            self._cases.store.find_case,
            self._base.topic.send,
            pseudonyms=lambda: self._base.pseudonyms,
            clock=self._base.clock,
        )
