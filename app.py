"""The Chalice app: its doors (HTTP operations), and every event handler. No decisions are made here."""

from __future__ import annotations

from chalice.app import Chalice, CloudWatchEvent, DynamoDBEvent, SQSEvent

from chalicelib.composition.container import container
from chalicelib.shared.jobs import Budget
from chalicelib.web import injection
from chalicelib.web.doors import open_doors

app = Chalice(app_name="yima", configure_logs=False)
app.api.binary_types = []  # see chalicelib/web/chalice_edges.py

API_MODULES = (
    "chalicelib.web.api",
    "chalicelib.catalogue.api",
    "chalicelib.organisations.api",
    "chalicelib.triage.api",
    "chalicelib.cases.lifecycle.api",
    "chalicelib.cases.evidence.api",
    "chalicelib.cases.messages.api",
    "chalicelib.cases.court.api",
    "chalicelib.cases.appeals.api",
    "chalicelib.cases.progress.api",
    "chalicelib.cases.routes.api",
    "chalicelib.cases.service.api",
    "chalicelib.appointments.booking.api",
    "chalicelib.appointments.slots.api",
    "chalicelib.appointments.hours.api",
    "chalicelib.appointments.waitlist.api",
    "chalicelib.appointments.calendar.api",
    "chalicelib.ratings.rating.api",
    "chalicelib.ratings.handling.api",
    "chalicelib.ratings.visits.api",
    "chalicelib.notices.api",
    "chalicelib.people.api",
    "chalicelib.people.contact.api",
    "chalicelib.people.terms.api",
    "chalicelib.desk.api",
    "chalicelib.audit.api",
)
"""Where operations stand; see `chalicelib.web.doors` for when they are imported."""

open_doors(app, API_MODULES)


injection.make_with(container)


@app.schedule("rate(10 minutes)", name="deadlines")
def deadlines(event: CloudWatchEvent) -> dict[str, int]:
    """Let clocks that have run out lapse, close or escalate: what is urgent here, the rest by `deadline_shard`."""
    return container().events.deadlines.start(Budget.of_lambda(event.context))


# The queue's real ARN stands in infra/resources.json, as the stream's below.
@app.on_sqs_message(
    queue_arn="arn:aws:sqs:local:0:JobsQueue", batch_size=1, maximum_concurrency=16, name="deadline_shard"
)
def deadline_shard(event: SQSEvent) -> dict[str, int]:
    """Work off one shard of what is due; up to 16 side by side."""
    messages = [record.body for record in event]
    return container().events.deadlines.resume(messages, Budget.of_lambda(event.context))


@app.schedule("rate(1 hour)", name="checkpoints")
def checkpoints(event: CloudWatchEvent) -> dict[str, int]:  # noqa: ARG001
    """Sign what has happened until now."""
    return container().audit.service.run()


# The stream's real ARN stands in infra/resources.json: Chalice wants one here, and a template cannot be computed.
@app.on_dynamodb_record(
    stream_arn="arn:aws:dynamodb:local:0:table/CasesTable/stream/latest", batch_size=25, name="relay"
)
def relay(event: DynamoDBEvent) -> dict[str, list[dict[str, str]]]:
    """Tell everyone whom the events of cases concern; return the records that are to come again."""
    return container().events.relay.deliver(event.to_dict()["Records"])


@app.on_dynamodb_record(
    stream_arn="arn:aws:dynamodb:local:0:table/RatingsTable/stream/latest", batch_size=25, name="relay_ratings"
)
def relay_ratings(event: DynamoDBEvent) -> dict[str, list[dict[str, str]]]:
    """Take note of the events of ratings; return the records that are to come again."""
    return container().events.rating_relay.deliver(event.to_dict()["Records"])
