"""What a store says when somebody was faster: not an answer, but a reason to read and decide again."""

from __future__ import annotations

from chalicelib.shared.errors import Conflict


class RatingChanged(Conflict):
    """Somebody else's act on the rating came first."""
