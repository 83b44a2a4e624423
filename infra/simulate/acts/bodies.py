"""What people write where an action needs details: mostly what suits it, sometimes what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from chalicelib.shared.clock import SHANGHAI
from chalicelib.shared.items import Item
from infra.simulate.people import COURTS, ROSTERS, Person
from infra.simulate.story import CaseNote, Story

_GROUNDS: Final = ("agreement_reached", "settled_privately", "positions_too_far", "other")
_MOSTLY: Final = 0.9


def details(story: Story, person: Person, action: str, item: Item) -> dict[str, Any]:
    """Return a body that suits an action."""
    made = _of_everybody(story, person, item) | _of_staff(story, person, item)
    return made[action]() if action in made else {}


def _of_everybody(story: Story, person: Person, item: Item) -> dict[str, Any]:
    choices = story.choices
    until = (story.now + timedelta(days=choices.choice((45, 50)))).date()
    return {
        "consent": lambda: {"terms_version": "2026-01", "honest_mediation": True},
        "decline": lambda: {"reason": person.write("不同意")},
        "choose_mediator": lambda: {"mediator_id": _chosen(story, person, item)},
        "challenge": lambda: {"reason": person.write("申请更换")},
        "sign": lambda: {"agreement_sha256": item.get("agreement_sha256") or "0" * 64},
        "request_changes": lambda: {"reason": person.write("要求修改")},
        "refuse_to_sign": lambda: {"reason": person.write("拒签")},
        "extend": lambda: {"until": until.isoformat()},
        "withdraw": lambda: {"reason": person.write("撤回")},
        "answer_enquiry": lambda: {"voluntary": True, "understood": True, "accepted": choices.random() < _MOSTLY},
        "answer_supplement": lambda: {"text": person.write("补充说明"), "evidence_ids": []},
        "resume_mediation": lambda: {"reason": person.write("重新调解")},
        "report_performed": lambda: {"note": person.write("已履行")},
        "acknowledge": dict,
        "report_default": lambda: {"note": person.write("未履行")},
    }


def _of_staff(story: Story, person: Person, item: Item) -> dict[str, Any]:
    choices, organisation = story.choices, item["organisation"]
    others = [one for one in ROSTERS if one != organisation]
    signed = {"agreement_sha256": item.get("agreement_sha256") or "0" * 64}
    until = story.now.astimezone(SHANGHAI).date() + timedelta(days=choices.choice((1, 10, 60)))
    return {
        "refuse": lambda: {"reason": choices.choice(("not_covered", "no_jurisdiction", "other")), "note": "见说明"},
        "transfer": lambda: {"organisation_id": choices.choice(others), "reason": "由其他组织办理"},
        "mark_unreachable": dict,
        "assign": lambda: {"mediator_id": choices.choice(roster_of(story, item))},
        "take": lambda: {
            "disclosure": None if choices.random() < _MOSTLY else person.write("利害关系", personal=False)
        },
        "pass": lambda: {
            "reason": choices.choice(("conflict", "load", "other")),
            "note": person.write("退回", personal=False),
        },
        "recuse": lambda: {"reason": person.write("回避", personal=False)},
        "replace": lambda: {"reason": "组织调整"},
        "answer_challenge": lambda: {"granted": choices.random() < 0.5, "reason": "经审查"},
        "pause": lambda: {"reason": "委托鉴定"},
        "draft_agreement": lambda: {"text": f"协议{story.step}", "terms": _terms(story)},
        "countersign": lambda: signed,
        "seal": lambda: signed,
        "end": lambda: {"ground": choices.choice(_GROUNDS)},
        "supplement": lambda: {"what": "身份材料", "until": until.isoformat()},
        "extend_ruling": lambda: {"reason": "案情复杂"},
        "confirm": lambda: {"document_no": f"(2026)辽02民特{story.step}号"},
        "dismiss": lambda: {"reason": "不符合条件"},
    }


def roster_of(story: Story, item: Item) -> list[str]:
    """Return the mediators who may be named in a case now: in a crowded city mostly the first one."""
    everybody, parties = list(ROSTERS[item["organisation"]]), {one.get("person") for one in item["parties"]}
    free = [one for one in everybody if one not in item.get("excluded_mediators", ())]
    roster = [one for one in free if story.pseudonym(story.city.people[one]) not in parties] or everybody
    return roster[:1] if story.weather.crowded and story.choices.random() < _MOSTLY else roster


def _chosen(story: Story, person: Person, item: Item) -> str | None:
    """Return a choice: mostly what another party chose, else anybody, or nobody in particular."""
    me = story.pseudonym(person)
    others = [one["choice"] for one in item["parties"] if one.get("person") != me and one.get("choice") is not None]
    if others and story.choices.random() < 0.7:
        return others[0] or None
    return story.choices.choice([None, *roster_of(story, item)])


def _terms(story: Story) -> list[Any]:
    """Return terms: some that nobody owes, or one or two duties, due soon, later, or on no day."""
    plain, today = ["停止噪音"], story.now.astimezone(SHANGHAI).date()
    duties = [
        {
            "text": "支付款项",
            "payer": payer,
            "payee": payee,
            "amount_cents": 100_000,
            "due_on": None if days is None else (today + timedelta(days=days)).isoformat(),
        }
        for payer, payee in (("p2", "p1"), ("p1", "p2"))
        for days in (story.choices.choice((1, 4, 20, None)),)
    ]
    return [*plain, *duties[: story.choices.choice((0, 1, 1, 2))]]


def application(story: Story, note: CaseNote, courts: dict[str, Any]) -> dict[str, Any] | None:
    """Return the body of an application to a court that `GET …/courts` lists; None where it lists none.

    Seldom a declaration is left out, or a place is named that is not competent, or not the one the other party named.
    """
    if not courts["items"]:
        return None
    item, choices = story.case_item(note.code), story.choices
    asked = next((one for one in courts["items"] if one["id"] == item.get("court")), None)
    chosen = asked if asked is not None and choices.random() < _MOSTLY else choices.choice(courts["items"])
    declared = [one["id"] for one in courts["declarations"] if chosen["kind"] in one["places"]]
    if choices.random() > _MOSTLY:
        declared = declared[1:]
    court = chosen["id"] if choices.random() < _MOSTLY else choices.choice(COURTS)
    return {"court_id": court, "declarations": declared}
