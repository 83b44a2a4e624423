"""Messages as their readers see them."""

from __future__ import annotations

from typing import Self

from chalicelib.cases.messages.service import Message
from chalicelib.web.view import View


class MessageView(View):
    """A message in a case."""

    id: str
    at: str
    from_role: str
    from_party: str | None
    to: str
    text: str | None
    for_settlement: bool
    yours: bool

    @classmethod
    def of(cls, message: Message) -> Self:
        """Return the view of a message."""
        return cls(**{name: getattr(message, name) for name in cls.model_fields})


class MessageList(View):
    """A page of messages, oldest first."""

    items: list[MessageView]
    next_cursor: str | None
