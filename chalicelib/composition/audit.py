"""The record of what happened, and its signed checkpoints."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.cases import Cases
from chalicelib.composition.foundation import Foundation

if TYPE_CHECKING:
    from chalicelib.audit.service import AuditService
    from chalicelib.audit.store import AuditStore


class Audit:
    """Audit."""

    def __init__(self, base: Foundation, cases: Cases) -> None:
        self._base = base
        self._cases = cases

    @cached_property
    def store(self) -> AuditStore:
        """Where leaves and checkpoints are kept."""
        from chalicelib.audit.store import AuditStore

        return AuditStore(self._base.aws, self._base.settings.audit_table, self._base.answers)

    @cached_property
    def service(self) -> AuditService:
        """The record of what happened, and its checkpoints."""
        from chalicelib.audit.service import AuditService

        return AuditService(self.store, self._cases.store, self._base.signer, self._base.clock)
