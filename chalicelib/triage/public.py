"""What other contexts may use of triage: the dispute types, red lines in a text, and the help for them."""

from __future__ import annotations

from chalicelib.triage.service import Help, find_urgent_kinds
from chalicelib.triage.types import DisputeTypes

__all__ = ["DisputeTypes", "Help", "find_urgent_kinds"]
