"""Service of notice on both engines: attempts on record, links, the letter, who may and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.cases.lifecycle.refusals import (
    AlreadyParty,
    CaseEnded,
    InviteExpired,
    InviteUsed,
    NotUnreachable,
    PartyJoined,
)
from chalicelib.cases.lifecycle.transition import IllegalTransition
from chalicelib.cases.service.attempts import NewAttempt
from chalicelib.cases.service.letters import Letter
from chalicelib.shared.aws import Clients
from chalicelib.shared.codes import parse_code
from chalicelib.shared.errors import InvalidRequest, NotAllowed, NotFound, TooManyRequests
from chalicelib.shared.viewer import Viewer
from tests.contract.world import CLERK, FILING, LI, MEDIATOR, WANG, World

STRANGER = Viewer("stranger", frozenset(), None, None)
FOREIGN = replace(CLERK, subject="clerk-2", organisation="org-2")


@pytest.fixture
def world(clients: Clients) -> World:
    return World(clients)


def accepted(world: World, **filing: Any) -> str:
    code = world.cases.file(WANG, {**FILING, **filing}, world.key()).case.code
    world.act(CLERK, code, "accept")
    return code


def call(world: World, code: str, viewer: Viewer = CLERK, **changes: Any) -> Any:
    values = {"party_id": "p2", "channel": "phone", "at": world.clock.at, "outcome": "no_answer", "note": None}
    new = NewAttempt(**{**values, "phone": None, **changes})
    return world.container.service.attempts.record(viewer, code, new, world.key())


def letter(world: World, code: str, viewer: Viewer = CLERK) -> Letter:
    return world.container.service.letters.draw_up(viewer, code, "p2", world.key())


def token_of(letter: Letter) -> str:
    return letter.link.rpartition("/")[2]


def test_attempts_are_on_record_with_their_words_sealed(world: World) -> None:
    code = accepted(world)
    call(world, code, note="隔壁邻居说搬走了")
    world.clock.at += timedelta(hours=1)
    call(world, code, channel="letter", outcome="posted")
    call(world, code, channel="visit", outcome="spoken_to")
    attempts = world.container.service.attempts
    first, last = attempts.list_attempts(CLERK, code, None, 1), None
    second = attempts.list_attempts(CLERK, code, first.position, 20)
    assert second.position is None
    shown = [*first.items, *second.items]
    assert [(one.attempt.channel, one.attempt.state) for one in shown][:1] == [("phone", "failed")]
    assert {one.attempt.channel: one.attempt.state for one in shown} == {
        "phone": "failed",
        "letter": "sent",
        "visit": "delivered",
    }
    assert (shown[0].note, shown[0].outcome, shown[0].attempt.by) == ("隔壁邻居说搬走了", "no_answer", "clerk")
    assert "搬走" not in str(list(world.store.every_item(code, "SERVICE#")))
    assert world.fault(code) is last is None


@pytest.mark.parametrize(("viewer", "refusal"), [(WANG, NotAllowed), (STRANGER, NotFound), (FOREIGN, NotFound)])
def test_only_staff_of_the_case_see_and_only_the_clerk_records(
    world: World, viewer: Viewer, refusal: type[Exception]
) -> None:
    code = accepted(world)
    for ask in (
        lambda: world.container.service.attempts.list_attempts(viewer, code, None, 20),
        lambda: call(world, code, viewer),
        lambda: letter(world, code, viewer),
        lambda: world.container.service.letters.get_letter(viewer, code, "p2"),
    ):
        with pytest.raises(refusal):
            ask()


def test_the_mediator_sees_the_record_and_does_not_write_it(world: World) -> None:
    code, _, _ = world.mediating()
    assert world.container.service.attempts.list_attempts(MEDIATOR, code, None, 20).items == []
    with pytest.raises(NotAllowed):
        call(world, code, MEDIATOR)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"at": None}, "/at"),
        ({"outcome": None}, "/outcome"),
        ({"party_id": "p1"}, "/party_id"),
        ({"party_id": "p9"}, "/party_id"),
    ],
)
def test_what_is_wrong_with_an_attempt_is_said(world: World, changes: dict[str, Any], pointer: str) -> None:
    code = accepted(world)
    before = world.store.find_case(code)
    with pytest.raises(InvalidRequest) as refused:
        call(world, code, **changes)
    assert [one.pointer for one in refused.value.violations] == [pointer]
    assert world.store.find_case(code) == before


@pytest.mark.parametrize(("seconds", "valid"), [(-1, False), (0, True), (3600, True), (3601, False)])
def test_an_attempt_lies_between_acceptance_and_now(world: World, seconds: int, valid: bool) -> None:
    code, start = accepted(world), world.clock.at
    world.clock.at += timedelta(hours=1)
    at = start + timedelta(seconds=seconds)
    if valid:
        assert call(world, code, at=at).attempt.state == "failed"
        return
    with pytest.raises(InvalidRequest) as refused:
        call(world, code, at=at)
    assert [one.pointer for one in refused.value.violations] == ["/at"]


def test_nobody_is_served_before_acceptance_or_after_joining(world: World) -> None:
    code = world.cases.file(WANG, FILING, world.key()).case.code
    for ask in (call, letter):
        with pytest.raises(IllegalTransition):
            ask(world, code)
    joined = world.joined()
    for ask in (call, letter):
        with pytest.raises(PartyJoined):
            ask(world, joined)
    with pytest.raises(NotUnreachable):
        world.act(CLERK, joined, "mark_unreachable")


def test_two_calls_a_second_apart_end_nothing(world: World) -> None:
    code = accepted(world)
    for _ in range(2):
        call(world, code)
        world.clock.at += timedelta(seconds=1)
    with pytest.raises(NotUnreachable):
        world.act(CLERK, code, "mark_unreachable")
    world.clock.at += timedelta(days=1)
    call(world, code)
    assert world.act(CLERK, code, "mark_unreachable", party_id="p2").case.status == "failed"
    assert world.fault(code) is None


def test_texts_are_counted_for_a_party_and_a_day(world: World) -> None:
    code = accepted(world)
    for _ in range(3):
        call(world, code, channel="text", at=None, outcome=None)
    with pytest.raises(TooManyRequests) as refused:
        call(world, code, channel="text", at=None, outcome=None)
    assert refused.value.retry_after_seconds == 14 * 3600  # 10:00 in Shanghai: until midnight
    call(world, code)  # a call is no text
    world.clock.at += timedelta(days=1)
    call(world, code, channel="text", at=None, outcome=None)


def test_a_text_needs_a_mobile(world: World) -> None:
    code = accepted(world, respondents=[{"name": "李大勇", "phone": "0411-82345678", "kind": "person"}])
    with pytest.raises(InvalidRequest) as refused:
        call(world, code, channel="text")
    assert [one.pointer for one in refused.value.violations] == ["/phone"]
    assert call(world, code, channel="text", phone="+8613600136000").attempt.state == "queued"


def test_the_letter_holds_the_code_and_a_link_and_is_no_attempt(world: World) -> None:
    code = accepted(world)
    with pytest.raises(NotFound):
        world.container.service.letters.get_letter(CLERK, code, "p2")
    made = letter(world, code)
    again = letter(world, code)
    assert (made.link, made.invite_code) == (again.link, again.invite_code)
    assert world.container.service.letters.get_letter(CLERK, code, "p2") == made
    for text in made.text:
        assert made.link in text
        assert made.invite_code in text
        assert "李大勇" in text
        assert "王小明" not in text
    assert "本函不是法院传票" in made.text.zh
    assert made.qr.startswith("<svg")
    assert world.container.service.attempts.list_attempts(CLERK, code, None, 20).items == []
    assert world.cases.join(LI, code, made.invite_code, world.key()).relation == "respondent"
    with pytest.raises(NotFound):
        world.container.service.letters.draw_up(CLERK, code, "p9", world.key())


def test_a_link_shows_the_masked_invitation_and_its_opening_is_noted_once(world: World) -> None:
    code = accepted(world)
    token = token_of(letter(world, code))
    said = world.container.service.invitations.open(token)
    assert (said.applicant.zh, said.respondent.zh, said.phone) == ("王**", "李**", "0411-12345678")
    assert "王小明" not in str(said)
    assert said.until == next(one.at for one in _case(world, code).deadlines if one.rule == "invite")
    version = _case(world, code).version
    assert world.container.service.invitations.open(token.lower()) == said
    assert _case(world, code).version == version
    assert [event.name for event in world.store.list_events(code)].count("service_opened") == 1
    world.clock.at += timedelta(days=10)  # the days to answer are over, the link is not
    assert world.container.service.invitations.open(token).until == _case(world, code).parties[1].invite_expires_at


@pytest.mark.parametrize("token", ["", "0" * 20, "x" * 400, "../x", "张三"])
def test_a_token_that_never_was_is_not_found(world: World, token: str) -> None:
    with pytest.raises(NotFound):
        world.container.service.invitations.open(token)
    with pytest.raises(NotFound):
        world.container.service.invitations.join(LI, token, world.key())


def test_a_link_is_used_once(world: World) -> None:
    code = accepted(world)
    token = token_of(letter(world, code))
    invitations = world.container.service.invitations
    with pytest.raises(AlreadyParty):
        invitations.join(WANG, token, world.key())
    seen = invitations.join(LI, token, world.key())
    assert (seen.relation, parse_code(seen.case.code)) == ("respondent", code)
    for viewer in (LI, STRANGER):
        with pytest.raises(InviteUsed):
            invitations.join(viewer, token, world.key())
    with pytest.raises(NotFound):
        invitations.open(token)


def test_a_link_runs_out(world: World) -> None:
    code = accepted(world)
    token = token_of(letter(world, code))
    world.clock.at += timedelta(days=31)
    with pytest.raises(NotFound):
        world.container.service.invitations.open(token)
    with pytest.raises(InviteExpired):
        world.container.service.invitations.join(LI, token, world.key())


def test_a_link_of_a_case_that_is_over_leads_nowhere(world: World) -> None:
    code = accepted(world)
    token = token_of(letter(world, code))
    world.act(WANG, code, "withdraw")
    with pytest.raises(NotFound):
        world.container.service.invitations.open(token)
    with pytest.raises(CaseEnded):
        world.container.service.invitations.join(LI, token, world.key())


def test_the_page_is_worth_more_than_its_record(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.shared.errors import Unavailable

    code = accepted(world)
    token = token_of(letter(world, code))

    def down(*_: Any, **__: Any) -> Any:
        raise Unavailable

    monkeypatch.setattr(world.cases, "commit", down)
    assert world.container.service.invitations.open(token).applicant.zh == "王**"


def _case(world: World, code: str) -> Any:
    case = world.store.find_case(code)
    assert case is not None
    return case
