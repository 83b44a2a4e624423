"""What the store of the waitlist says when somebody was faster: a reason to read and decide again."""

from __future__ import annotations

from chalicelib.shared.errors import Conflict


class WishChanged(Conflict):
    """The wish in the waitlist was made anew, or left, since it was read."""
