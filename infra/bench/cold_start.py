"""Cold start: the zip under Lambda's own runtime client, a new process until its first 200 of a guide.

Against the smallest FastAPI + Mangum + boto3 app of one route that reads the same item, compiled and packaged alike.
Both have the same Python, the same boto3 of the runtime, and a DynamoDB on loopback that answers every read at once.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from infra.package.commands import make_package
from infra.package.interpreter import prepare_environment
from infra.package.lambda_runtime import LambdaFunction
from infra.package.slimming import compile_folder
from infra.stack.functions import environment

_ROUNDS: Final = 9
_THEIR_REQUIREMENTS: Final = ("fastapi==0.165.0", "mangum==0.22.0")
_THEIRS: Final = """
import json

import boto3
from fastapi import FastAPI
from mangum import Mangum

app = FastAPI()
client = boto3.client("dynamodb")


@app.get("/v1/services/{code}")
def guide(code: str) -> dict[str, str]:
    found = client.get_item(TableName="t", Key={"pk": {"S": code}, "sk": {"S": "ITEM"}})["Item"]
    return json.loads(found["document"]["S"])


handler = Mangum(app, lifespan="off")
"""
_DOCUMENT: Final = json.dumps({"code": "C-1", "name": "身份证", "type": "20"}, ensure_ascii=False)
_ANSWERS: Final[dict[str, Any]] = {
    "GetItem": {"Item": {"withdrawn": {"BOOL": False}, "document": {"S": _DOCUMENT}}},
    "BatchGetItem": {"Responses": {}, "UnprocessedKeys": {}},
    "Query": {"Items": [], "Count": 0, "ScannedCount": 0},
}
_SETTINGS: Final = dict.fromkeys(environment(), "t") | {"YIMA_OIDC_ISSUER": "https://id.example.cn"}


def measure_cold_start() -> dict[str, float]:
    """Return the median milliseconds of each, in turns."""
    from infra.bench.overhead import rest_event

    event = rest_event("/v1/services/{code}", "/v1/services/C-1", {"code": "C-1"})
    spent: dict[str, list[float]] = {"yima": [], "fastapi_mangum_boto3": []}
    with tempfile.TemporaryDirectory() as name, _dynamodb() as url:
        ours, theirs = _unpack_ours(Path(name)), _package_theirs(Path(name))
        variables = {**_SETTINGS, "AWS_ENDPOINT_URL_DYNAMODB": url}
        for _ in range(_ROUNDS + 1):
            for who, folder, handler in (
                ("yima", ours, "app.app"),
                ("fastapi_mangum_boto3", theirs, "theirs.handler"),
            ):
                with LambdaFunction(folder, handler, variables) as function:
                    reply = function.invoke(event, since_start=True)
                if reply.value["statusCode"] != 200:  # noqa: PLR2004
                    raise RuntimeError(f"{who} answered {reply.value}")
                spent[who].append(reply.seconds * 1000)
    return {who: statistics.median(values[1:]) for who, values in spent.items()}  # the first fills the disk's cache


def _unpack_ours(scratch: Path) -> Path:
    make_package(scratch / "package")
    with zipfile.ZipFile(scratch / "package" / "deployment.zip") as archive:
        archive.extractall(scratch / "ours")
    return scratch / "ours"


def _package_theirs(scratch: Path) -> Path:
    folder, tools = scratch / "theirs", prepare_environment()
    install = [str(tools / "pip"), "install", "--quiet", "--disable-pip-version-check", "--target", str(folder)]
    subprocess.run([*install, *_THEIR_REQUIREMENTS], check=True)
    (folder / "theirs.py").write_text(_THEIRS, encoding="utf-8")
    compile_folder(folder, tools / "python")
    return folder


@contextmanager
def _dynamodb() -> Iterator[str]:
    """Serve a DynamoDB that has an answer for every read; yield its address."""

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps(_ANSWERS[self.headers["X-Amz-Target"].rpartition(".")[2]]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
