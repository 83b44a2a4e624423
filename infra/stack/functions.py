"""What is added to the functions that Chalice makes: one environment for all, and where their events come from."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any, Final

from chalicelib.settings import Settings, variable_of
from infra.stack.expressions import Expression, Resource, Resources, arn, ref
from infra.stack.tables import logical_id, table_settings

_VALUES: Final[dict[str, Expression]] = {
    "stage": ref("Stage"),
    **{setting: ref(table) for setting, table in table_settings().items()},
    "data_bucket": ref("DataBucket"),
    "evidence_bucket": ref("EvidenceBucket"),
    "data_key_arn": arn("DataKey"),
    "signing_key_arn": arn("SigningKey"),
    "notices_topic_arn": ref("NoticesTopic"),
    "jobs_queue_url": ref("JobsQueue"),
    "root_secret_arn": ref("RootSecret"),
    "oidc_issuer": ref("OidcIssuer"),
    "oidc_audiences": ref("OidcAudience"),
    "oidc_client_ids": ref("OidcClientIds"),
    "oidc_roles_claim": ref("OidcRolesClaim"),
    "cors_origins": ref("CorsOrigins"),
    "public_url": ref("PublicUrl"),
    "video_url": ref("VideoUrl"),
}
"""By the name of the setting; a setting that is not here has its default everywhere (`chalicelib.settings`)."""

_EVENTS_ONLY: Final = json.dumps({"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "EVENT#"}]}}}})


def declare_functions() -> Resources:
    """Return what is added to each function."""
    functions = {
        "APIHandler": {},
        "Deadlines": {},
        "DeadlineShard": {"DeadlineShardSqsEventSource": {"Properties": {"Queue": arn("JobsQueue")}}},
        "Checkpoints": {},
        "Relay": {"RelayDynamodbEventSource": _events_of("cases")},
        "RelayRatings": {"RelayRatingsDynamodbEventSource": _events_of("ratings")},
    }
    return {name: _function(sources) for name, sources in functions.items()}


def environment() -> dict[str, Expression]:
    """Return the variables of every function."""
    return {variable_of(one.name): _VALUES[one.name] for one in fields(Settings) if one.name in _VALUES}


def _function(sources: dict[str, Any]) -> Resource:
    properties: dict[str, Any] = {"Environment": {"Variables": environment()}}
    if sources:
        properties["Events"] = sources
    return {"Properties": properties}


def _events_of(table: str) -> dict[str, Any]:
    """Return a relay's source: only events, from the beginning; what goes on failing is noted in a queue."""
    undelivered = {"Type": "SQS", "Destination": arn("UndeliveredQueue")}
    return {
        "Properties": {
            "Stream": arn(logical_id(table), "StreamArn"),
            "StartingPosition": "TRIM_HORIZON",
            "BisectBatchOnFunctionError": True,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "FilterCriteria": {"Filters": [{"Pattern": _EVENTS_ONLY}]},
            "MaximumRetryAttempts": 20,
            "DestinationConfig": {"OnFailure": undelivered},
        }
    }
