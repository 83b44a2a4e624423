"""What other contexts may use of people: readings to be noted, and the refusal of an erasure that the law holds up."""

from __future__ import annotations

from chalicelib.people.model import Access, LegalHold

__all__ = ["Access", "LegalHold"]
