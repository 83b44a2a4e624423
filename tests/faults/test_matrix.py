"""Every changing route × every AWS call that it makes × every fault: one effect or a clean refusal, and one answer."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib.cases.privacy.holds import Holds
from chalicelib.catalogue.service import CatalogueService
from chalicelib.composition.container import Container
from chalicelib.shared.aws import Clients
from chalicelib.shared.dynamo import Pauses
from chalicelib.web import injection
from chalicelib.web.identity import TokenVerifier
from infra.simulate.engine.scheduler import Killed
from tests.contract.city import Asked, City, city_of
from tests.contract.test_erasure import every_changing_route, live
from tests.faults.cloud import FAULTS, Cloud, Trouble, TroubledClients, conflicts

LOST_WITH_THE_ACT = {f"/v1/cases/{{code}}/actions/{action}" for action in ("pass", "recuse", "transfer")}
"""Who acts here may not see the case afterwards: an answer that did not arrive is not given again."""


class Matrix:
    """Has each route, when a story comes to it first, go wrong in every way; then lets the story go on."""

    def __init__(self, city: City, cloud: Cloud, trouble: Trouble) -> None:
        self.city = city
        self.cloud = cloud
        self.trouble = trouble
        self.tried: Counter[str] = Counter()
        self.calls: dict[str, list[str]] = {}
        self.faults: list[str] = []
        self._plain = city.post
        city.post = self.post  # type: ignore[method-assign]

    def post(self, who: str, route: str, body: Any = None, *, status: int = 200, **names: str) -> Any:
        if route not in self.calls:
            self._try_all(Asked(who, route, route.format(**names), json.dumps(body or {}).encode(), "m", status, ""))
        self._cold()
        return self._plain(who, route, body, status=status, **names)

    def _try_all(self, asked: Asked) -> None:
        before = self.cloud.copied()
        asked.key = f"matrix-{len(self.calls)}"
        self._cold()
        self.trouble.begin()
        first = self.city.again(asked)
        assert first.status_code == asked.status, (asked, first.body)
        calls, wanted = self.trouble.calls, self._effects()
        self.calls[asked.route] = calls
        for number, call in enumerate(calls):
            for fault in FAULTS:
                if fault.startswith("conflict") and not conflicts(call):
                    continue
                self.cloud.put_back(before)
                wrong = self._try(asked, fault, number, wanted)
                self.tried[asked.route] += 1
                if wrong is not None:
                    self.faults.append(f"{asked.route} {call} ({number}) {fault}: {wrong}")
        self.cloud.put_back(before)
        self.trouble.begin()

    def _try(self, asked: Asked, fault: str, number: int, wanted: Counter[tuple[str, ...]]) -> str | None:
        """Return what was wrong, or None."""
        self._cold()
        self.trouble.begin(fault, number)
        reply: HTTPResponse | None = None
        with suppress(Killed):
            reply = self.city.again(asked)
        self.trouble.begin()
        if reply is not None and reply.status_code != asked.status and not _is_clean(reply):
            return f"{reply.status_code} {reply.body.decode()[:200]}"
        self._cold()
        again = self.city.again(asked)
        if again.status_code == 404 and asked.route in LOST_WITH_THE_ACT:
            return self._compare(wanted)
        if again.status_code != asked.status:
            return f"the retry got {again.status_code} {again.body.decode()[:200]}"
        if reply is not None and reply.status_code == asked.status and reply.body != again.body:
            return "the replay differs from the first answer"
        third = self.city.again(asked)
        if asked.route not in LOST_WITH_THE_ACT and third.body != again.body:
            return "the second replay differs"
        return self._compare(wanted)

    def _compare(self, wanted: Counter[tuple[str, ...]]) -> str | None:
        found = self._effects()
        if found == wanted:
            return None
        return f"more: {dict(found - wanted)}, less: {dict(wanted - found)}"

    def _effects(self) -> Counter[tuple[str, ...]]:
        """Count what is stored by kind of item.

        Left out: the ledger of readings, for a retry may read again; bursts, which the event counts, too; and files in
        quarantine, which are swept in a day.
        """
        found: Counter[tuple[str, ...]] = Counter()
        for name, table in self.city.tables.items():
            for item in self.cloud.dynamodb.tables[table].every():
                pk, sk = item["pk"]["S"], item["sk"]["S"]
                if not sk.startswith("ACCESS#") and not pk.startswith("BURST#"):
                    found[name, pk.partition("#")[0][:5], sk.partition("#")[0] if "#" in sk else "one"] += 1
        kept = {key: found for key, found in self.cloud.s3.objects.items() if "/quarantine/" not in key}
        for key, versions in kept.items():
            found["files", key.rpartition("/")[0]] += sum(body is not None for _, body in versions)
        return found

    def _cold(self) -> None:
        """Have a new process, which remembers nothing: so every call is made."""
        before = self.city.container
        made = Container(before.settings, self.city.clock)
        made.override(Clients, self.city.clients)
        made.override(TokenVerifier, self.city)
        made.override(CatalogueService, before.catalogue.service)
        self.city.container = made
        injection.install(made)


def _is_clean(reply: HTTPResponse) -> bool:
    """Tell whether it is a refusal as the contract has it: try again, then."""
    problem = reply.headers.get("Content-Type", "").startswith("application/problem+json")
    return reply.status_code == 503 and problem and int(reply.headers.get("Retry-After", 0)) > 0


@pytest.fixture
def matrix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Matrix]:
    monkeypatch.setattr(Pauses, "pause", lambda *_: None)
    cloud, trouble = Cloud(os.urandom), Trouble()
    with city_of(TroubledClients(cloud, trouble), tmp_path) as city:
        yield Matrix(city, cloud, trouble)


@pytest.mark.deep
def test_whatever_goes_wrong_there_is_one_effect_and_one_answer(
    matrix: Matrix, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    live(matrix.city)
    monkeypatch.setattr(Holds, "holds", lambda *_: False)
    matrix.city.post("wang", "/v1/me/erasure")
    assert every_changing_route() - set(matrix.calls) == set()  # a new route belongs into the story
    with capsys.disabled():
        count = sum(map(len, matrix.calls.values()))
        print(f"\n{len(matrix.calls)} routes, {count} calls, {matrix.tried.total()} faults, {len(matrix.faults)} bad")  # noqa: T201 - the figure is what the note is for
    assert not matrix.faults, "\n".join(matrix.faults)
