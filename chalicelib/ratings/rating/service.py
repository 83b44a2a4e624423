"""The use cases of ratings: invited by events, rated once, followed up once, read by everybody."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.ratings.rating.model import Entry, FollowUp, Handling, Invitation, Judgement, Rating, Target
from chalicelib.ratings.rating.recording import Act, recorded
from chalicelib.ratings.rating.refusals import (
    AlreadyFollowedUp,
    AlreadyRated,
    FollowUpClosed,
    InvitationExpired,
    NotInvited,
    RatingChanged,
)
from chalicelib.ratings.rating.rules import BAD_LEVELS, RatingRules
from chalicelib.ratings.rating.screening import mask_name, screen
from chalicelib.ratings.rating.tallies import Summary, summarise
from chalicelib.shared.clock import Clock, format_instant, parse_instant
from chalicelib.shared.codes import new_id
from chalicelib.shared.crypto import Pseudonyms
from chalicelib.shared.deciding import decide_anew
from chalicelib.shared.editions import oldest_of
from chalicelib.shared.errors import InvalidRequest, NotFound, Unavailable, Violation
from chalicelib.shared.events import GENESIS, Event
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.paging import Position, Slice
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.ratings.rating.store import RatingStore
    from chalicelib.shared.deadlines import DueDates

_PARTIES: Final = frozenset({"applicant", "respondent"})
MEDIATION: Final = "service:mediation"
ONLINE: Final = "channel:online"


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of one target. `text`: as written."""

    target: str
    level: int
    tags: tuple[str, ...]
    text: str | None


@dataclass(frozen=True, slots=True)
class Earned:
    """What earns somebody an invitation. `because`: an event's name; `subject`: what it was about, `{type, code}`."""

    because: str
    subject: Mapping[str, str]
    targets: Sequence[Target]
    organisation: str
    channel: str
    at: datetime


FindStaffName = Callable[[str, str], str | None]
"""Returns the name of a member of staff of an organisation, or None."""

ChooseShards = Callable[[Sequence[str]], dict[str, int]]


class RatingService:
    """Ratings of services, people, organisations and channels."""

    def __init__(
        self,
        store: RatingStore,
        rules: RatingRules,
        due_dates: DueDates,
        *,
        find_staff_name: FindStaffName,
        choose_shards: ChooseShards,
        pseudonyms: Callable[[], Pseudonyms],
        clock: Clock,
    ) -> None:
        self._store = store
        self.rules = rules
        self._due_dates = due_dates
        self._find_staff_name = find_staff_name
        self._choose_shards = choose_shards
        self._pseudonyms = pseudonyms
        self._clock = clock

    def on_case_event(self, event: Event) -> int:
        """Invite the parties to rate what an event earns them; return how many invitations are new.

        A session held: the mediator. The mediation of an accepted case that came to its end: the service, the
        organisation as a whole, the channel. Each target once for a person and case (staff: session), however often
        the event comes, or the case ends.
        """
        data = event.data
        if event.name == "session_held":
            occasion, targets = data["appointment"], [Target(f"staff:{data['mediator']}", "staff")]
        elif data.get("mediation_ended") is True:
            occasion = event.aggregate
            targets = [
                Target(MEDIATION, "service"),
                Target(f"organisation:{data['organisation']}", "overall"),
                Target(ONLINE, "channel"),
            ]
        else:
            return 0
        subject = {"type": "case", "code": event.aggregate}
        earned = Earned(event.name, subject, targets, data["organisation"], "online", parse_instant(event.at))
        invited = 0
        for one in event.audience:
            if one["relation"] in _PARTIES:
                digest = hashlib.sha256(f"{event.event_id}|{one['person']}".encode()).hexdigest()[:16]
                invited += self._store.invite(self.invitation(digest, one["person"], earned), occasion)
        return invited

    def invitation(self, name: str, person: str, earned: Earned) -> Invitation:
        """Return an invitation that expires as the rules say. `name`: the end of its id, which sorts by time."""
        created = format_instant(earned.at)
        digits = "".join(character for character in created if character.isdigit())
        return Invitation(
            id=f"{digits}-{name}",
            person=person,
            because=earned.because,
            subject=dict(earned.subject),
            targets=tuple(earned.targets),
            organisation=earned.organisation,
            channel=earned.channel,
            created_at=created,
            expires_at=format_instant(earned.at + timedelta(days=self.rules.invitation_days)),
        )

    def list_invitations(self, viewer: Viewer, after: Position | None, limit: int) -> Slice[Invitation]:
        """Return what the viewer may rate now, newest first."""
        now = self._clock.now()
        page = self._store.list_invitations(self._person(viewer), format_instant(now), after, limit)
        return Slice([one for one in page.items if one.rating is None and not one.is_expired(now)], page.position)

    def rate(
        self, viewer: Viewer, invitation_id: str, said: Sequence[Said], idempotency: Idempotency, *, anonymous: bool
    ) -> Rating:
        """Rate what an invitation allows, once. One read and one transaction.

        Raises `NotFound` for another's invitation, `InvitationExpired`, `AlreadyRated`, `NotInvited`.
        """
        person, now = self._person(viewer), self._clock.now()
        invitation = self._store.find_invitation(person, invitation_id)
        if invitation is None:
            raise NotFound
        if invitation.rating is not None:
            raise AlreadyRated
        if invitation.is_expired(now):
            raise InvitationExpired
        judgements = self._judge(viewer, invitation, said)
        rating_id = new_id(12)
        bad = any(one.level in BAD_LEVELS for one in judgements)
        follow_up = self._due_dates.due("rating_follow_up", now)
        rating = Rating(
            id=rating_id,
            invitation=invitation.id,
            person=person,
            organisation=invitation.organisation,
            channel=invitation.channel,
            subject=invitation.subject,
            judgements=judgements,
            anonymous=anonymous,
            created_at=format_instant(now),
            follow_up_until=format_instant(follow_up.at),
            follow_up_rule=follow_up.kept,
            version=1,
            head=GENESIS,
            name=None if anonymous or not viewer.name else mask_name(viewer.name),
            handling=self._opened(now) if bad else None,
            shards=self._choose_shards([one.target for one in judgements]),
            answer_key=secrets.token_bytes(32),
        )
        levels = {one.target: one.level for one in judgements}
        rating, event = recorded(rating, Act("rated", person, "citizen", now, {"levels": levels, "bad": bad}))
        original = "\n".join(one.text for one in said if one.text)
        self._store.rate(rating, event, original, idempotency=idempotency, result=rating)
        with suppress(Unavailable):  # it is rated; what was not counted here is counted when the event comes
            self._watch_bursts(rating)
        return rating

    def on_rating_event(self, event: Event) -> int:
        """Count a rating that was not counted when it was made; return 0: for the flags it makes no difference."""
        if event.name == "rated":
            rating = self._store.find_rating(event.aggregate.removeprefix("RATING-"))
            if rating is not None:
                self._watch_bursts(rating)
        return 0

    def follow_up(
        self, viewer: Viewer, rating_id: str, level: int | None, text: str, idempotency: Idempotency
    ) -> Rating:
        """Add the citizen's later word, once, within 60 natural days. Raises `AlreadyFollowedUp`, `FollowUpClosed`."""
        person = self._person(viewer)

        def attempt() -> Rating | None:
            now = self._clock.now()
            rating = self._store.find_rating(rating_id)
            if rating is None or rating.person != person:
                raise NotFound
            if rating.follow_up is not None:
                raise AlreadyFollowedUp
            if self._due_dates.is_past(parse_instant(rating.follow_up_until), now):
                raise FollowUpClosed
            said = FollowUp(
                format_instant(now),
                level,
                screen(text, self._names_of(rating.organisation, [one.target for one in rating.judgements])),
            )
            act = Act("followed_up", person, "citizen", now, {"level": level})
            after, event = recorded(replace(rating, follow_up=said), act)
            try:
                self._store.change(after, rating, event, idempotency=idempotency, result=after)
            except RatingChanged:
                return None
            return after

        return decide_anew(attempt)

    def list_mine(self, viewer: Viewer, after: Position | None, limit: int) -> Slice[Rating]:
        """Return the viewer's ratings, newest first."""
        return self._store.list_mine(self._person(viewer), after, limit)

    def list_entries(self, target: str, after: Position | None, limit: int) -> Slice[Entry]:
        """Return what the public sees of a target, newest first."""
        return self._store.list_entries(target, after, limit)

    def find_staff_name(self, organisation: str, staff: str) -> str | None:
        """Return the name of a member of staff of an organisation, as on its public roster, or None."""
        return self._find_staff_name(organisation, staff)

    def summarise(self, target: str) -> Summary:
        """Return the figures of a target. One read."""
        return summarise(self._store.read_counts(target), self.rules.min_group)

    def summarise_many(self, targets: Sequence[str]) -> dict[str, Summary]:
        """Return the figures of several targets. One read for five members of staff."""
        if not targets:
            return {}
        return {
            target: summarise(counts, self.rules.min_group)
            for target, counts in self._store.read_many_counts(targets).items()
        }

    def _person(self, viewer: Viewer) -> str:
        return self._pseudonyms().of(viewer.subject)

    def _judge(self, viewer: Viewer, invitation: Invitation, said: Sequence[Said]) -> tuple[Judgement, ...]:
        kinds = {one.target: one.kind for one in invitation.targets}
        if len({one.target for one in said}) != len(said):
            raise NotInvited
        judgements = []
        for number, one in enumerate(said):
            kind = kinds.get(one.target)
            if kind is None or one.target == f"staff:{viewer.subject}":
                raise NotInvited
            self._check_tags(number, one, kind)
            if one.level in BAD_LEVELS and not one.tags and not one.text:
                raise InvalidRequest(
                    violations=(
                        Violation(
                            f"/ratings/{number}/text", "reason_missing", "差评请选择或填写原因 / say what was bad"
                        ),
                    )
                )
            shown = None if not one.text else screen(one.text, self._names_of(invitation.organisation, [one.target]))
            judgements.append(Judgement(one.target, kind, one.level, tuple(dict.fromkeys(one.tags)), shown))
        return tuple(judgements)

    def _check_tags(self, number: int, one: Said, kind: str) -> None:
        for place, code in enumerate(one.tags):
            tag = self.rules.tags.get(code)
            if tag is None or kind not in tag.kinds or one.level not in tag.levels:
                said = "此标签不适用于该对象或等级 / this tag does not suit the target or the level"
                raise InvalidRequest(violations=(Violation(f"/ratings/{number}/tags/{place}", "unknown_tag", said),))

    def _names_of(self, organisation: str, targets: Sequence[str]) -> list[str]:
        """Return the names of those of the targets (`staff:<id>`) who stand on the organisation's roster."""
        staff = [one.removeprefix("staff:") for one in targets if one.startswith("staff:")]
        return [name for one in staff if (name := self._find_staff_name(organisation, one))]

    def _opened(self, now: datetime) -> Handling:
        contact, fix = self._due_dates.due("bad_rating_contact", now), self._due_dates.due("bad_rating_fix", now)
        provisional = contact.provisional or fix.provisional
        due = format_instant(contact.at), format_instant(fix.at)
        editions = oldest_of((contact.editions, fix.editions))
        return Handling("opened", *due, provisional, contact=contact.kept, fix=fix.kept, editions=editions)

    def _due(self, rule: str, now: datetime) -> str:
        return format_instant(self._due_dates.due(rule, now).at)

    def _watch_bursts(self, rating: Rating) -> None:
        """Flag many ratings of one person in a short time, none is dropped. Twice is once."""
        at, seconds = parse_instant(rating.created_at), 60 * self.rules.burst_minutes
        window = int(at.timestamp()) // seconds
        since = format_instant(datetime.fromtimestamp(window * seconds, UTC))
        for one in rating.judgements:
            if one.kind == "staff":
                staff = one.target.partition(":")[2]
                ttl = int((at + timedelta(days=1)).timestamp())
                enough = self.rules.burst_ratings
                count = self._store.count_burst(staff, str(window), rating.id, ttl, enough)
                if count == enough:
                    self._store.flag(since, rating.created_at, staff, rating.organisation, count)
