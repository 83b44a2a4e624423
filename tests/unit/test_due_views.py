"""Every date that people are shown stands with its rule, its source, and whether it is provisional."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.cases.appeals.service import Appeal
from chalicelib.cases.appeals.views import AppealDrawing
from chalicelib.ratings.rating.model import Handling, Invitation, Rating
from chalicelib.ratings.rating.rules import RatingRules
from chalicelib.ratings.rating.views import InvitationView, RatingDrawing
from chalicelib.shared.deadline_rules import DeadlineRules, KeptRule
from chalicelib.shared.texts import Text

RULES = DeadlineRules.load()
AT = "2027-01-05T15:59:59.000Z"


def kept(rule_id: str) -> KeptRule:
    return replace(RULES.get(rule_id).kept("v"), source=Text("旧条文", "the old article"))


@pytest.mark.parametrize("provisional", [True, False])
def test_an_appeal_is_shown_with_the_rule_that_it_began_with(provisional: bool) -> None:
    appeal = Appeal("a", "outcome", "p1", AT, AT, "t", provisional=provisional, kept=kept("appeal_reply"))
    shown = AppealDrawing(RULES).draw(appeal, "en")
    expected = {"at": AT, "provisional": provisional, "rule": "appeal_reply", "source": "the old article"}
    assert shown.due.model_dump() == expected
    assert shown.due_at == AT
    old = AppealDrawing(RULES).draw(replace(appeal, kept=None), "zh")
    assert old.due.source == RULES.get("appeal_reply").source.zh


def rating(handling: Handling | None) -> Rating:
    return Rating(
        id="r",
        invitation="i",
        person="p",
        organisation="org",
        channel="online",
        subject={"type": "service", "code": "S"},
        judgements=(),
        anonymous=True,
        created_at=AT,
        follow_up_until=AT,
        version=1,
        head="",
        handling=handling,
    )


def test_a_follow_up_and_each_duty_of_a_bad_rating_have_theirs() -> None:
    handling = Handling("opened", AT, "2027-02-01T15:59:59.000Z", provisional=True, contact=kept("bad_rating_contact"))
    drawing = RatingDrawing(RatingRules.load(), RULES, lambda _: False)
    shown = drawing.draw(rating(handling), "zh")
    assert (shown.follow_up_due.at, shown.follow_up_due.rule) == (AT, "rating_follow_up")
    assert not shown.follow_up_due.provisional
    assert shown.bad_rating is not None
    assert shown.bad_rating.due is not None
    assert shown.bad_rating.due.model_dump() == {
        "at": AT,
        "provisional": True,
        "rule": "bad_rating_contact",
        "source": "旧条文",
    }
    later = drawing.draw(rating(replace(handling, status="contacted")), "en").bad_rating
    assert later is not None
    assert later.due is not None
    assert (later.due.rule, later.due.source) == ("bad_rating_fix", RULES.get("bad_rating_fix").source.en)
    done = drawing.draw(rating(replace(handling, status="closed")), "en").bad_rating
    assert done is not None
    assert done.due is None


def test_an_invitation_says_until_when_and_by_which_rule() -> None:
    subject = {"type": "service", "code": "S"}
    shown = InvitationView.of(Invitation("i", "p", "visit", subject, (), "org", "online", AT, AT), {}, "en")
    assert shown.due.model_dump() == {
        "at": AT,
        "provisional": False,
        "rule": "rating_invitation",
        "source": "The city's rule",
    }
