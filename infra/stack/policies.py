"""What each function may do: named statements, composed. Chalice would see nothing of it (`autogen_policy`)."""

from __future__ import annotations

from typing import Any, Final

from infra.stack.expressions import Expression, arn, ref, sub
from infra.stack.tables import TABLES, logical_id

Statement = dict[str, Any]
Policy = dict[str, Any]


def allow(sid: str, actions: str, *resources: Expression) -> Statement:
    """Return a statement. `actions`: a service and its actions, such as `dynamodb: GetItem Query`."""
    service, _, names = actions.partition(":")
    resource = resources[0] if len(resources) == 1 else list(resources)
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": [f"{service}:{name}" for name in sorted(names.split())],
        "Resource": resource,
    }


def table(name: str) -> Expression:
    """Return a table's ARN."""
    return arn(logical_id(name))


def index(name: str) -> Expression:
    """Return the ARN of a table's index."""
    return sub(f"${{{logical_id(name)}.Arn}}/index/gsi1")


def _under(bucket: str, prefix: str) -> Expression:
    return sub(f"${{{bucket}.Arn}}/{prefix}/*")


def _keep_cases(*more: str) -> Statement:
    actions = f"dynamodb: DeleteItem GetItem PutItem Query {' '.join(more)}"
    return allow("KeepCases", actions, table("cases"), index("cases"))


_USE_THE_DATA_KEY: Final = allow("UseTheDataKey", "kms: Decrypt GenerateDataKey", arn("DataKey"))
_READ_THE_ROOT_SECRET: Final = allow("ReadTheRootSecret", "secretsmanager: GetSecretValue", ref("RootSecret"))
_KEEP_APPOINTMENTS: Final = allow(
    "KeepAppointments",
    "dynamodb: BatchGetItem BatchWriteItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem",
    table("appointments"),
    index("appointments"),
)
_KEEP_RATINGS: Final = allow(
    "KeepRatings",
    "dynamodb: BatchGetItem DeleteItem GetItem PutItem Query UpdateItem",
    table("ratings"),
    index("ratings"),
)
_PUT_ON_DESKS: Final = allow("PutOnDesks", "dynamodb: DeleteItem PutItem", table("desks"))
_NOTE_HASHES: Final = allow("NoteHashesAndKeepQuarantine", "dynamodb: PutItem UpdateItem", table("audit"))
_KEEP_WHAT_FAILS: Final = allow("KeepWhatFails", "sqs: SendMessage", arn("UndeliveredQueue"))
_READ_THE_RULES: Final = allow("ReadTheRules", "dynamodb: GetItem Query", table("rules"))
_LET_TIME_PASS: Final = (
    _READ_THE_RULES,
    _keep_cases("UpdateItem"),
    allow("ReadKeysAndForgetSameFilings", "dynamodb: DeleteItem GetItem PutItem Query", table("people")),
    _KEEP_APPOINTMENTS,
    _KEEP_RATINGS,
    _PUT_ON_DESKS,
    _USE_THE_DATA_KEY,
    allow("ReadOrganisations", "dynamodb: Query", table("organisations")),
)

_API: Final = (
    allow("ReadTheCatalogue", "dynamodb: DescribeTable GetItem", table("catalogue")),
    _keep_cases("BatchGetItem"),
    allow("KeepDesks", "dynamodb: DeleteItem GetItem PutItem Query", table("desks"), index("desks")),
    _KEEP_APPOINTMENTS,
    _KEEP_RATINGS,
    allow(
        "KeepKeysOfPeople",
        "dynamodb: BatchGetItem BatchWriteItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem",
        table("people"),
    ),
    allow("KeepAnswers", "dynamodb: GetItem PutItem", table("answers")),
    allow("KeepNotices", "dynamodb: BatchWriteItem DeleteItem GetItem PutItem Query UpdateItem", table("notices")),
    allow("NoteAccesses", "dynamodb: BatchWriteItem PutItem Query", table("audit")),
    allow("ReadOrganisations", "dynamodb: GetItem Query", table("organisations")),
    _READ_THE_RULES,
    allow("ReadTheSnapshot", "s3: GetObject", _under("DataBucket", "catalogue")),
    allow("SendOneTimeCodes", "sns: Publish", ref("NoticesTopic")),
    _READ_THE_ROOT_SECRET,
    _USE_THE_DATA_KEY,
    allow("TellAbsentEvidenceFromForbidden", "s3: ListBucket ListBucketVersions", arn("EvidenceBucket")),
    allow(
        "TakeEvidence",
        "s3: DeleteObject DeleteObjectVersion GetObject GetObjectVersion PutObject",
        _under("EvidenceBucket", "evidence/quarantine"),
    ),
    allow(
        "KeepEvidence",
        "s3: DeleteObjectVersion GetObject GetObjectVersion PutObject",
        _under("EvidenceBucket", "evidence/kept"),
    ),
    allow("SignBundles", "kms: Sign", arn("SigningKey")),
    allow("AskTables", "dynamodb: DescribeTable", *map(table, TABLES)),
)


def _read_stream_of(name: str) -> tuple[Statement, ...]:
    stream = arn(logical_id(name), "StreamArn")
    return (
        allow("ReadTheStream", "dynamodb: DescribeStream GetRecords GetShardIterator", stream),
        allow("FindStreams", "dynamodb: ListStreams", sub(f"${{{logical_id(name)}.Arn}}/stream/*")),
    )


_STATEMENTS: Final[dict[str, tuple[Statement, ...]]] = {
    "APIHandler": _API,
    "Checkpoints": (
        allow(
            "ReadHashesAndKeepCheckpoints",
            "dynamodb: BatchWriteItem DeleteItem GetItem PutItem Query UpdateItem",
            table("audit"),
        ),
        allow("Sign", "kms: Sign", arn("SigningKey")),
        _USE_THE_DATA_KEY,
    ),
    "Deadlines": (*_LET_TIME_PASS, allow("SendShardsOn", "sqs: SendMessage", arn("JobsQueue"))),
    "DeadlineShard": (
        *_LET_TIME_PASS,
        allow("TakeShards", "sqs: DeleteMessage GetQueueAttributes ReceiveMessage SendMessage", arn("JobsQueue")),
    ),
    "Relay": (
        *_read_stream_of("cases"),
        _READ_THE_RULES,
        _KEEP_APPOINTMENTS,
        _KEEP_RATINGS,
        allow("KeepNotices", "dynamodb: GetItem PutItem UpdateItem", table("notices")),
        _NOTE_HASHES,
        allow("FindPeopleAndReadTheirKeys", "dynamodb: GetItem Query", table("people")),
        allow("CountLoadAndReadTheDirectory", "dynamodb: PutItem Query UpdateItem", table("organisations")),
        allow("SendMessages", "sns: Publish", ref("NoticesTopic")),
        _KEEP_WHAT_FAILS,
        _READ_THE_ROOT_SECRET,
        _USE_THE_DATA_KEY,
        allow("KeepCases", "dynamodb: DeleteItem GetItem PutItem Query", table("cases")),
        _PUT_ON_DESKS,
    ),
    "RelayRatings": (*_read_stream_of("ratings"), _NOTE_HASHES, _KEEP_WHAT_FAILS, _USE_THE_DATA_KEY),
}
"""By the function's logical id."""

_FILES: Final = {
    "APIHandler": "policy-api.json",
    "Checkpoints": "policy-checkpoints.json",
    "Deadlines": "policy-deadlines.json",
    "DeadlineShard": "policy-deadline-shard.json",
    "Relay": "policy-relay.json",
    "RelayRatings": "policy-relay-ratings.json",
}
"""As `.chalice/config.json` names them."""


def declare_policies() -> dict[str, Policy]:
    """Return every function's policy by the name of its file."""
    return {
        _FILES[function]: {"Version": "2012-10-17", "Statement": [_write_logs(function), *statements]}
        for function, statements in _STATEMENTS.items()
    }


def _write_logs(function: str) -> Statement:
    group = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/${AWS::StackName}"
    return allow("Logs", "logs: CreateLogGroup CreateLogStream PutLogEvents", sub(f"{group}-{function}-*"))
