"""The queue of the job `deadlines`: messages live as long as they are of use, and come again only after a run's time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chalice.app import SQSEventConfig

from app import app
from infra.local.queues import TIMEOUT_SECONDS
from infra.local.stack import read_template

ROOT = Path(__file__).parent.parent.parent
FUNCTIONS = json.loads((ROOT / ".chalice" / "config.json").read_text())["lambda_functions"]


def actions(name: str, sid: str) -> dict[str, Any]:
    policy = json.loads((ROOT / ".chalice" / FUNCTIONS[name]["iam_policy_file"]).read_text())
    (found,) = (one for one in policy["Statement"] if one["Sid"] == sid)
    return found  # type: ignore[no-any-return]


def test_a_message_comes_again_only_when_its_run_must_be_over() -> None:
    queue = read_template()["Resources"]["JobsQueue"]["Properties"]
    assert FUNCTIONS["deadline_shard"]["lambda_timeout"] == TIMEOUT_SECONDS == FUNCTIONS["deadlines"]["lambda_timeout"]
    assert queue["VisibilityTimeout"] >= 6 * TIMEOUT_SECONDS  # AWS: six times the function's
    # The next schedule names every shard anew: nothing is lost with a message, and none is kept for long.
    assert queue["MessageRetentionPeriod"] <= 3600
    assert "RedrivePolicy" not in queue
    assert "KmsMasterKeyId" in queue


def test_the_function_that_works_off_shards_has_the_queue_and_the_settings() -> None:
    resources = read_template()["Resources"]
    (event,) = resources["DeadlineShard"]["Properties"]["Events"].values()
    assert event["Properties"]["Queue"] == {"Fn::GetAtt": ["JobsQueue", "Arn"]}
    variables = resources["DeadlineShard"]["Properties"]["Environment"]["Variables"]
    assert variables["YIMA_JOBS_QUEUE_URL"] == {"Ref": "JobsQueue"}
    (source,) = (one for one in app.event_sources if isinstance(one, SQSEventConfig))
    assert (source.name, source.batch_size) == ("deadline_shard", 1)  # each shard has an invocation's whole time


def test_policies_allow_what_jobs_do() -> None:
    assert actions("deadlines", "SendShardsOn")["Action"] == ["sqs:SendMessage"]
    assert {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:SendMessage"} <= set(
        actions("deadline_shard", "TakeShards")["Action"]
    )
    for name in ("deadlines", "deadline_shard"):
        assert "dynamodb:UpdateItem" in actions(name, "KeepCases")["Action"]  # what failed is moved back
        assert set(actions(name, "UseTheDataKey")["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}
