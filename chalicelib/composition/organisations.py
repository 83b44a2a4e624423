"""Mediation organisations and their mediators."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.foundation import Foundation

if TYPE_CHECKING:
    from chalicelib.organisations.service import OrganisationService


class Organisations:
    """Organisations."""

    def __init__(self, base: Foundation) -> None:
        self._base = base

    @cached_property
    def service(self) -> OrganisationService:
        """Organisations and mediators."""
        from chalicelib.organisations.service import OrganisationService
        from chalicelib.organisations.store import OrganisationStore
        from chalicelib.triage.public import DisputeTypes

        return OrganisationService(
            OrganisationStore(self._base.aws, self._base.settings.organisations_table, self._base.answers),
            self._base.clock,
            lambda code: DisputeTypes.load().find_main(code),  # read when first asked
        )
