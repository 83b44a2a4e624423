"""Lambda's pollers of queues on this machine: what waits is delivered to the app's own handlers."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import boto3
from chalice.app import Chalice, SQSEventConfig
from chalice.local import LambdaContext

from infra.local.stack import find_queue

TIMEOUT_SECONDS: Final = 300
_RECEIVE: Final = 10


class Queues:
    """The app's queues (`@app.on_sqs_message`), read until they are empty."""

    def __init__(self, app: Chalice) -> None:
        self._app = app

    def drain(self) -> dict[str, int]:
        """Deliver what waits, also what handlers send meanwhile; return the sum of their answers.

        A message whose handler fails stays in the queue, as it does in AWS, and after the others have had their turn
        its exception is raised.
        """
        total: Counter[str] = Counter()
        failed: Exception | None = None
        for source in self._app.event_sources:
            if isinstance(source, SQSEventConfig):
                url = find_queue(str(source.queue_arn).rpartition(":")[2])
                if url is None:
                    continue
                client = boto3.client("sqs")
                while messages := client.receive_message(QueueUrl=url, MaxNumberOfMessages=_RECEIVE).get("Messages"):
                    for message in messages:
                        try:
                            total.update(self._deliver(source, message))
                        except Exception as broken:  # noqa: BLE001 - raised below, when the others are done
                            failed = broken
                        else:
                            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        if failed is not None:
            raise failed
        return dict(total)

    def _deliver(self, source: SQSEventConfig, message: Any) -> dict[str, int]:
        record = {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": {},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": source.queue_arn,
        }
        context = LambdaContext(source.name, 1024, max_runtime_ms=TIMEOUT_SECONDS * 1000)
        answer = self._app.handler_map[source.name]({"Records": [record]}, context)
        return answer if isinstance(answer, dict) else {}
