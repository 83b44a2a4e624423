"""Queues on this machine: what a job sends is worked off before it answers, and a broken message stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from chalice.app import Chalice

from infra.local.aws import embedded_aws
from infra.local.events import Jobs
from infra.local.queues import Queues


class StillClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def queue() -> Iterator[str]:
    with embedded_aws():
        yield boto3.client("sqs").create_queue(QueueName="yima-local-Work-1")["QueueUrl"]


@pytest.fixture
def app(queue: str) -> Chalice:
    app = Chalice("queues", configure_logs=False)

    @app.schedule("rate(1 hour)")
    def sweep(event: Any) -> dict[str, int]:
        assert event.context.get_remaining_time_in_millis() > 200_000
        for body in ("one", "broken", "again"):
            boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=body)
        return {"swept": 1, "done": 0}

    @app.schedule("rate(1 hour)")
    def idle(event: Any) -> dict[str, int]:
        return {"nothing": 0}

    @app.on_sqs_message(queue_arn="arn:aws:sqs:local:0:Work", batch_size=1)
    def work(event: Any) -> dict[str, int]:
        assert event.context.get_remaining_time_in_millis() > 200_000
        (body,) = (record.body for record in event)
        if body == "broken":
            raise RuntimeError(body)
        if body == "again":
            boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="once more")
        return {"done": 1}

    return app


def test_a_jobs_answer_counts_what_its_queue_brought(app: Chalice, queue: str) -> None:
    jobs = Jobs(app, StillClock(), Queues(app))
    assert jobs.run("idle") == {"nothing": 0}
    with pytest.raises(RuntimeError, match="broken"):
        jobs.run("sweep")
    counts = boto3.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    # The others are done; the broken one waits for its next delivery.
    assert (counts["ApproximateNumberOfMessages"], counts["ApproximateNumberOfMessagesNotVisible"]) == ("0", "1")


def test_what_handlers_send_is_worked_off_too(app: Chalice, queue: str) -> None:
    boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="again")
    assert Queues(app).drain() == {"done": 2}
    assert Queues(app).drain() == {}
