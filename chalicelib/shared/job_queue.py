"""The queue that carries a job's tasks to invocations of their own (SQS)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from chalicelib.shared.aws import Clients, unavailable_when_down

_BATCH: Final = 10
"""As many messages as SQS takes in one call."""


class JobQueue:
    """Messages for the function `deadline_shard`."""

    def __init__(self, clients: Clients, url: str) -> None:
        self._clients = clients
        self._url = url

    def send(self, messages: Sequence[str]) -> int:
        """Send messages, ten a call; return how many were not taken. Raises `Unavailable` if the queue is away."""
        unsent = 0
        for start in range(0, len(messages), _BATCH):
            batch = messages[start : start + _BATCH]
            entries: list[Any] = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(batch)]
            with unavailable_when_down():
                reply = self._clients.sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
            unsent += len(reply.get("Failed", []))
        return unsent
