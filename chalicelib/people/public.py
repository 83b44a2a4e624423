"""What other contexts may use of people: the entry that they make when staff read somebody's data, the refusals."""

from __future__ import annotations

from chalicelib.people.model import Access
from chalicelib.people.refusals import LegalHold
from chalicelib.people.terms.refusals import UnknownTerms

__all__ = ["Access", "LegalHold", "UnknownTerms"]
