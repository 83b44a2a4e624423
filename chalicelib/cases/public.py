"""What other contexts may use of cases: the case, the service that finds and changes it, what its codes are called."""

from __future__ import annotations

from chalicelib.cases.events import WAITING
from chalicelib.cases.lifecycle.decisions import Outcome
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.records import VersionConflict
from chalicelib.cases.lifecycle.service import CaseService, Seen
from chalicelib.cases.lifecycle.statuses import STATUSES

__all__ = ["STATUSES", "WAITING", "Case", "CaseService", "Outcome", "Seen", "VersionConflict"]
