"""Dispute types, and what triage found, as people see them."""

from __future__ import annotations

from typing import Any, Self

from pydantic import ConfigDict

from chalicelib.shared.texts import Language
from chalicelib.triage.model import Candidate
from chalicelib.triage.red_lines import Alarm
from chalicelib.triage.service import Advice, Help, TriageService
from chalicelib.triage.types import DisputeType
from chalicelib.web.view import View


class SubtypeView(View):
    """A type of the second level."""

    code: str
    name: str


class ElsewhereView(View):
    """Something that is not taken, and where to go instead."""

    what: str
    instead: str


class DisputeTypeView(View):
    """A main type: what is taken, what is not, the path, typical evidence, who handles it."""

    code: str
    name: str
    children: list[SubtypeView]
    accepted: list[str]
    not_accepted: list[ElsewhereView]
    path: list[str]
    evidence: list[str]
    organisation_kinds: list[str]

    @classmethod
    def of(cls, one: DisputeType, path: list[str], language: Language) -> Self:
        """Return the view of a type in one language."""
        return cls(
            code=one.code,
            name=one.name.text(language),
            children=[SubtypeView(code=child.code, name=child.name.text(language)) for child in one.children],
            accepted=[text.text(language) for text in one.accepted],
            not_accepted=[
                ElsewhereView(what=each.what.text(language), instead=each.instead.text(language))
                for each in one.not_accepted
            ],
            path=path,
            evidence=[text.text(language) for text in one.evidence],
            organisation_kinds=list(one.organisation_kinds),
        )


class DisputeTypeList(View):
    """Every main type with its subtypes."""

    items: list[DisputeTypeView]
    version: str


class MatchedView(View):
    """A rule that matched, and the words by which it did."""

    rule: str
    words: list[str]


class CandidateView(View):
    """A type that it may be."""

    dispute_type: str
    subtype: str | None
    name: str
    score: float
    matched: list[MatchedView]


class OrganisationRef(View):
    """An organisation that takes this type."""

    id: str
    name: str
    address: str | None
    phone: str | None


class Hotline(View):
    """A number to call."""

    number: str
    name: str


class Urgent(View):
    """Help that is offered at once. `kind`: the gravest; `text`: what to do; `matched`: why, in the words written."""

    kind: str
    kinds: list[str]
    level: str
    text: str
    hotlines: list[Hotline]
    reasons: list[str]
    words: list[str]
    matched: list[MatchedView]


class AnswerView(View):
    """A possible answer."""

    value: str
    name: str


class QuestionView(View):
    """A question whose answer would help: send it in `answers`."""

    id: str
    text: str
    answers: list[AnswerView]


class TriageView(View):
    """What the text is about, and why. `score`: from 0 to 1."""

    dispute_type: str
    subtype: str | None
    name: str
    subtype_name: str | None
    score: float
    matched: list[MatchedView]
    alternatives: list[CandidateView]
    organisations: list[OrganisationRef]
    urgent: Urgent | None
    questions: list[QuestionView]
    ruleset_version: str

    @classmethod
    def of(cls, advice: Advice, service: TriageService, language: Language) -> Self:
        """Return the view of advice in one language."""
        best = _candidate(advice.triage.best, service, language)
        subtype = None if best.subtype is None else service.find_name(best.subtype)
        return cls(
            dispute_type=best.dispute_type,
            subtype=best.subtype,
            name=best.name,
            subtype_name=None if subtype is None else subtype.text(language),
            score=best.score,
            matched=best.matched,
            alternatives=[_candidate(one, service, language) for one in advice.triage.alternatives],
            organisations=[
                OrganisationRef(
                    id=one.id,
                    name=one.name_en if language == "en" and one.name_en else one.name,
                    address=one.address,
                    phone=one.phone,
                )
                for one in advice.organisations
            ],
            urgent=_urgent(advice.triage.alarm, service, language),
            questions=[
                QuestionView(
                    id=one["id"],
                    text=one["text"][language],
                    answers=[
                        AnswerView(value=answer["value"], name=answer["name"][language]) for answer in one["answers"]
                    ],
                )
                for one in advice.questions
            ],
            ruleset_version=service.rules.version,
        )


class RuleSetView(View):
    """The rule set itself, as it decides."""

    model_config = ConfigDict(extra="allow")

    version: str
    scoring: dict[str, str]
    rules: list[dict[str, Any]]
    combinations: list[dict[str, Any]]
    urgent: list[dict[str, Any]]


def _candidate(one: Candidate, service: TriageService, language: Language) -> CandidateView:
    name = service.find_name(one.type)
    return CandidateView(
        dispute_type=one.type,
        subtype=one.subtype,
        name="" if name is None else name.text(language),
        score=one.score,
        matched=[MatchedView(rule=each.rule, words=list(each.words)) for each in one.matched],
    )


def _urgent(alarm: Alarm | None, service: TriageService, language: Language) -> Urgent | None:
    found = None if alarm is None else Help.of(alarm.kinds)
    if alarm is None or found is None:
        return None
    return Urgent(
        kind=found.kinds[0],
        kinds=list(found.kinds),
        level=found.level,
        text=found.text.text(language),
        hotlines=[Hotline(number=number, name=name.text(language)) for number, name in found.hotlines],
        reasons=list(dict.fromkeys(service.why(one.rule).text(language) for one in alarm.touched)),
        words=list(dict.fromkeys(word for one in alarm.touched for word in one.words)),
        matched=[MatchedView(rule=one.rule, words=list(one.words)) for one in alarm.touched],
    )
