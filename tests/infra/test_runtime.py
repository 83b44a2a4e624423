"""Every handler under Lambda's own runtime client, from the zip: genuine events in, their effects out.

AWS is a moto server on loopback with the stack's resources; each function is a process of its own, with the settings
that the template gives it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from app import API_MODULES
from chalicelib.cases.lifecycle.service import Asked
from chalicelib.catalogue.store import CatalogueStore
from chalicelib.composition.container import Container
from chalicelib.organisations.store import OrganisationStore
from chalicelib.settings import Settings
from chalicelib.shared.idempotency import Idempotency, StoredAnswer
from chalicelib.shared.viewer import Viewer
from chalicelib.web.operations import every_operation
from infra.local.aws import embedded_aws
from infra.local.moto_speed import cheap_transactions
from infra.local.stack import create_stack
from infra.organisations.importer import read_organisations
from infra.package.lambda_runtime import FunctionFailed, LambdaFunction
from tests.catalogues import SAMPLE, sample_items

NAMES = {
    "APIHandler": "app.app",
    "Deadlines": "app.deadlines",
    "DeadlineShard": "app.deadline_shard",
    "Checkpoints": "app.checkpoints",
    "Relay": "app.relay",
    "RelayRatings": "app.relay_ratings",
}
APPLICANT = Viewer("applicant", frozenset({"citizen"}), None, "申请人")
PARAMETERS = {"Stage": "test", "OidcIssuer": "https://id.example.cn", "CorsOrigins": "https://app.example.cn"}


class Deployment:
    """The stack's resources on loopback, and functions started when they are first called."""

    def __init__(self, stack: ExitStack, folder: Path, aws: str) -> None:
        self._stack, self._folder = stack, folder
        self.variables = create_stack(PARAMETERS, root_secret="a root secret of the tests, long enough for keys")
        self._environment = {**self.variables, "AWS_ENDPOINT_URL": aws}
        self._functions: dict[str, LambdaFunction] = {}
        self.container = Container(Settings.from_env(self.variables))
        base = self.container.foundation
        organisations = OrganisationStore(base.aws, base.settings.organisations_table, base.answers)
        organisations.put_all(read_organisations(SAMPLE / "organisations.json"))

    def call(self, name: str, event: Mapping[str, Any]) -> Any:
        """Return what the function of that logical name answers."""
        if name not in self._functions:
            function = LambdaFunction(self._folder, NAMES[name], self._environment)
            self._functions[name] = self._stack.enter_context(function)
        return self._functions[name].invoke(event).value

    def get(self, resource: str, language: str = "zh", **parameters: str) -> Any:
        """Return API Gateway's view of a GET."""
        return self.call("APIHandler", rest_event(resource, parameters, language))

    def file_case(self) -> str:
        """File a case and accept it, with the app's own use cases; return its code."""
        filing = {
            "dispute_type": "neighbour",
            "region": "210202",
            "title": "噪声",
            "facts": "楼上夜里装修。" * 20,
            "claims": ["停止夜间施工"],
            "amount_cents": None,
            "preferred_modes": [],
            "terms_version": "2026-01",
            "service_address": None,
            "again": True,
            "applicant": {"name": "甲", "phone": "13800138000", "id_number": None, "address": None},
            "respondents": [{"name": "乙", "phone": None, "kind": "person"}],
        }
        cases = self.container.cases.service
        filed = cases.file(APPLICANT, filing, new_key()).case
        clerk = Viewer("clerk", frozenset({"clerk"}), filed.organisation, None)
        cases.act(clerk, filed.code, Asked("accept", {}), new_key())
        return filed.code

    def items(self, table: str, prefix: str = "") -> list[dict[str, Any]]:
        """Return a table's items whose sort key begins so."""
        found = boto3.client("dynamodb").scan(TableName=self.variables[f"YIMA_{table}_TABLE"])["Items"]
        return [one for one in found if one["sk"]["S"].startswith(prefix)]


@pytest.fixture(scope="module")
def deployed(package: Path) -> Iterator[Deployment]:
    with ExitStack() as stack:
        stack.enter_context(cheap_transactions())
        yield Deployment(stack, package / "function", stack.enter_context(embedded_aws()))


def new_key() -> Idempotency:
    scope = hashlib.sha256(uuid.uuid4().bytes).hexdigest()
    return Idempotency(scope, scope, datetime.now(UTC), lambda _: StoredAnswer(200, {}, b"{}"))


def rest_event(resource: str, parameters: Mapping[str, str], language: str) -> dict[str, Any]:
    """Return the event of API Gateway's Lambda proxy integration (REST), as its developer guide shows it."""
    path = resource.format_map(parameters)
    headers = {"Accept": "*/*", "Accept-Language": language, "Host": "x.execute-api.cn-north-1.amazonaws.com.cn"}
    return {
        "resource": resource,
        "path": path,
        "httpMethod": "GET",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": dict(parameters) or None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "x",
            "resourceId": "r",
            "resourcePath": resource,
            "httpMethod": "GET",
            "path": f"/api{path}",
            "protocol": "HTTP/1.1",
            "stage": "api",
            "requestId": "11111111-2222-3333-4444-555555555555",
            "requestTimeEpoch": 1764000000000,
            "identity": {"sourceIp": "203.0.113.1", "userAgent": "test"},
        },
        "body": None,
        "isBase64Encoded": False,
    }


def stream_event(table: str, *records: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Lambda brings of a table's stream: binaries are base64 there."""
    arn = f"arn:aws-cn:dynamodb:cn-north-1:123456789012:table/{table}/stream/2026-11-24T00:00:00.000"
    return {
        "Records": [
            {
                "eventID": f"{number:032x}",
                "eventName": "INSERT",
                "eventVersion": "1.1",
                "eventSource": "aws:dynamodb",
                "awsRegion": "cn-north-1",
                "dynamodb": {
                    "ApproximateCreationDateTime": 1764000000.0,
                    "Keys": {"pk": one["pk"], "sk": one["sk"]},
                    "NewImage": in_json(one),
                    "SequenceNumber": str(100 + number),
                    "SizeBytes": 500,
                    "StreamViewType": "NEW_AND_OLD_IMAGES",
                },
                "eventSourceARN": arn,
            }
            for number, one in enumerate(records)
        ]
    }


def in_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {name: in_json(inner) for name, inner in value.items()}
    return [in_json(one) for one in value] if isinstance(value, list) else value


def schedule_event(rule: str) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-11-24T02:00:00Z",
        "region": "cn-north-1",
        "resources": [f"arn:aws-cn:events:cn-north-1:123456789012:rule/{rule}"],
        "detail": {},
    }


def queue_event(*bodies: str) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": str(uuid.uuid4()),
                "receiptHandle": "h",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1764000000000", "SenderId": "s"},
                "messageAttributes": {},
                "md5OfBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws-cn:sqs:cn-north-1:123456789012:JobsQueue",
                "awsRegion": "cn-north-1",
            }
            for body in bodies
        ]
    }


def test_the_names_are_those_of_the_template(template: dict[str, Any]) -> None:
    functions = {
        name: one["Properties"]["Handler"]
        for name, one in template["Resources"].items()
        if one["Type"] == "AWS::Serverless::Function"
    }
    assert functions == NAMES  # every handler that is deployed is called below


def test_health(deployed: Deployment) -> None:
    reply = deployed.get("/v1/health")
    assert reply["statusCode"] == 200
    assert json.loads(reply["body"])["status"] == "ok"
    assert reply["multiValueHeaders"] == {}
    assert reply["headers"]["Content-Type"] == "application/json"


def test_a_guide_from_the_table(deployed: Deployment) -> None:
    kept = sample_items()[0]
    CatalogueStore(deployed.container.foundation.aws, deployed.variables["YIMA_CATALOGUE_TABLE"]).put_items([kept])
    reply = deployed.get("/v1/services/{code}", code=kept.code)
    assert reply["statusCode"] == 200, reply
    assert json.loads(reply["body"])["code"] == kept.code


def test_what_is_not_there_is_said_in_the_callers_language(deployed: Deployment) -> None:
    reply = deployed.get("/v1/services/{code}", "en", code="NO-SUCH")
    assert reply["statusCode"] == 404
    problem = json.loads(reply["body"])
    assert problem["type"] == "/problems/not-found"
    assert problem["instance"] == "11111111-2222-3333-4444-555555555555"
    assert reply["headers"]["Content-Language"] == "en"


def test_who_is_not_signed_in_is_told_so(deployed: Deployment) -> None:
    reply = deployed.get("/v1/cases")
    assert reply["statusCode"] == 401
    assert reply["headers"]["WWW-Authenticate"] == 'Bearer realm="yima"'


def test_every_operation_is_described_from_the_packaged_table(deployed: Deployment) -> None:
    reply = deployed.get("/v1/openapi.json")
    assert reply["statusCode"] == 200
    paths = json.loads(reply["body"])["paths"]
    assert set(paths) == {one.path for one in every_operation() if one.module in API_MODULES}


def test_the_relay_tells_the_applicant(deployed: Deployment) -> None:
    code = deployed.file_case()
    events = [one for one in deployed.items("CASES", "EVENT#") if one["pk"]["S"].endswith(code)]
    assert events
    answer = deployed.call("Relay", stream_event("CasesTable", *events))
    assert answer == {"batchItemFailures": []}
    noted = [one for one in deployed.items("AUDIT") if code in json.dumps(in_json(one))]
    assert noted
    assert not [one for one in noted if "reason" in one]  # nothing of it is in quarantine
    assert [one for one in deployed.items("NOTICES") if code in json.dumps(in_json(one))]


@pytest.mark.parametrize(
    ("function", "table", "pk"), [("Relay", "CASES", "CASE#"), ("RelayRatings", "RATINGS", "RATING#")]
)
def test_a_record_that_cannot_be_read_is_set_aside(deployed: Deployment, function: str, table: str, pk: str) -> None:
    broken = {"pk": {"S": f"{pk}BROKEN"}, "sk": {"S": "EVENT#000001"}, "nonsense": {"B": b"\0"}}
    answer = deployed.call(function, stream_event(f"{table.title()}Table", broken))
    assert answer == {"batchItemFailures": []}
    kept = [one for one in deployed.items("AUDIT") if "BROKEN" in json.dumps(in_json(one)) and "reason" in one]
    assert kept


def test_the_relay_of_ratings_passes_over_what_is_no_event(deployed: Deployment) -> None:
    other = {"pk": {"S": "TARGET#service:1"}, "sk": {"S": "TALLY#0"}}
    assert deployed.call("RelayRatings", stream_event("RatingsTable", other)) == {"batchItemFailures": []}


def test_the_schedule_names_every_shard_and_a_shard_is_worked_off(deployed: Deployment) -> None:
    counted = deployed.call("Deadlines", schedule_event("deadlines"))
    assert all(isinstance(number, int) for number in counted.values())
    sqs = boto3.client("sqs")
    queue = deployed.variables["YIMA_JOBS_QUEUE_URL"]
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    assert messages
    worked = deployed.call("DeadlineShard", queue_event(messages[0]["Body"]))
    assert all(isinstance(number, int) for number in worked.values())


def test_checkpoints_sign_what_has_happened(deployed: Deployment) -> None:
    deployed.file_case()
    deployed.call("Relay", stream_event("CasesTable", *deployed.items("CASES", "EVENT#")))
    counted = deployed.call("Checkpoints", schedule_event("checkpoints"))
    assert all(isinstance(number, int) for number in counted.values())
    assert [one for one in deployed.items("AUDIT") if "signature" in one]


def test_an_event_of_another_kind_fails_with_its_reason(deployed: Deployment) -> None:
    with pytest.raises(FunctionFailed) as failed:
        deployed.call("Relay", {"not": "a stream's"})
    report = json.loads(str(failed.value))
    assert report["errorType"] == "KeyError"
    assert re.search("Records", report["errorMessage"])
    # The container goes on: the next event is answered.
    assert deployed.call("Relay", {"Records": []}) == {"batchItemFailures": []}
