"""The Chalice app: blueprints, and every event handler. No decisions are made here."""

from __future__ import annotations

from chalice.app import Chalice, CloudWatchEvent, DynamoDBEvent, SQSEvent

from chalicelib import bootstrap
from chalicelib.appointments.api import routes as appointment_routes
from chalicelib.appointments.desk_api import routes as desk_routes
from chalicelib.audit.api import routes as audit_routes
from chalicelib.cases.api import routes as case_routes
from chalicelib.cases.evidence_api import routes as evidence_routes
from chalicelib.cases.talk_api import routes as talk_routes
from chalicelib.catalogue.api import routes as catalogue_routes
from chalicelib.notices.api import routes as notice_routes
from chalicelib.organisations.api import routes as organisation_routes
from chalicelib.people.api import routes as people_routes
from chalicelib.ratings.api import routes as rating_routes
from chalicelib.ratings.loop_api import routes as rating_loop_routes
from chalicelib.shared.jobs import Budget
from chalicelib.triage.api import routes as triage_routes
from chalicelib.web.api import routes as web_routes
from chalicelib.web.chalice_edges import anchor

app = Chalice(app_name="yima", configure_logs=False)

_BLUEPRINTS = (
    anchor,
    web_routes,
    catalogue_routes,
    people_routes,
    case_routes,
    talk_routes,
    organisation_routes,
    notice_routes,
    audit_routes,
    appointment_routes,
    desk_routes,
    evidence_routes,
    triage_routes,
    rating_routes,
    rating_loop_routes,
)

for blueprint in _BLUEPRINTS:
    app.register_blueprint(blueprint)


@app.schedule("rate(10 minutes)", name="deadlines")
def deadlines(event: CloudWatchEvent) -> dict[str, int]:
    """Let clocks that have run out lapse, close or escalate: what is urgent here, the rest by `deadline_shard`."""
    return bootstrap.container().deadlines.start(Budget.of_lambda(event.context))


# The queue's real ARN stands in infra/resources.json, as the stream's below.
@app.on_sqs_message(
    queue_arn="arn:aws:sqs:local:0:JobsQueue", batch_size=1, maximum_concurrency=16, name="deadline_shard"
)
def deadline_shard(event: SQSEvent) -> dict[str, int]:
    """Work off one shard of what is due; up to 16 side by side."""
    messages = [record.body for record in event]
    return bootstrap.container().deadlines.resume(messages, Budget.of_lambda(event.context))


@app.schedule("rate(1 hour)", name="checkpoints")
def checkpoints(event: CloudWatchEvent) -> dict[str, int]:  # noqa: ARG001
    """Sign what has happened until now."""
    return bootstrap.container().audit.run()


# The stream's real ARN stands in infra/resources.json: Chalice wants one here, and a template cannot be computed.
@app.on_dynamodb_record(
    stream_arn="arn:aws:dynamodb:local:0:table/CasesTable/stream/latest", batch_size=25, name="relay"
)
def relay(event: DynamoDBEvent) -> dict[str, list[dict[str, str]]]:
    """Tell everyone whom the events of cases concern; return the records that are to come again."""
    return bootstrap.container().relay.deliver(event.to_dict()["Records"])


@app.on_dynamodb_record(
    stream_arn="arn:aws:dynamodb:local:0:table/RatingsTable/stream/latest", batch_size=25, name="relay_ratings"
)
def relay_ratings(event: DynamoDBEvent) -> dict[str, list[dict[str, str]]]:
    """Take note of the events of ratings; return the records that are to come again."""
    return bootstrap.container().rating_relay.deliver(event.to_dict()["Records"])
