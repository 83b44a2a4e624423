"""Creating Yima's resources on this machine from the file that production is deployed with.

Only resources that hold data are created; what routes and guards them exists in AWS alone. moto's
CloudFormation makes them, with four exceptions: it knows no `AWS::SecretsManager::Secret`, it makes every KMS key
one that encrypts, it leaves buckets without versions (moto 5.2), and tables may live in DynamoDB Local instead.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import boto3

RESOURCES_PATH: Final = Path(__file__).parent.parent / "resources.json"

_STACK: Final = "yima-local"
_BY_CLOUDFORMATION: Final = frozenset(
    {"AWS::S3::Bucket", "AWS::KMS::Alias", "AWS::KMS::Key", "AWS::SNS::Topic", "AWS::SQS::Queue"}
)
_KEY: Final = "AWS::KMS::Key"
_TABLE: Final = "AWS::DynamoDB::Table"
_SECRET: Final = "AWS::SecretsManager::Secret"  # noqa: S105 - a resource type
_TABLE_PROPERTIES: Final = (
    "AttributeDefinitions",
    "KeySchema",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "StreamSpecification",
)


class SchemaChanged(RuntimeError):
    """A table of an earlier run has other keys, indexes or streams than the template; the message says what to do."""


def read_template() -> dict[str, Any]:
    """Return the resources file."""
    return json.loads(RESOURCES_PATH.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def create_stack(parameters: Mapping[str, str], *, root_secret: str | None = None) -> dict[str, str]:
    """Create what is missing, and return the environment of the API's function, as the template describes it.

    Endpoints and credentials come from the SDK's environment variables. `parameters`: those of the template;
    `root_secret`: the text of secrets (default: random).
    """
    template = read_template()
    resources: dict[str, Any] = template["Resources"]
    made: dict[str, str] = {}
    for name, resource in resources.items():
        if resource.get("Type") == _TABLE:
            made[name] = _ensure_table(f"yima-{name}", resource["Properties"])
        elif resource.get("Type") == _SECRET:
            made[name] = _create_secret(f"yima-{name}", root_secret or secrets.token_urlsafe(48))
        elif resource.get("Type") == _KEY and "KeyUsage" in resource["Properties"]:
            made[name] = _create_signing_key(resource["Properties"])
    rest = {name: one for name, one in resources.items() if one.get("Type") in _BY_CLOUDFORMATION and name not in made}
    environment = resources["APIHandler"]["Properties"]["Environment"]["Variables"]
    outputs = {name.replace("_", ""): {"Value": value} for name, value in _with_literals(environment, made).items()}
    made_by_cloudformation = {
        "Parameters": template["Parameters"],
        "Conditions": template.get("Conditions", {}),
        "Resources": rest,
        "Outputs": outputs,
    }
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(
        StackName=_STACK,
        TemplateBody=json.dumps(made_by_cloudformation),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )
    for name, resource in rest.items():
        if "VersioningConfiguration" in resource["Properties"]:
            found = cloudformation.describe_stack_resource(StackName=_STACK, LogicalResourceId=name)
            boto3.client("s3").put_bucket_versioning(
                Bucket=found["StackResourceDetail"]["PhysicalResourceId"],
                VersioningConfiguration=resource["Properties"]["VersioningConfiguration"],
            )
    described = cloudformation.describe_stacks(StackName=_STACK)["Stacks"][0]["Outputs"]
    values = {one["OutputKey"]: one["OutputValue"] for one in described}
    return {name: values[name.replace("_", "")] for name in environment}


def find_queue(name: str) -> str | None:
    """Return the URL of a queue of the local stack by its logical id, or None before the stack is there."""
    queues = boto3.client("sqs").list_queues(QueueNamePrefix=f"{_STACK}-{name}").get("QueueUrls", [])
    return queues[0] if queues else None


def _with_literals(value: Any, made: Mapping[str, str]) -> Any:
    """Return `value` with references to what was made outside CloudFormation replaced by its name or ARN."""
    if isinstance(value, dict):
        if set(value) == {"Ref"} and value["Ref"] in made:
            return made[value["Ref"]]
        if set(value) == {"Fn::GetAtt"} and value["Fn::GetAtt"][0] in made:
            return made[value["Fn::GetAtt"][0]]
        return {key: _with_literals(inner, made) for key, inner in value.items()}
    return value


def _ensure_table(name: str, properties: Mapping[str, Any]) -> str:
    """Create the table, or keep the one of an earlier run if it has the same keys, indexes and stream."""
    dynamodb = boto3.client("dynamodb")
    wanted = {key: properties[key] for key in _TABLE_PROPERTIES if key in properties}
    if "StreamSpecification" in wanted:
        wanted["StreamSpecification"] = {"StreamEnabled": True, **wanted["StreamSpecification"]}
    if name in dynamodb.list_tables()["TableNames"]:
        found = dynamodb.describe_table(TableName=name)["Table"]
        if _shape(found) != _shape(wanted):
            raise SchemaChanged(f"the table {name} of an earlier run has another schema: delete .local/ to start anew")
        return name
    dynamodb.create_table(TableName=name, **wanted)
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    if "TimeToLiveSpecification" in properties:
        specification = properties["TimeToLiveSpecification"]
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=specification)
    return name


def _shape(table: Mapping[str, Any]) -> Any:
    indexes = table.get("GlobalSecondaryIndexes", [])
    return (
        sorted((key["AttributeName"], key["KeyType"]) for key in table["KeySchema"]),
        sorted((index["IndexName"], json.dumps(index["KeySchema"], sort_keys=True)) for index in indexes),
        table.get("StreamSpecification", {}).get("StreamViewType"),  # without its stream, a table's events are lost
    )


def _create_signing_key(properties: Mapping[str, Any]) -> str:
    made = boto3.client("kms").create_key(KeyUsage=properties["KeyUsage"], KeySpec=properties["KeySpec"])
    return made["KeyMetadata"]["Arn"]


def _create_secret(name: str, text: str) -> str:
    return boto3.client("secretsmanager").create_secret(Name=name, SecretString=text)["ARN"]
