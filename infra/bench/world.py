"""A whole deployment on DynamoDB Local, for counting and racing: real stores and use cases, KMS and sign-in made up."""

from __future__ import annotations

import hashlib
import itertools
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any, Final

from chalicelib.appointments.rules import BookingRules
from chalicelib.cases.lifecycle.service import Asked
from chalicelib.composition.container import Container
from chalicelib.organisations.model import Certificate, Mediator, Organisation, Training
from chalicelib.settings import Settings
from chalicelib.shared.aws import Clients
from chalicelib.shared.idempotency import Idempotency, StoredAnswer
from chalicelib.shared.viewer import Viewer
from infra.bench.containers import stub_settings
from infra.local.dynamodb_local import DynamoDbLocal
from infra.local.stack import read_template

NOW: Final = datetime(2026, 11, 24, 2, tzinfo=UTC)
CLERK: Final = Viewer("clerk", frozenset({"clerk"}), "bench", None)
_KEYS: Final = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")


class _Clock:
    def now(self) -> datetime:
        return NOW


class _Kms:
    """Keys in the open: DynamoDB Local has no KMS, and what is measured here is not encryption."""

    def generate_data_key(self, **_: Any) -> dict[str, bytes]:
        key = secrets.token_bytes(32)
        return {"Plaintext": key, "CiphertextBlob": key}

    def decrypt(self, *, CiphertextBlob: bytes, **_: Any) -> dict[str, bytes]:  # noqa: N803 - the SDK's name
        return {"Plaintext": CiphertextBlob}


class World:
    """The container, and people who act."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self._numbers = itertools.count()

    def key(self) -> Idempotency:
        """Return the claim of a new request."""
        scope = hashlib.sha256(str(next(self._numbers)).encode()).hexdigest()
        return Idempotency(scope, scope, NOW, lambda _: StoredAnswer(200, {}, b"{}"))

    def file(self, applicant: Viewer) -> str:
        """File a case; return its code."""
        filing = {
            "dispute_type": "neighbour",
            "region": "210202",
            "title": "t",
            "facts": "f" * 500,
            "claims": ["c"],
            "amount_cents": None,
            "preferred_modes": [],
            "terms_version": "2026-01",
            "service_address": None,
            "again": True,
            "applicant": {"name": "n", "phone": "13800138000", "id_number": None, "address": None},
            "respondents": [{"name": "r", "phone": None, "kind": "person"}],
        }
        return self.container.cases.service.file(applicant, filing, self.key()).case.code

    def act(self, viewer: Viewer, code: str, action: str, **details: Any) -> None:
        """Take an action."""
        self.container.cases.service.act(viewer, code, Asked(action, details), self.key())

    def assign(self, code: str, applicant: Viewer, respondent: Viewer, mediator: str) -> None:
        """Let the respondent consent, both leave it to the organisation who mediates, and the clerk assign."""
        self.act(respondent, code, "consent", terms_version="2026-01")
        for party in (applicant, respondent):
            self.act(party, code, "choose_mediator", mediator_id=None)
        self.act(CLERK, code, "assign", mediator_id=mediator)

    def mediating(self, number: int) -> tuple[str, Viewer]:
        """Bring a case of two people of its own to mediation, each number with a mediator of its own."""
        applicant, respondent = (Viewer(f"{name}-{number}", frozenset(), None, None) for name in ("a", "r"))
        mediator = f"m-{number}"
        code = self.file(applicant)
        self.act(CLERK, code, "accept")
        invite = self.container.cases.service.get_case(applicant, code).loaded.text_of("p2")["invite_code"]
        self.container.cases.service.join(respondent, code, invite, self.key())
        self.assign(code, applicant, respondent, mediator)
        self.act(Viewer(mediator, frozenset({"mediator"}), "bench", None), code, "take")
        return code, applicant


@contextmanager
def bench_world(mediators: int = 50) -> Iterator[World]:
    """Start DynamoDB Local with every table, and an organisation of so many mediators."""
    import boto3

    with DynamoDbLocal() as engine:
        clients = Clients()
        clients.__dict__["dynamodb"] = boto3.client(
            "dynamodb",
            endpoint_url=engine.url,
            region_name="cn-north-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )
        clients.__dict__["kms"] = _Kms()
        resources = read_template()["Resources"]
        for name, resource in resources.items():
            if resource.get("Type") == "AWS::DynamoDB::Table":
                wanted: Any = {key: resource["Properties"][key] for key in _KEYS if key in resource["Properties"]}
                clients.dynamodb.create_table(TableName=name, **wanted)
        container = Container(_settings(), _Clock())
        container.override(Clients, clients)
        container.foundation.root_secret = b"a root secret for the bench"
        rules = replace(BookingRules.load(), max_open_per_case=10_000, max_daily_per_person=10_000, daily_cap=20)
        container.override(BookingRules, rules)
        _organisation(container, mediators)
        yield World(container)


def _settings() -> Settings:
    settings = stub_settings()
    names = [field.name for field in fields(Settings) if field.name.endswith("_table")]
    tables: dict[str, Any] = {name: f"{name.removesuffix('_table').capitalize()}Table" for name in names}
    return replace(settings, **tables)


def _organisation(container: Container, mediators: int) -> None:
    from chalicelib.organisations.store import OrganisationStore

    first, last = datetime(2025, 1, 1, tzinfo=UTC).date(), datetime(2030, 1, 1, tzinfo=UTC).date()
    roster = tuple(
        Mediator(
            id=f"m-{number}",
            name=f"m-{number}",
            trainings=(Training(course="c", completed_on=first, expires_on=last),),
            certificate=Certificate(number="1", issued_on=first, expires_on=last),
        )
        for number in range(mediators)
    )
    made = Organisation(
        id="bench",
        name="bench",
        kind="peoples_mediation_committee",
        region="210202",
        covers=("210202",),
        dispute_types=("*",),
        mediators=roster,
    )
    OrganisationStore(container.foundation.aws, container.settings.organisations_table, container.answers).put_all(
        [made]
    )
