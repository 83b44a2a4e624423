"""The one builder of worlds for tests: settings, a clock that tests move, fresh tables, a container with stand-ins."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.composition.container import Container
from chalicelib.settings import Settings
from chalicelib.shared.aws import Clients
from chalicelib.shared.clock import Clock
from chalicelib.web import injection
from infra.bench.containers import stub_settings
from infra.local.stack import read_template

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
_TABLE_PARTS = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")


class StillClock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


def settings_of(**changes: Any) -> Settings:
    """Return settings that name nothing real, but for `changes`."""
    return replace(stub_settings(), stage="test", **changes)


def fresh_tables(clients: Clients, names: Iterable[str]) -> dict[str, str]:
    """Create tables as the template declares them (`CasesTable`, …); return the name that each has on the engine."""
    made = {}
    for name in names:
        properties = read_template()["Resources"][name]["Properties"]
        made[name] = f"{name}-{uuid.uuid4().hex}"
        clients.dynamodb.create_table(
            TableName=made[name], **{part: properties[part] for part in _TABLE_PARTS if part in properties}
        )
    return made


def compose(settings: Settings, clock: Clock, stand_ins: Mapping[type[Any], Any]) -> Container:
    """Return a container. `stand_ins`: what stands where the service of a type stood."""
    made = Container(settings, clock)
    for wanted, other in stand_ins.items():
        made.override(wanted, other)
    return made


def container_of(settings: Settings, clock: Clock, stand_ins: Mapping[type[Any], Any]) -> Container:
    """Return a container as `compose` does; it is this process's from now on."""
    made = compose(settings, clock, stand_ins)
    injection.install(made)
    return made
