"""The way out of the system: a topic that a city's gateways (texts, push) subscribe to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.shared.aws import Clients, unavailable_when_down


class Topic:
    """The topic that a city's gateways subscribe to."""

    def __init__(self, clients: Clients, arn: str) -> None:
        self._clients = clients
        self._arn = arn

    def send(self, message: Mapping[str, Any], channel: str) -> None:
        """Publish a message for one channel; gateways filter by the attribute `channel`.

        `message`: `id`, `event`, `at`, `language`, `title`, `text`, and whom it is for: `subject`, or a number in `to`.
        """
        attributes: Any = {
            "channel": {"DataType": "String", "StringValue": channel},
            "event": {"DataType": "String", "StringValue": message["event"]},
        }
        body = json.dumps({**message, "channel": channel}, ensure_ascii=False)
        with unavailable_when_down():
            self._clients.sns.publish(TopicArn=self._arn, Message=body, MessageAttributes=attributes)
