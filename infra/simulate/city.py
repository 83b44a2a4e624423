"""The simulated city: the cloud, the processes that serve requests, and the app behind its Lambda events."""

from __future__ import annotations

import io
import json
import random
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from chalice.app import Chalice, DynamoDBEventConfig, ScheduledEventConfig

from chalicelib.catalogue.service import CatalogueService
from chalicelib.composition.container import Container
from chalicelib.composition.container import container as made_container
from chalicelib.organisations.store import OrganisationStore
from chalicelib.settings import Settings
from chalicelib.shared.aws import Clients
from chalicelib.shared.errors import NotSignedIn
from chalicelib.shared.viewer import Viewer
from chalicelib.web import injection
from chalicelib.web.identity import TokenVerifier
from infra.local.stack import read_template
from infra.simulate.determinism import CityClock
from infra.simulate.engine.clients import Calls, MemoryCloud, MemoryKms, SimulatedClients
from infra.simulate.engine.dynamodb import MemoryDynamoDb
from infra.simulate.engine.scheduler import Scheduler
from infra.simulate.engine.tables import MemoryTable, tables_of
from infra.simulate.people import ROSTERS, Person, citizens, organisations, staff

_CITIZENS: Final = 6
_MAX_IDLE: Final = 3
_HURRIED: Final = 0.2
"""How often a job's time is over after the first item."""


class City:
    """Everything that a story happens in."""

    def __init__(self, choices: random.Random, chance: random.Random, scheduler: Scheduler) -> None:
        self.choices = choices
        self.clock = CityClock()
        self.scheduler = scheduler
        self.settings = _settings()
        self.engine = MemoryDynamoDb(tables_of(_template(), _table_names()))
        self.cloud = MemoryCloud(self.engine, MemoryKms(chance.randbytes))
        self.calls = Calls(scheduler, choices, self._tick)
        self.engine.lag = self._lag
        everybody = [*citizens(_CITIZENS), *staff(ROSTERS)]
        self.people: dict[str, Person] = {one.subject: one for one in everybody}
        self.app = _app()
        self.log = io.StringIO()
        scheduler.on_turn = lambda act: injection.install(act.context.get("container"))
        self._idle: list[Container] = []
        with self.served():
            base = made_container().foundation
            store = OrganisationStore(base.aws, base.settings.organisations_table, base.answers)
            store.put_all(organisations())

    @property
    def citizens(self) -> list[Person]:
        """Those who have disputes; mediators are among them, for they have neighbours too."""
        return [one for one in self.people.values() if not one.roles - {"citizen"} or "mediator" in one.roles]

    def table(self, name: str) -> MemoryTable:
        """Return a table by what is in it, such as `cases`."""
        return self.engine.table(self.settings.tables()[name])

    @contextmanager
    def served(self) -> Iterator[None]:
        """Have a process to oneself: a warm one or a new one. If it is killed, it is gone with all it remembered."""
        take = self._idle and self.choices.random() < 0.8
        container = self._idle.pop(self.choices.randrange(len(self._idle))) if take else self._started()
        act = self.scheduler.running
        before: Any = injection._installed  # noqa: SLF001 - the process's own container is what is simulated here
        self.become(container, act)
        died = True
        try:
            yield
            died = False
        except Exception:
            died = False  # a handler that fails leaves its process alive
            raise
        finally:
            if not died and len(self._idle) < _MAX_IDLE:
                self._idle.append(container)
            self.become(before, act)

    def become(self, container: Container | None, act: Any) -> None:
        """Make this the process that the act which runs is served by."""
        injection.install(container)
        if act is not None:
            act.context["container"] = container

    def invoke(
        self, person: Person | None, method: str, path: str, body: Any = None, key: str | None = None, **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        """Send one request through API Gateway's event; return status, body and headers; raise `Killed`."""
        split = urlsplit(path)
        resource, parameters = route_of(self.app, split.path)
        named = {"host": "yima.example.cn", "accept-language": "zh", **headers}
        if person is not None:
            named["authorization"] = f"Bearer {person.subject}"
        if key is not None:
            named["idempotency-key"] = key
        if body is not None:
            named["content-type"] = "application/json"
        query = parse_qs(split.query) or None
        event = {
            "resource": resource,
            "path": split.path,
            "httpMethod": method,
            "headers": named,
            "multiValueHeaders": {name: [value] for name, value in named.items()},
            "queryStringParameters": None,
            "multiValueQueryStringParameters": query,
            "pathParameters": parameters,
            "stageVariables": None,
            "requestContext": {
                "resourcePath": resource,
                "httpMethod": method,
                "path": split.path,
                "stage": "api",
                "requestId": "simulated",
                "identity": {"sourceIp": "127.0.0.1"},
            },
            "body": None if body is None else json.dumps(body, ensure_ascii=False),
            "isBase64Encoded": False,
        }
        with self.served():
            answer = self.app(event, _LAMBDA_CONTEXT)
        return int(answer["statusCode"]), str(answer["body"]).encode(), dict(answer.get("headers") or {})

    def handle(self, name: str, event: Mapping[str, Any]) -> Any:
        """Invoke one of the app's event handlers; raise what it raises, or `Killed`."""
        with self.served():
            return self.app.handler_map[name](dict(event), self._context())

    def jobs(self) -> list[str]:
        """Return the names of the scheduled jobs."""
        return sorted(one.name for one in self.app.event_sources if isinstance(one, ScheduledEventConfig))

    def consumers(self) -> list[tuple[str, str, int]]:
        """Return (handler, table, batch size) for every stream that the app consumes."""
        found = []
        for one in self.app.event_sources:
            if isinstance(one, DynamoDBEventConfig):
                logical = one.stream_arn.partition("table/")[2].partition("/")[0]
                found.append((one.name, _table_names().get(logical, logical), one.batch_size))
        return sorted(found)

    def _context(self) -> Any:
        """Return an invocation's context: sometimes its time is over at once, when something goes wrong at all."""
        hurried = self.calls.weather.odds and self.choices.random() < _HURRIED
        milliseconds = 1_000 if hurried else 300_000
        return SimpleNamespace(
            **{**vars(_LAMBDA_CONTEXT), "get_remaining_time_in_millis": lambda: milliseconds},
        )

    def _started(self) -> Container:
        container = Container(self.settings, self.clock)
        container.foundation.root_secret = b"the root secret of a simulated city"
        container.override(Clients, SimulatedClients(self.cloud, self.calls))
        container.override(TokenVerifier, Tokens(self.people))
        container.override(CatalogueService, SimpleNamespace(has_service=lambda code: True))  # noqa: ARG005
        return container

    def _tick(self) -> None:
        self.clock.advance(timedelta(milliseconds=self.choices.randint(1, 30)))

    def _lag(self) -> int:
        if self.scheduler.running is None or self.choices.random() >= self.calls.weather.index_lag:
            return 0
        return self.choices.randint(1, 12)


class Tokens:
    """A sign-in service that takes a subject for a token."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        self._people = people

    def viewer_of(self, authorization: str | None) -> Viewer:
        """Return who signs in; raise `NotSignedIn`."""
        person = self._people.get((authorization or "").removeprefix("Bearer "))
        if person is None:
            raise NotSignedIn
        return person.viewer


@contextmanager
def captured(log: io.StringIO) -> Iterator[None]:
    """Have what the app logs kept."""
    before, sys.stdout = sys.stdout, log
    try:
        yield
    finally:
        sys.stdout = before


_LAMBDA_CONTEXT: Final = SimpleNamespace(
    aws_request_id="simulated",
    function_name="simulated",
    get_remaining_time_in_millis=lambda: 20_000,
    memory_limit_in_mb=1024,
)


@cache
def _app() -> Chalice:
    from app import app

    return app


@cache
def _template() -> dict[str, Any]:
    return read_template()


@cache
def _table_names() -> dict[str, str]:
    """Return the table names that the settings know, by logical id."""
    return {f"{one.removesuffix('_table').capitalize()}Table": one for one in _tables_in_settings()}


def _tables_in_settings() -> list[str]:
    return [one.name for one in fields(Settings) if one.name.endswith("_table")]


def _settings() -> Settings:
    values: dict[str, Any] = {}
    for field in fields(Settings):
        text = str(field.type)
        values[field.name] = (
            frozenset()
            if "frozenset" in text
            else ()
            if "tuple" in text
            else Path("build")
            if "Path" in text
            else field.name
        )
    return Settings(**values)


@cache
def route_of(app: Chalice, path: str) -> tuple[str, dict[str, str] | None]:
    """Return the resource that a path belongs to, and its parameters; raise `LookupError`."""
    parts = path.split("/")
    candidates = sorted(app.routes, key=lambda resource: resource.count("{"))
    for resource in candidates:
        pieces = resource.split("/")
        if len(pieces) == len(parts) and all(
            piece == part or piece.startswith("{") for piece, part in zip(pieces, parts, strict=True)
        ):
            found = {piece[1:-1]: part for piece, part in zip(pieces, parts, strict=True) if piece.startswith("{")}
            return resource, found or None
    raise LookupError(path)
