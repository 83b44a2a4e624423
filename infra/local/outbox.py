"""What left the local system: every message that was published for a city's gateways to text or push."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

_LINK: Final = re.compile(r"https?://[^\s，。；）)]+")


class Outbox:
    """The messages of moto's topics, in the order in which they left."""

    def list_since(self, since: datetime | None) -> dict[str, Any]:
        """Return the messages of an instant or later (None: all): `{id, at, channel, to, text, link, …}`.

        `to`: a number, or the subject of somebody whose number the gateway knows; `link`: the first in the text.
        """
        sent = list(_sent())
        return {"items": [one for one in sent if since is None or datetime.fromisoformat(one["at"]) >= since]}


def _sent() -> Iterator[dict[str, Any]]:
    from moto.sns.models import sns_backends

    for account in list(sns_backends.values()):
        for backend in list(account.values()):
            for topic in list(backend.topics.values()):
                yield from (_shown(json.loads(notification[1])) for notification in list(topic.sent_notifications))


def _shown(message: dict[str, Any]) -> dict[str, Any]:
    link = _LINK.search(message["text"])
    return {
        "id": message["id"],
        "at": message["at"],
        "channel": message["channel"],
        "to": message.get("to") or message["subject"],
        "title": message["title"],
        "text": message["text"],
        "link": message.get("link") or (None if link is None else link[0]),
        "event": message["event"],
    }
