"""What would be deployed: Chalice's package merged with the resources file, made once and looked at closely."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.package.interpreter import RUNTIME, prepare_environment
from tests.infra.conftest import ROOT

MAX_MEGABYTES = 22  # with what documents are set with; 15 without
WHEELS = [
    "pydantic",
    "pydantic_core",
    "annotated_types",
    "jwt",
    "cryptography",
    "cffi",
    "pycparser",
    "apsw",
    "reportlab",
]


def resources(template: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: one["Properties"] for name, one in template["Resources"].items() if one["Type"] == kind}


def test_the_template_is_clean(package: Path) -> None:
    lint = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run(
        [str(lint), "--regions", "cn-north-1", "cn-northwest-1", "--", str(package / "sam.json")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_zip_has_every_wheel_and_nothing_of_ours_but_the_app(package: Path) -> None:
    with zipfile.ZipFile(package / "deployment.zip") as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert set(WHEELS) <= tops
    assert {"app.py", "chalicelib", "chalice"} <= tops
    assert not tops & {"tests", "infra", "boto3", "botocore", "moto", "README.md", "requirements.txt"}


def test_every_shipped_requirement_is_pinned_and_in_the_zip(package: Path) -> None:
    lines = [line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines()]
    names = [line for line in lines if line]
    assert all("==" in name for name in names)
    with zipfile.ZipFile(package / "deployment.zip") as archive:
        infos = {name.split("/")[0].lower() for name in archive.namelist() if ".dist-info/" in name}
    for name, _, version in (line.partition("==") for line in names):
        assert f"{name.lower().replace('-', '_')}-{version}.dist-info" in infos


def test_the_zip_is_small(package: Path) -> None:
    assert (package / "deployment.zip").stat().st_size <= MAX_MEGABYTES * 1_000_000


def test_the_app_imports_from_the_zip_alone(package: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, '.');"
        "import app, jwt, cryptography, apsw, pydantic, chalicelib.catalogue.store;"
        "import chalicelib.catalogue.published, chalicelib.web.openapi, chalicelib.shared.transactions;"
        "outside = [m.__file__ for n, m in list(sys.modules.items()) if n.split('.')[0] in "
        "('chalice', 'chalicelib', 'app', 'jwt', 'cryptography', 'apsw', 'pydantic', 'pydantic_core')"
        " and getattr(m, '__file__', None) and 'site-packages' in m.__file__];"
        "assert not outside, outside; print(len(app.app.routes))"
    )
    done = subprocess.run(
        [str(prepare_environment() / "python"), "-S", "-c", program],
        cwd=package / "function",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 8


def test_days_of_a_year_that_is_not_published_are_counted_from_the_zip(package: Path) -> None:
    # Only China's part of the library of holidays is packed.
    program = (
        "import sys; sys.path.insert(0, '.');"
        "from datetime import date; from chalicelib.shared.calendar import WorkCalendar;"
        "print([WorkCalendar().is_working_day(date(2033, month, day)) for month, day in ((1, 31), (2, 3), (9, 8))])"
    )
    command = [str(prepare_environment() / "python"), "-S", "-c", program]
    done = subprocess.run(command, cwd=package / "function", capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[False, True, False]", done.stderr


def test_a_document_is_set_from_the_zip_alone(package: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, '.');"
        "from chalicelib.shared.typesetting import Document; made = Document('标题', '事由'); made.paragraph('王喆㐂');"
        "pdf = made.set(); assert pdf.startswith(b'%PDF') and made.missing == 0;"
        "assert all('site-packages' not in sys.modules[name].__file__ for name in ('reportlab', 'PIL'))"
    )
    done = subprocess.run(
        [str(prepare_environment() / "python"), "-S", "-c", program],
        cwd=package / "function",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_answers_in_bytes_are_decoded_for_any_accept(template: dict[str, Any]) -> None:
    (api,) = resources(template, "AWS::Serverless::Api").values()
    assert api["DefinitionBody"]["x-amazon-apigateway-binary-media-types"] == ["*/*"]


def test_tables_are_safe(template: dict[str, Any]) -> None:
    tables = resources(template, "AWS::DynamoDB::Table")
    assert tables
    # A backup of keys would undo an erasure; stored answers are gone within days by design.
    forgetful = {"PeopleTable", "AnswersTable", "NoticesTable"}
    for name, properties in tables.items():
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        assert properties["DeletionProtectionEnabled"] is True
        recovery = properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
        assert recovery is (name not in forgetful), name
        assert properties["SSESpecification"]["SSEType"] == "KMS"
        assert ("StreamSpecification" in properties) is (
            name not in {*forgetful, "AuditTable", "RulesTable", "DesksTable"}
        ), name
    for name, resource in template["Resources"].items():
        if resource["Type"] in {
            "AWS::DynamoDB::Table",
            "AWS::S3::Bucket",
            "AWS::KMS::Key",
            "AWS::SecretsManager::Secret",
        }:
            assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain", name


def test_buckets_are_private(template: dict[str, Any]) -> None:
    buckets = resources(template, "AWS::S3::Bucket").values()
    assert buckets
    for bucket in buckets:
        assert all(bucket["PublicAccessBlockConfiguration"].values())
        assert bucket["VersioningConfiguration"]["Status"] == "Enabled"


def statements(template: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for role in resources(template, "AWS::IAM::Role").values():
        for policy in role.get("Policies", []):
            yield from policy["PolicyDocument"]["Statement"]


def test_no_policy_of_ours_says_star(template: dict[str, Any]) -> None:
    found = list(statements(template))
    assert found
    for statement in found:
        assert statement["Effect"] == "Allow"
        assert statement["Resource"] != "*"
        for action in [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]:
            assert "*" not in action


def test_functions_have_their_limits_and_their_settings(template: dict[str, Any]) -> None:
    functions = resources(template, "AWS::Serverless::Function")
    assert functions
    for name, properties in functions.items():
        assert properties["Runtime"] == RUNTIME
        assert 0 < properties["Timeout"] <= (29 if name == "APIHandler" else 300)
        assert properties["MemorySize"] >= 512
        assert properties["Environment"] == functions["APIHandler"]["Environment"]
    variables = functions["APIHandler"]["Environment"]["Variables"]
    assert variables["YIMA_CATALOGUE_TABLE"] == {"Ref": "CatalogueTable"}
    assert all(name.startswith("YIMA_") for name in variables)


def test_the_relay_gets_events_only_and_one_failure_is_not_everybodys(template: dict[str, Any]) -> None:
    relay = resources(template, "AWS::Serverless::Function")["Relay"]
    (source,) = [one["Properties"] for one in relay["Events"].values() if one["Type"] == "DynamoDB"]
    (criteria,) = source["FilterCriteria"]["Filters"]
    wanted = {"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "EVENT#"}]}}}}
    assert json.loads(criteria["Pattern"]) == wanted
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["BisectBatchOnFunctionError"] is True
    assert 0 < source["MaximumRetryAttempts"] <= 100  # a batch that makes the function break ends, too
    assert source["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["UndeliveredQueue", "Arn"]}
    assert source["BatchSize"] == 25


def test_the_gateway_answers_with_problems(template: dict[str, Any]) -> None:
    answers = resources(template, "AWS::ApiGateway::GatewayResponse")
    kinds = {properties["ResponseType"] for properties in answers.values()}
    assert {"MISSING_AUTHENTICATION_TOKEN", "DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED", "REQUEST_TOO_LARGE"} <= kinds
    for properties in answers.values():
        parameters = properties["ResponseParameters"]
        assert parameters["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
        assert parameters["gatewayresponse.header.Access-Control-Allow-Origin"]
        problem = json.loads(properties["ResponseTemplates"]["application/json"])
        assert {"type", "title", "status", "detail", "instance"} == set(problem)


def test_the_gateway_throttles_and_logs_no_bodies(template: dict[str, Any]) -> None:
    (api,) = resources(template, "AWS::Serverless::Api").values()
    (settings,) = api["MethodSettings"]
    assert (settings["HttpMethod"], settings["ResourcePath"]) == ("*", "/*")
    assert settings["ThrottlingRateLimit"] > 0
    assert settings["DataTraceEnabled"] is False


def test_the_endpoint_is_regional(template: dict[str, Any]) -> None:
    (api,) = resources(template, "AWS::Serverless::Api").values()
    assert api["EndpointConfiguration"] in ("REGIONAL", {"Type": "REGIONAL"})
