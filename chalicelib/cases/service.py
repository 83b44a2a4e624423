"""The use cases of disputes: file, see, act, join. Every change is one transaction with its event."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from chalicelib.cases.access import Ledger, accesses_of
from chalicelib.cases.decisions import Command, Counting, Outcome, decide, start_clocks
from chalicelib.cases.model import Case, Party, lists_of
from chalicelib.cases.policies import check_can_act, check_can_see
from chalicelib.cases.ports import Routing, Store
from chalicelib.cases.records import CASE_SUBJECT, Change, Listed, Loaded, VersionConflict
from chalicelib.cases.refusals import AlreadyParty, InviteExpired, InviteUsed, MediatorConflicted
from chalicelib.shared.clock import Clock, format_instant
from chalicelib.shared.codes import new_code, parse_code
from chalicelib.shared.crypto import Keyring, Pseudonyms
from chalicelib.shared.errors import Conflict, NotAllowed, NotFound, Stale
from chalicelib.shared.events import GENESIS, Event
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.transactions import Write
from chalicelib.shared.viewer import Viewer
from chalicelib.triage.service import find_urgent_kinds

__all__ = ["Case", "CaseService", "Outcome", "Seen", "VersionConflict"]  # other contexts know cases by this room

MAX_DECISIONS: Final = 8
"""How often a command is decided anew because another one came first."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A case in front of one person: what they are to it, and the moment."""

    loaded: Loaded
    relation: str
    person: str
    now: datetime

    @property
    def case(self) -> Case:
        """The case's state."""
        return self.loaded.case


Answering = Callable[[Seen], Any]


Remember = Callable[[str, str], Write]
"""Returns the write that keeps whom a pseudonym stands for, so that messages can reach them."""


Know = Callable[[str, list[str]], list[Write]]
"""Returns the writes by which staff at a window find somebody by their numbers."""


class CaseService:
    """Disputes from filing to their end."""

    def __init__(  # noqa: PLR0917
        self, store: Store, routing: Routing, ledger: Ledger, remember: Remember, know: Know,
        pseudonyms: Callable[[], Pseudonyms], counting: Counting, clock: Clock,
    ) -> None:  # fmt: skip
        self._store = store
        self._ledger = ledger
        self._remember = remember
        self._know = know
        self._routing = routing
        self._pseudonyms = pseudonyms
        self._counting = counting
        self._clock = clock

    def file(self, viewer: Viewer, filing: Mapping[str, Any], idempotency: Idempotency) -> Seen:
        """File a dispute; return it as the applicant sees it. `filing`: the contract's fields, checked."""
        now, code = self._clock.now(), new_code()
        person = self._pseudonyms().of(viewer.subject)
        routed = self._routing.route(filing["dispute_type"], filing["region"])
        respondents = filing["respondents"]
        invites = [new_code() for _ in respondents]
        parties = (
            Party("p1", "applicant", "person", person=person, consented_at=format_instant(now),
                  terms_version=filing["terms_version"]),
            *(Party(f"p{n}", "respondent", respondent["kind"], invite_digest=digest_of(invite))
              for n, (respondent, invite) in enumerate(zip(respondents, invites, strict=True), start=2)),
        )  # fmt: skip
        instant = format_instant(now)
        case = Case(
            code=code, status="submitted", version=1, dispute_type=filing["dispute_type"], region=filing["region"],
            organisation=routed.organisation_id, parties=parties, deadlines=(), reached={"submitted": instant},
            since=instant, created_at=instant, updated_at=instant, head=GENESIS, routing=tuple(routed.because),
            amount_cents=filing["amount_cents"],
        )  # fmt: skip
        case = start_clocks(case, ("acceptance",), now, self._counting)
        texts: dict[str, dict[str, Any]] = {"p1": dict(filing["applicant"])}
        for party, respondent, invite in zip(parties[1:], respondents, invites, strict=True):
            texts[party.id] = {"name": respondent["name"], "phone": respondent["phone"], "invite_code": invite}
        # What the applicant writes is theirs: it goes when their key goes.
        texts["p1"] |= {name: filing[name] for name in ("title", "facts", "claims", "preferred_modes")}
        # So is what these words say of danger: sealed with them, and no index or event knows it.
        texts["p1"]["urgent"] = find_urgent_kinds("\n".join([filing["title"], filing["facts"], *filing["claims"]]))
        wrapped_kek, keyring = self._store.new_keyring(code, [CASE_SUBJECT, *texts])
        sealed = {subject: keyring.seal(subject, "texts", to_json(text)) for subject, text in texts.items()}
        data = {"dispute_type": case.dispute_type, "region": case.region, "organisation": case.organisation,
                "opened": True}  # fmt: skip
        case, event = self._record(case, Outcome(case, "submitted", data), person, "applicant", now, None, 1)
        seen = Seen(Loaded(case, sealed, keyring), "applicant", person, now)
        numbers = [number for number in (filing["applicant"]["phone"], filing["applicant"]["id_number"]) if number]
        also = [self._remember(person, viewer.subject), *self._know(person, numbers)]
        self._store.create(case, sealed, keyring, wrapped_kek, event, also=also, idempotency=idempotency, result=seen)
        return seen

    def get(self, viewer: Viewer, code: str, *, what: str = "case", purpose: str | None = None) -> Seen:
        """Return a case as the viewer may see it; raise `NotFound` for a stranger.

        Staff who read are noted first, with `what` and their `purpose`: where that fails, nothing is shown.
        """
        seen = self._look(viewer, code)
        noted = accesses_of(viewer, seen.relation, seen.person, seen.case, format_instant(seen.now), what=what,
                            purpose=purpose)  # fmt: skip
        if noted:
            self._ledger.record(noted)
        return seen

    def look(self, viewer: Viewer, code: str) -> Seen:
        """Return a case's state in front of the viewer, without its texts. One read; raise `NotFound`."""
        case = self._store.find(parse_code(code))
        if case is None:
            raise NotFound
        person = self._pseudonyms().of(viewer.subject)
        relation = check_can_see(viewer, person, case)
        return Seen(Loaded(case, {}, Keyring(case.code, {}, {})), relation, person, self._clock.now())

    def watch(self, code: str) -> Seen | None:
        """Return a case's state in front of the clock, for what happens by itself. One read."""
        case = self._store.find(code)
        if case is None:
            return None
        return Seen(Loaded(case, {}, Keyring(code, {}, {})), "clock", "clock", self._clock.now())

    def _look(self, viewer: Viewer, code: str) -> Seen:
        loaded = self._store.load(parse_code(code))
        if loaded is None:
            raise NotFound
        person = self._pseudonyms().of(viewer.subject)
        return Seen(loaded, check_can_see(viewer, person, loaded.case), person, self._clock.now())

    def act(self, viewer: Viewer, code: str, action: str, details: Mapping[str, Any], idempotency: Idempotency, *,
            expected_version: int | None = None) -> Seen:  # fmt: skip
        """Take one action of the transitions table; return the case after it.

        Raises `NotFound`, `NotAllowed`, `IllegalTransition`, `Stale`, and the refusals of the action itself.
        """
        for _ in range(MAX_DECISIONS):
            seen = self._look(viewer, code)
            if expected_version not in {None, seen.case.version}:
                raise Stale
            check_can_act(seen.relation, action, seen.case)
            prepared = self._prepare(seen, action, details)
            command = Command(action, prepared, seen.person, seen.relation, seen.now)
            outcome = decide(seen.case, command, self._counting)
            items = _items_of(outcome, prepared, seen)
            # The answer shows the case: staff who act are noted in the act's own transaction.
            also = self._ledger.writes(accesses_of(viewer, seen.relation, seen.person, outcome.case,
                                                   format_instant(seen.now), what=f"action:{action}"))  # fmt: skip
            if action == "assign":
                also.append(self._remember(prepared["mediator_person"], details["mediator_id"]))
            try:
                return self.commit(seen, outcome, idempotency, items=items, also=also)
            except VersionConflict:
                continue
        raise Conflict

    def commit(self, seen: Seen, outcome: Outcome, idempotency: Idempotency | None, *,
               items: Mapping[str, Mapping[str, Any]] | None = None, also: Sequence[Write] = (),
               role: str | None = None, result: Any = None) -> Seen:  # fmt: skip
        """Write an outcome with its event; return the case after it. Raises `VersionConflict` if it was overtaken."""
        before = seen.case
        sealed = None
        version = before.version + 1
        if outcome.free_text:
            sealed = seen.loaded.keys.seal(CASE_SUBJECT, f"event#{version}", outcome.free_text)
        case, event = self._record(outcome.case, outcome, seen.person, role or seen.relation, seen.now, sealed, version)
        after = replace(seen, loaded=replace(seen.loaded, case=case))
        change = Change(case, event, before.version, tuple(lists_of(before)), items or {}, tuple(also))
        self._store.commit(change, idempotency=idempotency, result=result or after)
        return after

    def join(self, viewer: Viewer, code: str, invite_code: str, idempotency: Idempotency) -> Seen:
        """Bind the caller's account to the respondent whose invite code this is.

        Raises `NotFound` for a code of another case, `InviteUsed`, `InviteExpired`, `AlreadyParty`.
        """
        for _ in range(MAX_DECISIONS):
            loaded = self._store.load(parse_code(code))
            digest = digest_of(parse_code(invite_code))
            parties = () if loaded is None else loaded.case.parties
            party = next((one for one in parties if one.invite_digest == digest), None)
            if loaded is None or party is None:
                raise NotFound
            now, person = self._clock.now(), self._pseudonyms().of(viewer.subject)
            if party.person is not None:
                raise InviteUsed
            if loaded.case.party_of(person) is not None or loaded.case.mediator == viewer.subject:
                raise AlreadyParty
            expires = party.invite_expires_at
            if expires is None or self._counting.is_past(datetime.fromisoformat(expires), now):
                raise InviteExpired
            joined = loaded.case.with_party(replace(party, person=person))
            seen = Seen(loaded, "respondent", person, now)
            also = [self._remember(person, viewer.subject)]
            try:
                return self.commit(seen, Outcome(joined, "joined", {"party": party.id}), idempotency, also=also)
            except VersionConflict:
                continue
        raise Conflict

    def progress(self, code: str) -> Case:
        """Return what scanning the mediation code shows is made of. One read; raise `BadCode`, `NotFound`."""
        case = self._store.find(parse_code(code))
        if case is None:
            raise NotFound
        return case

    def timeline(self, viewer: Viewer, code: str) -> tuple[Seen, list[Event]]:
        """Return the case's events, oldest first, to somebody who may see the case."""
        seen = self.get(viewer, code, what="timeline")
        return seen, list(self._store.list_events(seen.case.code))

    def list_cases(self, viewer: Viewer, role: str | None, status: str | None, after: Mapping[str, Any] | None,
                   limit: int) -> tuple[list[Listed], Mapping[str, Any] | None]:  # fmt: skip
        """Return the viewer's cases in one role, newest first; raise `NotAllowed` for a role that they do not have."""
        kind, owner = self._list_of(viewer, role)
        return self._store.list_cases(kind, owner, after=after, limit=limit, status=status)

    def _list_of(self, viewer: Viewer, role: str | None) -> tuple[str, str]:
        person = self._pseudonyms().of(viewer.subject)
        if role is None:
            role = next((one for one in ("clerk", "mediator", "court", "reviewer") if one in viewer.roles), "party")
        if role in {"party", "citizen", "applicant", "respondent"}:
            return "PARTY", person
        if role in {"clerk", "organisation"} and "clerk" in viewer.roles and viewer.organisation:
            return "ORGANISATION", viewer.organisation
        if role == "mediator" and "mediator" in viewer.roles:
            return "MEDIATOR", person
        if role in {"court", "reviewer"} and role in viewer.roles:
            return role.upper(), "ALL"
        raise NotAllowed

    def _prepare(self, seen: Seen, action: str, details: Mapping[str, Any]) -> Mapping[str, Any]:
        if action == "assign":
            mediator = details["mediator_id"]
            self._routing.check_assignable(seen.case.organisation, mediator, seen.now)
            person = self._pseudonyms().of(mediator)
            if mediator in seen.case.excluded_mediators or seen.case.party_of(person) is not None:
                raise MediatorConflicted
            return {**details, "mediator_person": person}
        if action == "draft_agreement":
            return {**details, "sha256": agreement_digest(details["text"], details["terms"])}
        if action == "mark_unreachable":
            return {**details, "record": to_json(details["attempts"])}
        return details

    def _record(self, case: Case, outcome: Outcome, person: str, role: str, now: datetime, sealed: bytes | None,  # noqa: PLR0917
                version: int) -> tuple[Case, Event]:  # fmt: skip
        data = dict(outcome.data)
        if case.ended_at is not None and version > 1 and case.since == format_instant(now):
            data |= {"closed": True, "organisation": case.organisation}
            if case.mediator is not None:
                data["mediator"] = case.mediator
        audience = [{"person": party.person, "relation": party.role} for party in case.parties if party.person]
        if case.mediator_person is not None:
            audience.append({"person": case.mediator_person, "relation": "mediator"})
        event = Event.happened(case.code, version, now, outcome.event, actor=person, actor_role=role,
                               status=case.status, data=data, prev_hash=case.head, audience=audience,
                               sealed=sealed)  # fmt: skip
        return replace(case, version=version, head=event.hash, updated_at=format_instant(now)), event


def digest_of(invite_code: str) -> str:
    """Return what is stored of an invite code: it has 80 random bits, so nobody finds it from this."""
    return hashlib.sha256(invite_code.encode()).hexdigest()


def agreement_digest(text: str, terms: Sequence[str]) -> str:
    """Return the SHA-256 that signatures are made over: of the canonical JSON of text and terms."""
    return hashlib.sha256(to_json({"terms": list(terms), "text": text}).encode()).hexdigest()


def to_json(value: Any) -> str:
    """Return canonical JSON."""
    import json

    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def _items_of(outcome: Outcome, details: Mapping[str, Any], seen: Seen) -> dict[str, dict[str, Any]]:
    if outcome.event != "agreement_drafted":
        return {}
    number = outcome.case.agreement_no
    text = to_json({"text": details["text"], "terms": details["terms"]})
    sealed = seen.loaded.keys.seal(CASE_SUBJECT, f"agreement#{number}", text)
    return {f"AGREEMENT#{number:03d}": {"agreement": sealed, "sha256": outcome.case.agreement_sha256}}
