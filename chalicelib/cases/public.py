"""What other contexts may use of cases: the case itself, the service that finds and changes it, what passes between."""

from __future__ import annotations

from chalicelib.cases.lifecycle.decisions import Outcome
from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.records import VersionConflict
from chalicelib.cases.lifecycle.service import CaseService, Seen

__all__ = ["Case", "CaseService", "Outcome", "Seen", "VersionConflict"]
