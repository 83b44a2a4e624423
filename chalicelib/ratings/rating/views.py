"""Ratings as people see them: to the citizen in full, to the public without names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from chalicelib.ratings.rating.model import Entry, Handling, Invitation, Rating
from chalicelib.ratings.rating.rules import RatingRules
from chalicelib.ratings.rating.tallies import Summary
from chalicelib.shared.codes import show_code
from chalicelib.shared.deadline_rules import DeadlineRules
from chalicelib.shared.texts import Language, Text
from chalicelib.web.due_view import DueView
from chalicelib.web.view import View

_BECAUSE = {
    "session_held": Text("参加了一次调解", "a mediation session was held"),
    "agreement_effective": Text("调解协议已生效", "a mediation agreement is in force"),
    "oral_agreement_effective": Text("口头调解协议已生效", "an oral mediation agreement is in force"),
    "visit": Text("到窗口办事", "a visit to a window"),
    "service_completed": Text("事项已办结", "a service was completed"),
}
_MEDIATION_ENDED = Text("调解已结束", "a mediation has ended")


class TargetView(View):
    """Something to rate. `target` is the string to send back."""

    target: str
    kind: str
    name: str


class SubjectView(View):
    """What an invitation or a rating is about."""

    type: str
    code: str


class InvitationView(View):
    """Leave to rate."""

    id: str
    because: str
    because_name: str
    subject: SubjectView
    targets: list[TargetView]
    created_at: str
    expires_at: str
    due: DueView

    @classmethod
    def of(cls, one: Invitation, names: dict[str, str], language: Language) -> Self:
        """Return the view of an invitation; `names`: of its targets."""
        return cls(
            id=one.id,
            because=one.because,
            because_name=_BECAUSE.get(one.because, _MEDIATION_ENDED).text(language),
            subject=show_subject(one.subject),
            targets=[TargetView(target=each.target, kind=each.kind, name=names[each.target]) for each in one.targets],
            created_at=one.created_at,
            expires_at=one.expires_at,
            due=show_expiry(one.expires_at, language),
        )


class InvitationList(View):
    """What I may rate now."""

    items: list[InvitationView]
    next_cursor: str | None


class JudgementView(View):
    """What was said of one target. `text`: as it is public."""

    target: str
    kind: str
    level: int
    level_name: str
    tags: list[str]
    text: str | None


class StepView(View):
    """One step of handling a bad rating."""

    action: str
    at: str
    role: str
    note: str | None


class HandlingView(View):
    """How a bad rating is handled, with its clock."""

    status: str
    steps: list[StepView]
    due_at: str | None
    due: DueView | None
    provisional: bool
    overdue: bool
    escalated: bool


class FollowUpView(View):
    """The citizen's later word."""

    at: str
    level: int | None
    text: str | None


class RatingView(View):
    """A rating as its author sees it."""

    id: str
    subject: SubjectView
    ratings: list[JudgementView]
    anonymous: bool
    created_at: str
    follow_up_until: str
    follow_up_due: DueView
    follow_up: FollowUpView | None
    bad_rating: HandlingView | None
    hidden: str | None
    version: int


class RatingList(View):
    """A page of my ratings."""

    items: list[RatingView]
    next_cursor: str | None


class TagView(View):
    """Something to tick, with the kinds of targets and the levels that it suits."""

    code: str
    name: str
    kinds: list[str]
    levels: list[int]


class TagList(View):
    """Every tag."""

    items: list[TagView]


class EntryView(View):
    """A rating as the public sees it. `hidden`: why the text is not shown."""

    id: str
    target: str
    on: str
    level: int
    level_name: str
    tags: list[str]
    text: str | None
    name: str | None
    reply: str | None
    rectified: bool
    follow_up: FollowUpView | None
    hidden: str | None

    @classmethod
    def of(cls, entry: Entry, rules: RatingRules, language: Language) -> Self:
        """Return the view of an entry; to the day, because hours tell who it was."""
        follow_up = None
        if entry.follow_up is not None:
            later = entry.follow_up
            follow_up = FollowUpView(at=later["at"][:10], level=later.get("level"), text=later.get("text"))
        return cls(
            id=entry.id,
            target=entry.target,
            on=entry.at[:10],
            level=entry.level,
            level_name=rules.level_names[entry.level].text(language),
            tags=_tags(entry.tags, rules, language),
            text=entry.text,
            name=entry.name,
            reply=entry.reply,
            rectified=bool(entry.rectified),
            follow_up=follow_up,
            hidden=entry.hidden,
        )


class EntryList(View):
    """A page of public entries."""

    items: list[EntryView]
    next_cursor: str | None


class FiguresView(View):
    """Figures; null in groups too small to show."""

    average: float | None
    count: int
    distribution: dict[str, int | None]
    bad_rate: float | None
    handled_rate: float | None

    @classmethod
    def of_summary(cls, summary: Summary) -> FiguresView:
        """Return the view of figures."""
        return FiguresView(
            average=summary.average,
            count=summary.count,
            distribution=dict(summary.distribution),
            bad_rate=summary.bad_rate,
            handled_rate=summary.handled_rate,
        )


class SummaryView(FiguresView):
    """The figures of a target, by month as well."""

    target: str
    months: dict[str, FiguresView]

    @classmethod
    def of(cls, target: str, summary: Summary) -> Self:
        """Return the view of a target's figures."""
        figures = FiguresView.of_summary(summary).model_dump()
        months = {month: FiguresView.of_summary(one) for month, one in summary.months.items()}
        return cls(target=target, months=months, **figures)


class RatingDrawing:
    """What it takes to show ratings: the rules' words, and whether a duty is late."""

    def __init__(self, rules: RatingRules, deadlines: DeadlineRules, is_overdue: Callable[[Handling], bool]) -> None:
        self._rules = rules
        self._deadlines = deadlines
        self._is_overdue = is_overdue

    def draw(self, rating: Rating, language: Language) -> RatingView:
        """Return a rating as its author sees it."""
        handling = rating.handling
        follow_up = self._deadlines.describe("rating_follow_up", rating.follow_up_rule)
        return RatingView(
            id=rating.id,
            subject=show_subject(rating.subject),
            ratings=self.show_judgements(rating, language),
            anonymous=rating.anonymous,
            created_at=rating.created_at,
            follow_up_until=rating.follow_up_until,
            follow_up_due=DueView.of(rating.follow_up_until, follow_up, language, provisional=False),
            follow_up=show_follow_up(rating),
            bad_rating=None if handling is None else HandlingView(**self.show_handling(handling, language)),
            hidden=rating.hidden,
            version=rating.version,
        )

    def show_handling(self, handling: Handling, language: Language) -> dict[str, Any]:
        """Return the fields of `HandlingView`."""
        kept = self._deadlines.describe(*handling.due_rule)
        due = handling.due_at
        return {
            "status": handling.status,
            "due_at": due,
            "due": None if due is None else DueView.of(due, kept, language, provisional=handling.provisional),
            "provisional": handling.provisional,
            "overdue": self._is_overdue(handling),
            "escalated": bool(handling.escalated),
            "steps": [
                StepView(action=step.action, at=step.at, role=step.role, note=step.note) for step in handling.steps
            ],
        }

    def show_judgements(self, rating: Rating, language: Language) -> list[JudgementView]:
        """Return what was said of each target, as it is public."""
        return [
            JudgementView(
                target=one.target,
                kind=one.kind,
                level=one.level,
                level_name=self._rules.level_names[one.level].text(language),
                tags=_tags(one.tags, self._rules, language),
                text=one.public_text,
            )
            for one in rating.judgements
        ]


def show_expiry(at: str, language: Language) -> DueView:
    """Return when an invitation ends: natural days, whatever days they are."""
    source = Text("本市规则", "The city's rule").text(language)
    return DueView(at=at, provisional=False, rule="rating_invitation", source=source)


def show_subject(subject: Mapping[str, str]) -> SubjectView:
    """Return what a rating is about; a case by its code as people write it."""
    code = show_code(subject["code"]) if subject["type"] == "case" else subject["code"]
    return SubjectView(type=subject["type"], code=code)


def show_follow_up(rating: Rating) -> FollowUpView | None:
    """Return the citizen's later word, or None."""
    later = rating.follow_up
    return None if later is None else FollowUpView(at=later.at, level=later.level, text=later.public_text)


def _tags(codes: Any, rules: RatingRules, language: Language) -> list[str]:
    return [rules.tags[code].name.text(language) if code in rules.tags else code for code in codes]
