"""What other contexts may use of triage: what a text says of danger, and the help there is."""

from __future__ import annotations

from chalicelib.triage.service import Help, find_urgent_kinds

__all__ = ["Help", "find_urgent_kinds"]
