"""The Chalice app: its doors (HTTP operations), and every event handler. No decisions are made here."""

from __future__ import annotations

from chalice.app import Chalice, CloudWatchEvent, DynamoDBEvent

from chalicelib.composition.container import container
from chalicelib.web import injection
from chalicelib.web.doors import open_doors

app = Chalice(app_name="yima", configure_logs=False)

API_MODULES = (
    "chalicelib.web.api",
    "chalicelib.catalogue.api",
    "chalicelib.organisations.api",
    "chalicelib.triage.api",
    "chalicelib.cases.api",
    "chalicelib.cases.evidence_api",
    "chalicelib.cases.talk_api",
    "chalicelib.appointments.api",
    "chalicelib.appointments.desk_api",
    "chalicelib.ratings.api",
    "chalicelib.ratings.loop_api",
    "chalicelib.notices.api",
    "chalicelib.people.api",
    "chalicelib.audit.api",
)
"""Where operations stand; see `chalicelib.web.doors` for when they are imported."""

open_doors(app, API_MODULES)


injection.make_with(container)


@app.schedule("rate(10 minutes)", name="deadlines")
def deadlines(event: CloudWatchEvent) -> dict[str, int]:  # noqa: ARG001
    """Let clocks that have run out lapse, close or escalate."""
    return container().events.run_deadlines()


@app.schedule("rate(1 hour)", name="checkpoints")
def checkpoints(event: CloudWatchEvent) -> dict[str, int]:  # noqa: ARG001
    """Sign what has happened until now."""
    return container().audit.service.run()


# The stream's real ARN stands in infra/resources.json: Chalice wants one here, and a template cannot be computed.
@app.on_dynamodb_record(
    stream_arn="arn:aws:dynamodb:local:0:table/CasesTable/stream/latest", batch_size=25, name="relay"
)
def relay(event: DynamoDBEvent) -> int:
    """Tell everyone whom the events of cases concern."""
    return container().events.relay.deliver(event.to_dict()["Records"])
