"""The AWS clients as the app knows them, each call of which is a point where anything may happen.

The SDK tries a call three times when the connection breaks, the service throttles or answers 500 (botocore's
`standard` mode); so do these clients, under the same token, because what a retry does is where faults hide.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, Final

from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from chalicelib.shared.aws import Clients
from infra.simulate.engine import dynamodb
from infra.simulate.engine.dynamodb import MemoryDynamoDb, cancelled, refused, refused_with
from infra.simulate.engine.faults import Weather
from infra.simulate.engine.scheduler import Killed, Scheduler

ATTEMPTS: Final = 3
_ANYWHERE: Final = frozenset(
    {"request_lost", "reply_lost", "throttled", "broken", "outage", "killed_before", "killed_after"}
)
_WRITES: Final = frozenset({"put_item", "update_item", "delete_item", "transact_write_items", "batch_write_item"})
_BATCHES: Final = frozenset({"batch_get_item", "batch_write_item"})

Conflicts = Callable[[str, Mapping[str, Any]], bool]
"""Tells whether a write can meet a transaction at its items."""


class Calls:
    """The one way to AWS: hands over, draws a fate, and makes the call as the SDK would."""

    def __init__(self, scheduler: Scheduler, choices: random.Random, tick: Callable[[], None]) -> None:
        self.weather = Weather()
        self.count = 0
        self._scheduler = scheduler
        self._choices = choices
        self._tick = tick

    def make(
        self, service: str, operation: str, request: Mapping[str, Any], effect: Callable[[], Any], *, conflicts: bool
    ) -> Any:
        """Make one call, with up to three attempts; raise what the SDK would raise, or `Killed`."""
        possible = _ANYWHERE | ({"conflict"} if conflicts else set())
        if operation in _BATCHES:
            possible |= {"partly"}
        failed: Exception | None = None
        out = False
        for _ in range(ATTEMPTS):
            self._scheduler.pause(before_write=operation in _WRITES)
            self.count += 1
            self._tick()
            fate = self._fate(possible)
            out = out or fate == "outage"
            if fate == "killed_before":
                raise Killed
            if out or fate == "request_lost":
                failed = EndpointConnectionError(endpoint_url=service)
                continue
            if fate == "throttled":
                failed = refused(dynamodb.ProvisionedThroughputExceededException, operation)
                continue
            if fate == "broken":
                failed = refused_with(ClientError, "InternalServerError", operation, status=500)
                continue
            if fate == "conflict":
                raise self._conflict(operation, request)
            if fate == "partly":
                return self._partly(operation, request)
            answer = effect()
            if fate == "killed_after":
                raise Killed
            if fate == "reply_lost":
                failed = ReadTimeoutError(endpoint_url=service)
                continue
            return answer
        assert failed is not None  # noqa: S101 - the loop ends here only after a failure
        raise failed

    def _fate(self, possible: frozenset[str]) -> str | None:
        if self._scheduler.running is None:
            return None
        return self.weather.fate(self._choices, possible)

    def _conflict(self, operation: str, request: Mapping[str, Any]) -> ClientError:
        if operation != "transact_write_items":
            return refused(dynamodb.TransactionConflictException, operation)
        count = len(request["TransactItems"])
        met = self._choices.randrange(count)
        return cancelled([{"Code": "TransactionConflict" if number == met else "None"} for number in range(count)])

    def _partly(self, operation: str, request: Mapping[str, Any]) -> Any:
        if operation == "batch_get_item":
            return {"Responses": {}, "UnprocessedKeys": dict(request["RequestItems"])}
        return {"UnprocessedItems": dict(request["RequestItems"])}


class _Service:
    """A client whose methods are calls of `effects`: operation name to what it does."""

    def __init__(
        self, name: str, calls: Calls, effects: Callable[[str, Mapping[str, Any]], Any], conflicts: Conflicts
    ) -> None:
        self._name = name
        self._calls = calls
        self._effects = effects
        self._conflicts = conflicts
        self.exceptions = SimpleNamespace(
            **{name: kind for name, kind in vars(dynamodb).items() if isinstance(kind, type)},
            NoSuchKey=NoSuchKey,
        )

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        """Return the method of an operation."""

        def call(**request: Any) -> Any:
            conflicts = operation in _WRITES - _BATCHES and self._conflicts(operation, request)
            effect = lambda: self._effects(operation, request)  # noqa: E731
            return self._calls.make(self._name, operation, request, effect, conflicts=conflicts)

        return call


class NoSuchKey(ClientError):
    """There is no such object."""


class MemoryKms:
    """Data keys and signatures. A wrapped key is a name for a key that only this object knows."""

    def __init__(self, draw: Callable[[int], bytes]) -> None:
        self._draw = draw
        self._wrapped: dict[bytes, tuple[bytes, str]] = {}

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call."""
        if operation == "generate_data_key":
            key, name = self._draw(32), self._draw(48)
            self._wrapped[name] = key, json.dumps(request["EncryptionContext"], sort_keys=True)
            return {"Plaintext": key, "CiphertextBlob": name}
        if operation == "decrypt":
            key, context = self._wrapped[request["CiphertextBlob"]]
            if context != json.dumps(request["EncryptionContext"], sort_keys=True):
                raise refused_with(ClientError, "InvalidCiphertextException", operation)
            return {"Plaintext": key}
        signature = hmac.digest(b"a signing key", hashlib.sha256(request["Message"]).digest(), "sha256")
        if operation == "sign":
            return {"Signature": signature}
        return {"SignatureValid": hmac.compare_digest(signature, request["Signature"])}


class MemoryTopic:
    """Messages that left."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call; only `publish` is known."""
        if operation != "publish":
            raise NotImplementedError(operation)
        self.sent.append(json.loads(request["Message"]))
        return {"MessageId": str(len(self.sent))}


class MemoryQueue:
    """Messages that wait for a function."""

    def __init__(self) -> None:
        self.waiting: list[str] = []

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call; only `send_message_batch` is known."""
        if operation != "send_message_batch":
            raise NotImplementedError(operation)
        self.waiting.extend(entry["MessageBody"] for entry in request["Entries"])
        return {"Successful": [{"Id": entry["Id"]} for entry in request["Entries"]], "Failed": []}


class MemoryCloud:
    """Everything outside of the process that outlives it."""

    def __init__(self, engine: MemoryDynamoDb, kms: MemoryKms) -> None:
        self.dynamodb = engine
        self.kms = kms
        self.topic = MemoryTopic()
        self.queue = MemoryQueue()


class SimulatedClients(Clients):
    """The clients of one process."""

    def __init__(self, cloud: MemoryCloud, calls: Calls) -> None:
        super().__init__()
        services: dict[str, Callable[[str, Mapping[str, Any]], Any]] = {
            "dynamodb": cloud.dynamodb.call,
            "kms": cloud.kms.call,
            "sns": cloud.topic.call,
            "sqs": cloud.queue.call,
        }
        for name, effects in services.items():
            self.__dict__[name] = _Service(name, calls, effects, cloud.dynamodb.may_conflict)
