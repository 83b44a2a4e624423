"""Dispute types, and the way from a text to one of them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.organisations import Organisations

if TYPE_CHECKING:
    from chalicelib.triage.service import TriageService


class Triage:
    """Triage."""

    def __init__(self, organisations: Organisations) -> None:
        self._organisations = organisations

    @cached_property
    def service(self) -> TriageService:
        """Dispute types and triage."""
        from chalicelib.triage.rules import RuleSet
        from chalicelib.triage.service import TriageService
        from chalicelib.triage.types import DisputeTypes

        return TriageService(DisputeTypes.load(), RuleSet.load(), self._organisations.service.list_organisations)
