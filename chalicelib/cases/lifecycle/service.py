"""The use cases of disputes: file, see, act, join. Every change is one transaction with its event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.cases.lifecycle.access import accesses_of
from chalicelib.cases.lifecycle.deciding import decide_until_kept
from chalicelib.cases.lifecycle.decisions import Command, Outcome, decide, start_deadlines
from chalicelib.cases.lifecycle.digests import digest_of, to_json
from chalicelib.cases.lifecycle.filing import draw_up
from chalicelib.cases.lifecycle.model import Case, Party
from chalicelib.cases.lifecycle.policies import check_can_act, check_can_see
from chalicelib.cases.lifecycle.ports import Entrance, Ledger, Remember, Routing
from chalicelib.cases.lifecycle.preparing import Preparation
from chalicelib.cases.lifecycle.recording import Actor, items_of, recorded
from chalicelib.cases.lifecycle.records import CASE_SUBJECT, TEXTS, Change, Loaded, NewCase
from chalicelib.cases.lifecycle.refusals import AlreadyParty, CaseEnded, InviteExpired, InviteUsed
from chalicelib.cases.lifecycle.same_filing import OVERTAKEN, check_none_open
from chalicelib.shared.clock import SHANGHAI, Clock, format_instant, parse_instant
from chalicelib.shared.codes import new_code, parse_code
from chalicelib.shared.crypto import Keyring, Pseudonyms
from chalicelib.shared.deadlines import DueDates, is_past
from chalicelib.shared.deciding import Pauses
from chalicelib.shared.errors import NotFound, Stale
from chalicelib.shared.events import Event
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.transactions import Write
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.cases.lifecycle.store import CaseStore


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


@dataclass(frozen=True, slots=True)
class Asked:
    """An action that somebody asks for. `details`: its body, checked by the contract.

    `expected_version`: the version of the case that the caller saw; None if they do not mind which.
    """

    action: str
    details: Mapping[str, Any]
    expected_version: int | None = None


class CaseService:
    """Disputes from filing to their end."""

    def __init__(
        self,
        store: CaseStore,
        routing: Routing,
        preparation: Preparation,
        ledger: Ledger,
        *,
        remember: Remember,
        entrance: Entrance,
        pseudonyms: Callable[[], Pseudonyms],
        due_dates: DueDates,
        clock: Clock,
        pauses: Pauses | None = None,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._remember = remember
        self._entrance = entrance
        self._routing = routing
        self._preparation = preparation
        self._pseudonyms = pseudonyms
        self._due_dates = due_dates
        self._clock = clock
        self._pauses = pauses or Pauses()

    def file(self, viewer: Viewer, filing: Mapping[str, Any], idempotency: Idempotency) -> Seen:
        """File a dispute; return it as the applicant sees it. `filing`: the contract's fields, checked.

        Raises `UnknownTerms`, and `CaseExists` if a case of theirs like this is open, unless they file it `again`.
        """
        self._entrance.check_terms(filing["terms_version"])
        return decide_until_kept(lambda: self._file(viewer, filing, idempotency), self._pauses)

    def _file(self, viewer: Viewer, filing: Mapping[str, Any], idempotency: Idempotency) -> Seen:
        now, code = self._clock.now(), new_code()
        person = self._pseudonyms().of(viewer.subject)
        same = self._entrance.recognise(person, filing)
        named = self._store.same.find_codes(person, same)
        if not filing["again"]:
            check_none_open(self._store.find_cases([*named.values()]))
        routed = self._routing.route(filing["dispute_type"], filing["region"])
        case, texts = draw_up(code, filing, person, routed, now)
        case = start_deadlines(case, ("acceptance",), now, self._due_dates)
        wrapped_kek, keyring = self._store.new_keyring(code, [CASE_SUBJECT, *texts])
        sealed = {subject: keyring.seal(subject, TEXTS, to_json(text)) for subject, text in texts.items()}
        data = {
            "dispute_type": case.dispute_type,
            "region": case.region,
            "organisation": case.organisation,
            "opened": True,
        }
        case, event = recorded(None, Outcome(case, "submitted", data), Actor(person, "applicant"), now, keyring)
        loaded = Loaded(case, sealed, keyring)
        seen = Seen(loaded, "applicant", person, now)
        also = (
            self._remember(person, viewer.subject),
            *self._store.same.writes(person, code, same, named),
            *self._entrance.note_contact(viewer, OVERTAKEN),
        )
        claim = idempotency.showing(loaded.shown())
        new = NewCase(case, event, sealed, keyring, wrapped_kek, also, same)
        self._store.create(new, idempotency=claim, result=seen)
        return seen

    def get_case(self, viewer: Viewer, code: str, *, what: str = "case", purpose: str | None = None) -> Seen:
        """Return a case as the viewer may see it; raise `NotFound` for a stranger.

        Staff who read are noted first, with `what` and their `purpose`: where that fails, nothing is shown.
        """
        seen = self._get_loaded(viewer, code)
        self._note(viewer, seen, what, purpose)
        return seen

    def get_state(self, viewer: Viewer, code: str) -> Seen:
        """Return a case's state in front of the viewer, without its texts. One read; raise `NotFound`."""
        case = self._store.find_case(parse_code(code))
        if case is None:
            raise NotFound
        person = self._pseudonyms().of(viewer.subject)
        relation = check_can_see(viewer, person, case)
        return Seen(Loaded(case, {}, Keyring(case.code, {}, {})), relation, person, self._clock.now())

    def find_state(self, code: str) -> Seen | None:
        """Return a case's state in front of the clock, for what happens by itself. One read."""
        case = self._store.find_case(code)
        if case is None:
            return None
        return Seen(Loaded(case, {}, Keyring(code, {}, {})), "clock", "clock", self._clock.now())

    def find_with_texts(self, code: str) -> Seen | None:
        """Return a case with its texts in front of the system, for what it writes to people by itself. Two reads."""
        loaded = self._store.find_loaded(code)
        return None if loaded is None else Seen(loaded, "system", "system", self._clock.now())

    def reopen(self, viewer: Viewer | None, code: str, subjects: Sequence[str]) -> Keyring:
        """Return the keys to a stored answer about a case, to somebody who may still see it; see `Reopen`.

        A party who was erased may not; nor may anybody once one of those whom it shows was.
        """
        if viewer is None:
            raise NotFound
        seen = self.get_state(viewer, code)
        keys = self._store.open_keys(code)
        party = seen.case.party_of(seen.person)
        needed = [*subjects] if party is None else [*subjects, party.id]
        if not all(keys.holds(subject) for subject in needed):
            raise NotFound
        if subjects:
            self._note(viewer, seen, "replay", None)
        return keys

    def reopen_many(self, viewer: Viewer | None, codes: str, subjects: Sequence[str]) -> None:
        """Let somebody see a stored answer about several cases (`codes`, joined by commas), if they may see each."""
        for code in codes.split(","):
            self.reopen(viewer, code, subjects)

    def _note(self, viewer: Viewer, seen: Seen, what: str, purpose: str | None) -> None:
        """Note that staff read, before they are shown anything."""
        noted = accesses_of(
            viewer, seen.relation, seen.person, seen.case, format_instant(seen.now), what=what, purpose=purpose
        )
        if noted:
            self._ledger.record(noted)

    def find_states(self, codes: Sequence[str]) -> dict[str, Case]:
        """Return the state of those of the cases that there are, by code. One read for 100."""
        return {case.code: case for case in self._store.find_cases(codes)} if codes else {}

    def _get_loaded(self, viewer: Viewer, code: str) -> Seen:
        loaded = self._store.find_loaded(parse_code(code))
        if loaded is None:
            raise NotFound
        person = self._pseudonyms().of(viewer.subject)
        return Seen(loaded, check_can_see(viewer, person, loaded.case), person, self._clock.now())

    def act(self, viewer: Viewer, code: str, asked: Asked, idempotency: Idempotency) -> Seen:
        """Take one action of the transitions table; return the case after it.

        Raises `NotFound`, `NotAllowed`, `IllegalTransition`, `Stale`, and the refusals of the action itself.
        """
        return decide_until_kept(lambda: self._act(viewer, code, asked, idempotency), self._pauses)

    def _act(self, viewer: Viewer, code: str, asked: Asked, idempotency: Idempotency) -> Seen:
        action, details = asked.action, asked.details
        seen = self._get_loaded(viewer, code)
        if asked.expected_version not in {None, seen.case.version}:
            raise Stale
        check_can_act(seen.relation, action, seen.case)
        if "terms_version" in details:
            self._entrance.check_terms(details["terms_version"])
        prepared = self._preparation.prepare(seen.loaded, action, details, seen.now)
        command = Command(action, prepared, seen.person, seen.relation, seen.now)
        outcome = self._preparation.completed(decide(seen.case, command, self._due_dates), action)
        items = items_of(outcome, prepared, seen.loaded.keys)
        # The answer shows the case: staff who act are noted in the act's own transaction.
        also = self._ledger.writes(
            accesses_of(
                viewer, seen.relation, seen.person, outcome.case, format_instant(seen.now), what=f"action:{action}"
            )
        )
        if prepared.get("mediator_person") is not None:
            also.append(self._remember(prepared["mediator_person"], details["mediator_id"]))
        return self.commit(seen, outcome, idempotency, items=items, also=also)

    def commit(
        self,
        seen: Seen,
        outcome: Outcome,
        idempotency: Idempotency | None,
        *,
        items: Mapping[str, Mapping[str, Any]] | None = None,
        also: Sequence[Write] = (),
        role: str | None = None,
        result: Callable[[Seen], Any] | None = None,
        shows: Sequence[str] = (),
    ) -> Seen:
        """Write an outcome with its event; return the case after it. Raises `VersionConflict` if it was overtaken.

        `result`: what the stored answer is made of, from the case after it, if not the case itself.
        `shows`: the data subjects whose data the answer shows, if not every party's.
        """
        before = seen.case
        actor = Actor(seen.person, role or seen.relation)
        case, event = recorded(before, outcome, actor, seen.now, seen.loaded.keys)
        after = replace(seen, loaded=replace(seen.loaded, case=case))
        change = Change(case, event, before, items=items or {}, also=tuple(also))
        claim = None if idempotency is None else idempotency.showing(after.loaded.shown(*shows))
        self._store.commit(change, idempotency=claim, result=result(after) if result else after)
        return after

    def join(self, viewer: Viewer, code: str, invite_code: str, idempotency: Idempotency) -> Seen:
        """Bind the caller's account to the respondent whose invite code this is.

        Raises `NotFound` for a code of another case, `InviteUsed`, `InviteExpired`, `AlreadyParty`, `CaseEnded`.
        """
        digest = digest_of(parse_code(invite_code))
        return self.join_as(viewer, code, lambda party: party.invite_digest == digest, idempotency)

    def join_as(self, viewer: Viewer, code: str, is_meant: Callable[[Party], bool], idempotency: Idempotency) -> Seen:
        """Bind the caller's account to the respondent who is meant; raise as `join` does."""
        return decide_until_kept(lambda: self._join(viewer, code, is_meant, idempotency), self._pauses)

    def _join(self, viewer: Viewer, code: str, is_meant: Callable[[Party], bool], idempotency: Idempotency) -> Seen:
        loaded = self._store.find_loaded(parse_code(code))
        parties = () if loaded is None else loaded.case.parties
        party = next((one for one in parties if one.role == "respondent" and is_meant(one)), None)
        if loaded is None or party is None:
            raise NotFound
        now, person = self._clock.now(), self._pseudonyms().of(viewer.subject)
        if party.person is not None:
            raise InviteUsed
        if loaded.case.party_of(person) is not None or loaded.case.mediator == viewer.subject:
            raise AlreadyParty
        if loaded.case.state.ended:
            raise CaseEnded
        if self.is_invite_over(party, now):
            raise InviteExpired
        joined = loaded.case.with_party(replace(party, person=person))
        also = [self._remember(person, viewer.subject), self._store.person_write(person, joined.code)]
        also += self._entrance.note_contact(viewer, OVERTAKEN)
        outcome = Outcome(joined, "joined", {"party": party.id})
        return self.commit(Seen(loaded, "respondent", person, now), outcome, idempotency, also=also)

    def is_invite_over(self, party: Party, now: datetime) -> bool:
        """Tell whether an invitation is over; not by the days of a year that is not published yet."""
        if party.invite_expires_at is None:
            return True
        expires = parse_instant(party.invite_expires_at)
        return is_past(expires, now) and self._due_dates.calendar.is_published(expires.astimezone(SHANGHAI).year)

    def get_progress(self, code: str) -> Case:
        """Return what scanning the mediation code shows is made of. One read; raise `BadCode`, `NotFound`."""
        case = self._store.find_case(parse_code(code))
        if case is None:
            raise NotFound
        return case

    def get_timeline(self, viewer: Viewer, code: str) -> tuple[Seen, list[Event]]:
        """Return the case's events, oldest first, to somebody who may see the case."""
        seen = self.get_case(viewer, code, what="timeline")
        return seen, list(self._store.list_events(seen.case.code))
