"""Cold start: a new process until its first 200, against the smallest FastAPI + Mangum + boto3 app.

Both make a DynamoDB client; ours also answers the request through it, with the reply injected into botocore.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

_ROUNDS: Final = 9
_ROOT: Final = Path(__file__).parent.parent.parent

_EVENT: Final = """
import json, sys, os
from types import SimpleNamespace
os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION="cn-north-1")
event = {event!r}
context = SimpleNamespace(function_name="f", aws_request_id="r", memory_limit_in_mb=1024, invoked_function_arn="a")
"""
_OURS: Final = """
os.environ.update(YIMA_CATALOGUE_TABLE="t", YIMA_CASES_TABLE="t", YIMA_ORGANISATIONS_TABLE="t", YIMA_PEOPLE_TABLE="t", YIMA_ANSWERS_TABLE="t",
    YIMA_APPOINTMENTS_TABLE="t", YIMA_RATINGS_TABLE="t", YIMA_NOTICES_TABLE="t", YIMA_AUDIT_TABLE="t", YIMA_NOTICES_TOPIC_ARN="t", YIMA_SIGNING_KEY_ARN="t",
    YIMA_DATA_BUCKET="b", YIMA_EVIDENCE_BUCKET="b", YIMA_DATA_KEY_ARN="k", YIMA_ROOT_SECRET_ARN="s", YIMA_OIDC_ISSUER="https://x")
import app
from chalicelib.composition.container import container
from chalicelib.catalogue.store import CatalogueStore  # noqa
document = json.dumps({"code": "C-1", "name": "身份证", "type": "20"}, ensure_ascii=False)
row = {"Item": {"withdrawn": {"BOOL": False}, "document": {"S": document}}}
from botocore.awsrequest import AWSResponse
class Raw:
    def stream(self): yield json.dumps(row).encode()
client = container().foundation.aws.dynamodb
client.meta.events.register("before-send.dynamodb.GetItem", lambda **_: AWSResponse("u", 200, {}, Raw()))
class NoCounts:
    def stream(self): yield json.dumps({"Responses": {}, "UnprocessedKeys": {}}).encode()
client.meta.events.register("before-send.dynamodb.BatchGetItem", lambda **_: AWSResponse("u", 200, {}, NoCounts()))
reply = app.app(event, context)
assert reply["statusCode"] == 200, reply
"""
_THEIRS: Final = """
import asyncio, boto3
from fastapi import FastAPI
from mangum import Mangum
application = FastAPI()
client = boto3.client("dynamodb")
@application.get("/v1/services/{code}")
def guide(code: str) -> dict[str, str]:
    return {"code": code}
asyncio.set_event_loop(asyncio.new_event_loop())
reply = Mangum(application, lifespan="off")(event, context)
assert reply["statusCode"] == 200, reply
"""


def measure_cold_start() -> dict[str, float]:
    """Return the median milliseconds of each, in turns."""
    from infra.bench.overhead import rest_event

    event = rest_event("/v1/services/{code}", "/v1/services/C-1", {"code": "C-1"})
    programs = {
        "yima": _EVENT.format(event=event) + _OURS,
        "fastapi_mangum_boto3": _EVENT.format(event=event) + _THEIRS,
    }
    spent: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(_ROUNDS + 1):
        for name, program in programs.items():
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", program], cwd=_ROOT, check=True, stdout=subprocess.DEVNULL)
            spent[name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(values[1:]) for name, values in spent.items()}  # the first fills the disk's cache
