"""The whole app in this process, on one engine, with everything that is asked of it noted: for tests over every route."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from chalice.test import Client, HTTPResponse

from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.privacy.service import CasePrivacy
from chalicelib.catalogue.service import CatalogueService
from chalicelib.shared.aws import Clients
from chalicelib.shared.codes import parse_code
from chalicelib.shared.errors import NotSignedIn
from chalicelib.shared.items import from_wire
from chalicelib.shared.viewer import Viewer
from chalicelib.web.identity import TokenVerifier
from infra.organisations.importer import read_organisations
from tests.world import NOW, StillClock, container_of, fresh_tables, settings_of

ROOT = Path(__file__).parent.parent.parent
ORG, COURT = "pmc-zhongshan", "court-zhongshan"
TABLES = ("Cases", "People", "Answers", "Audit", "Appointments", "Ratings", "Notices", "Organisations", "Desks")


@dataclass
class Asked:
    """A request as it was made, and how it was answered."""

    who: str
    route: str
    path: str
    body: bytes
    key: str
    status: int
    answer: str


class Services:
    """A catalogue that has every service."""

    def has_service(self, code: str) -> bool:
        return True


class NeverHeld:
    """No case holds its data: what erasure leaves is to be seen at once, and not after months."""

    def holds(self, case: Case, now: datetime) -> bool:
        return False


class City:
    """The app, its people and its storage."""

    def __init__(self, clients: Clients, client: Client, tmp_path: Path) -> None:
        self.clients = clients
        self._client = client
        self.clock = StillClock()
        self.people: dict[str, Viewer] = {}
        self.asked: list[Asked] = []
        self._keys = itertools.count()
        made = fresh_tables(clients, [f"{name}Table" for name in TABLES])
        self.tables = {name.removesuffix("Table"): table for name, table in made.items()}
        where: Any = {"LocationConstraint": "cn-north-1"}
        self.bucket = f"evidence-{uuid.uuid4().hex}"
        clients.s3.create_bucket(Bucket=self.bucket, CreateBucketConfiguration=where)
        clients.s3.put_bucket_versioning(Bucket=self.bucket, VersioningConfiguration={"Status": "Enabled"})
        tables = {f"{name.lower()}_table": table for name, table in self.tables.items()}
        settings = settings_of(
            evidence_bucket=self.bucket,
            data_key_arn=clients.kms.create_key()["KeyMetadata"]["Arn"],
            signing_key_arn=clients.kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"][
                "Arn"
            ],
            notices_topic_arn=clients.sns.create_topic(Name="notices")["TopicArn"],
            root_secret_arn=clients.secretsmanager.create_secret(Name="root", SecretString="s" * 64)["ARN"],
            scratch=tmp_path,
            **tables,
        )
        self.container = container_of(
            settings, self.clock, {Clients: clients, TokenVerifier: self, CatalogueService: Services()}
        )
        from chalicelib.organisations.store import OrganisationStore

        store = OrganisationStore(clients, settings.organisations_table, self.container.answers)
        store.put_all(read_organisations(ROOT / "infra/sample/organisations.json"))
        organisation = self.container.organisations.service.get(ORG)
        self.mediators = [one.id for one in organisation.mediators]
        self.add("wang", name="王小明", phone="+8613812340007")
        self.add("li", name="李大勇")
        self.add("stranger")
        self.add("clerk", "clerk", "window", org=ORG)
        for mediator in self.mediators:
            self.add(mediator, "mediator", org=ORG)
        self.add("court", "court", org=COURT)
        for role in ("reviewer", "supervisor"):
            self.add(role, role)

    def add(
        self, sub: str, *roles: str, org: str | None = None, name: str | None = None, phone: str | None = None
    ) -> None:
        """Sign somebody in, or change who they are."""
        self.people[sub] = Viewer(sub, frozenset(roles), org, name, phone)

    def viewer_of(self, authorization: str | None) -> Viewer:
        """Stand in for the check of tokens."""
        found = self.people.get(str(authorization))
        if found is None:
            raise NotSignedIn
        return found

    def never_held(self) -> None:
        """Have no case hold its data from now on."""
        made = self.container
        held = CasePrivacy(
            made.cases.service,
            made.cases.store,
            made.cases.evidence_files,
            NeverHeld(),  # type: ignore[arg-type]
            pseudonyms=lambda: made.foundation.pseudonyms,
            clock=self.clock,
        )
        made.override(CasePrivacy, held)

    def send(self, who: str, path: str, body: bytes, key: str) -> HTTPResponse:
        headers = {"Authorization": who, "Idempotency-Key": key, "Content-Type": "application/json"}
        return self._client.http.post(path, headers=headers, body=body)

    def post(self, who: str, route: str, body: Any = None, *, status: int = 200, **names: str) -> Any:
        """Ask for something, as `/v1/…/{name}` with the names filled in; note it; return the answer."""
        path = route.format(**names)
        asked = Asked(who, route, path, json.dumps(body or {}).encode(), f"key-{next(self._keys)}", 0, "")
        reply = self.send(who, path, asked.body, asked.key)
        assert reply.status_code == status, (path, reply.body)
        asked.status, asked.answer = reply.status_code, reply.body.decode()
        self.asked.append(asked)
        return json.loads(reply.body)

    def again(self, asked: Asked, body: bytes | None = None) -> HTTPResponse:
        """Ask the same once more, or with another body."""
        return self.send(asked.who, asked.path, asked.body if body is None else body, asked.key)

    def read(self, who: str, path: str, *, status: int = 200) -> Any:
        reply = self._client.http.get(path, headers={"Authorization": who})
        assert reply.status_code == status, (path, reply.body)
        return json.loads(reply.body)

    def act(self, who: str, code: str, action: str, **body: Any) -> Any:
        return self.post(who, f"/v1/cases/{{code}}/actions/{action}", body, code=code)

    def assign(self, code: str, mediator: str) -> None:
        """Let the parties leave it to the organisation who mediates, and have it say who."""
        for party in ("wang", "li"):
            self.act(party, code, "choose_mediator", mediator_id=None)
        self.act("clerk", code, "assign", mediator_id=mediator)

    def sign(self, code: str, mediator: str, *terms: dict[str, Any]) -> None:
        """Have an agreement drafted, signed by everybody, and sealed: it is in force."""
        drafted = self.act(mediator, code, "draft_agreement", text="协议", terms=list(terms))
        for who, action in (("wang", "sign"), ("li", "sign"), (mediator, "countersign"), ("clerk", "seal")):
            self.act(who, code, action, agreement_sha256=drafted["agreement_sha256"])

    def apply(self, code: str) -> None:
        """Have both parties ask the court to confirm the agreement."""
        needed = [one["id"] for one in self.read("wang", f"/v1/cases/{code}/courts")["declarations"]]
        for party in ("wang", "li"):
            self.act(party, code, "apply_confirmation", court_id=COURT, declarations=needed)

    def examine(self, code: str) -> None:
        """Have the court accept the application, ask the parties, and be answered."""
        self.act("court", code, "receive")
        self.act("court", code, "ask")
        for party in ("wang", "li"):
            self.act(party, code, "answer_enquiry", voluntary=True, understood=True, accepted=True)

    def relay(self, code: str) -> None:
        """Have everybody hear of a case's events."""
        for event in self.container.cases.store.list_events(parse_code(code)):
            self.container.notices.service.on_case_event(event)
            self.container.ratings.service.on_case_event(event)

    def later(self, **by: float) -> None:
        self.clock.at += timedelta(**by)

    def items(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield every item of every table."""
        for name, table in self.tables.items():
            for page in self.clients.dynamodb.get_paginator("scan").paginate(TableName=table):
                for raw in page["Items"]:
                    yield name, from_wire(raw)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield key and content of every version of every file."""
        for page in self.clients.s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket):
            for one in page.get("Versions", []):
                got = self.clients.s3.get_object(Bucket=self.bucket, Key=one["Key"], VersionId=one["VersionId"])
                yield one["Key"], got["Body"].read()


@contextmanager
def city_of(clients: Clients, tmp_path: Path) -> Iterator[City]:
    """The app over these clients."""
    from app import app

    with Client(app, project_dir=str(ROOT)) as client:
        yield City(clients, client, tmp_path)


__all__ = ["COURT", "NOW", "ORG", "Asked", "City", "city_of"]
