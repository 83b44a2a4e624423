"""The cloud in memory, as it can be copied and put back; each call of it can go wrong in one chosen way."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Mapping
from io import BytesIO
from types import SimpleNamespace
from typing import Any, Final

from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from botocore.response import StreamingBody

from chalicelib.shared.aws import Clients
from infra.simulate.engine import dynamodb
from infra.simulate.engine.clients import MemoryKms, MemoryTopic, NoSuchKey
from infra.simulate.engine.dynamodb import MemoryDynamoDb, cancelled, refused, refused_with
from infra.simulate.engine.scheduler import Killed
from infra.simulate.engine.tables import MemoryTable

FAULTS: Final = (
    "request_lost",
    "reply_lost",
    "throttled",
    "conflict_3",
    "conflict_10",
    "broken",
    "killed_before",
    "killed_after",
)
_CONFLICTING: Final = frozenset({"put_item", "update_item", "delete_item", "transact_write_items"})
_FREE: Final = frozenset({"generate_presigned_url", "generate_presigned_post"})
"""Made without a call."""


class MemoryS3:
    """Objects with versions: (version, content), the newest last; content None is a mark of deletion."""

    def __init__(self) -> None:
        self.objects: dict[str, list[tuple[str, bytes | None]]] = {}
        self._versions = itertools.count(1)

    def call(self, operation: str, request: Mapping[str, Any]) -> Any:
        return getattr(self, operation)(**request)

    def create_bucket(self, **_: Any) -> None:
        """Nothing is to be done: there is one."""

    def put_bucket_versioning(self, **_: Any) -> None:
        """Nothing is to be done: it always keeps versions."""

    def put_object(self, Key: str, Body: bytes, **_: Any) -> dict[str, str]:  # noqa: N803
        version = f"v{next(self._versions)}"
        self.objects.setdefault(Key, []).append((version, Body))
        return {"VersionId": version}

    def get_object(self, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        version, body = self.objects.get(Key, [("", None)])[-1]
        if body is None:
            raise refused_with(NoSuchKey, "NoSuchKey", "GetObject", status=404)
        stream: Any = BytesIO(body)
        return {"VersionId": version, "ContentLength": len(body), "Body": StreamingBody(stream, len(body))}

    def copy_object(self, Key: str, CopySource: Mapping[str, str], **_: Any) -> dict[str, str]:  # noqa: N803
        found = dict(self.objects.get(CopySource["Key"], ())).get(CopySource["VersionId"])
        if found is None:
            raise refused_with(ClientError, "NoSuchVersion", "CopyObject", status=404)
        return self.put_object(Key, found)

    def list_object_versions(self, Prefix: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        every = [(key, *one) for key, versions in self.objects.items() for one in versions if key.startswith(Prefix)]
        return {
            "Versions": [{"Key": key, "VersionId": version} for key, version, body in every if body is not None],
            "DeleteMarkers": [{"Key": key, "VersionId": version} for key, version, body in every if body is None],
        }

    def delete_objects(self, Delete: Mapping[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803
        for one in Delete["Objects"]:
            versions = self.objects.setdefault(one["Key"], [])
            if "VersionId" in one:
                versions[:] = [each for each in versions if each[0] != one["VersionId"]]
            else:
                versions.append((f"v{next(self._versions)}", None))
        return {}

    def generate_presigned_post(self, **_: Any) -> dict[str, Any]:
        return {"url": "https://files.example.cn", "fields": {}}


class Cloud:
    """Everything outside of the process."""

    def __init__(self, draw: Callable[[int], bytes]) -> None:
        self.dynamodb = MemoryDynamoDb({})
        self.kms = MemoryKms(draw)
        self.topic = MemoryTopic()
        self.s3 = MemoryS3()

    def copied(self) -> dict[str, Any]:
        """Return a copy of all that is stored. Items are never changed in place, and need no copy."""
        return {
            "tables": {
                name: (
                    {pk: dict(items) for pk, items in table.items.items()},
                    {place: dict(entries) for place, entries in table.indexed.items()},
                    copy.copy(table.unindexed),
                )
                for name, table in self.dynamodb.tables.items()
            },
            "objects": {key: list(versions) for key, versions in self.s3.objects.items()},
            "sent": list(self.topic.sent),
        }

    def put_back(self, stored: Mapping[str, Any]) -> None:
        """Have everything as it was."""
        for name, (items, indexed, unindexed) in stored["tables"].items():
            table = self.dynamodb.tables[name]
            table.items = {pk: dict(found) for pk, found in items.items()}
            table.indexed = {place: dict(entries) for place, entries in indexed.items()}
            table.unindexed = copy.copy(unindexed)
        self.s3.objects = {key: list(versions) for key, versions in stored["objects"].items()}
        self.topic.sent = list(stored["sent"])


class Trouble:
    """Counts calls, and has the one with a number go wrong."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._at: int | None = None
        self._fault = ""
        self._left = 0

    def begin(self, fault: str = "", at: int | None = None) -> None:
        """Count from 0 again; the call number `at` will go wrong."""
        self.calls, self._fault, self._at = [], fault, at
        self._left = int(fault.partition("_")[2]) if fault.startswith("conflict") else 0

    def make(self, name: str, request: Mapping[str, Any], effect: Callable[[], Any]) -> Any:
        """Make a call, or have it go wrong."""
        number = len(self.calls)
        self.calls.append(name)
        operation = name.partition(".")[2]
        if self._at is None or number < self._at:
            return effect()
        if self._left and operation == self.calls[self._at].partition(".")[2]:
            self._left -= 1
            raise _conflict(operation, request)
        if number != self._at or self._fault.startswith("conflict"):
            return effect()
        return self._go_wrong(operation, effect)

    def _go_wrong(self, operation: str, effect: Callable[[], Any]) -> Any:
        if self._fault == "request_lost":
            raise EndpointConnectionError(endpoint_url=operation)
        if self._fault == "throttled":
            raise refused(dynamodb.ProvisionedThroughputExceededException, operation)
        if self._fault == "broken":
            raise refused_with(ClientError, "InternalServerError", operation, status=500)
        if self._fault == "killed_before":
            raise Killed
        effect()
        if self._fault == "killed_after":
            raise Killed
        raise ReadTimeoutError(endpoint_url=operation)


def conflicts(call: str) -> bool:
    """Tell whether a call, such as `dynamodb.put_item`, can meet a transaction."""
    return call.partition(".")[2] in _CONFLICTING


def _conflict(operation: str, request: Mapping[str, Any]) -> ClientError:
    if operation != "transact_write_items":
        return refused(dynamodb.TransactionConflictException, operation)
    others = len(request["TransactItems"]) - 1
    return cancelled([{"Code": "TransactionConflict"}, *[{"Code": "None"}] * others])


class _Service:
    def __init__(self, name: str, trouble: Trouble, effects: Callable[[str, Mapping[str, Any]], Any]) -> None:
        self._name = name
        self._trouble = trouble
        self._effects = effects
        kinds = {name: kind for name, kind in vars(dynamodb).items() if isinstance(kind, type)}
        self.exceptions = SimpleNamespace(**kinds, NoSuchKey=NoSuchKey)

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(*arguments: Any, **request: Any) -> Any:
            if operation in _FREE:
                return self._effects(operation, request) if not arguments else "https://files.example.cn"
            return self._trouble.make(f"{self._name}.{operation}", request, lambda: self._effects(operation, request))

        return call


class TroubledClients(Clients):
    """The clients of the cloud in memory."""

    def __init__(self, cloud: Cloud, trouble: Trouble) -> None:
        super().__init__()

        def tables(operation: str, request: Mapping[str, Any]) -> Any:
            if operation == "create_table":
                name = request["TableName"]
                cloud.dynamodb.tables[name] = MemoryTable.of(name, request)
                return {}
            return cloud.dynamodb.call(operation, request)

        def keys(operation: str, request: Mapping[str, Any]) -> Any:
            made = {"KeyMetadata": {"Arn": "key"}}
            return made if operation == "create_key" else cloud.kms.call(operation, request)

        def topics(operation: str, request: Mapping[str, Any]) -> Any:
            return {"TopicArn": "topic"} if operation == "create_topic" else cloud.topic.call(operation, request)

        services: dict[str, Callable[[str, Mapping[str, Any]], Any]] = {
            "dynamodb": tables,
            "kms": keys,
            "sns": topics,
            "s3": cloud.s3.call,
            "secretsmanager": lambda operation, request: {"ARN": "secret", "SecretString": "s" * 64},
        }
        for name, effects in services.items():
            self.__dict__[name] = _Service(name, trouble, effects)
