"""Courts in the directory, the choice of one, and the ways that are open at an end, over a real socket."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.server import Server
from tests.e2e.story import FILING as FILED
from tests.e2e.story import Person, Story

FILING: dict[str, Any] = dict(FILED)


def agreed(server: Server, name: str, **filing: Any) -> Story:
    story = Story(server, name, **filing)
    story.until_mediating()
    story.agree({"text": "付清"})
    return story


def test_courts_stand_in_the_directory_and_disputes_never_go_to_them(sample_server: Server) -> None:
    api = sample_server.api
    courts = api.get("/v1/organisations?kind=court&limit=100").json()["items"]
    assert len(courts) == 12
    one = api.get(f"/v1/organisations/{courts[0]['id']}").json()
    assert (one["kind"], one["kind_name"], one["mediators"]) == ("court", "人民法院", [])
    assert {"level", "subjects", "covers", "dispute_types", "region", "address", "phone", "hours"} <= set(one)
    mediating = api.get("/v1/organisations?limit=100").json()["items"]
    assert not {each["kind"] for each in mediating} & {"court", "arbitration"}
    assert [each["seat_region"] for each in mediating if each["id"] == "city-medical"] == ["210204"]
    (invited,) = [each for each in mediating if each["court_invited"]]
    assert api.get(f"/v1/organisations/{invited['invited_by'][0]}").status_code == 200
    first = api.get("/v1/organisations?kind=arbitration&region=210202&dispute_type=labour").json()
    assert [each["id"] for each in first["items"]] == ["arb-zhongshan"]


@pytest.mark.parametrize("query", ["kind=court_affiliated", "kind=", "kind=court&kind=court", "region=2102"])
def test_a_kind_that_there_is_not_is_refused(sample_server: Server, query: str) -> None:
    reply = sample_server.api.get(f"/v1/organisations?{query}")
    assert reply.status_code == 400, reply.text


def test_pages_of_the_directory_hold_everybody_once(sample_server: Server) -> None:
    seen, cursor = [], ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        page = sample_server.api.get(f"/v1/organisations?kind=court&limit=5{more}").json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert seen == sorted(set(seen))
    assert len(seen) == 12


def test_the_parties_choose_among_the_courts_of_their_homes(sample_server: Server) -> None:
    applicant = {**FILING["applicant"], "region": "210203"}
    respondent = {**FILING["respondents"][0], "region": "110105"}
    story = agreed(sample_server, "choice", applicant=applicant, respondents=[respondent])
    found = story.respondent.read(f"/v1/cases/{story.code}/courts")
    assert [one["id"] for one in found["items"]] == ["court-xigang", "court-zhongshan"]
    assert [one["because_codes"] for one in found["items"]] == [["party_domicile"], ["organisation"]]
    assert {one["rule"] for one in found["items"]} == {"confirmation_window"}
    assert all(one["until"] and one["because"] and one["name"] and one["bring"] for one in found["items"])
    assert next(one["id"] for one in found["declarations"]) == "civil_matter"
    assert all(one["text"] and one["source"] for one in [*found["declarations"], *found["warnings"]])
    assert len(found["notes"]) == 1  # a court of Beijing may be asked too, on paper
    parties = story.applicant.read(f"/v1/cases/{story.code}")["parties"]
    assert [one["region"] for one in parties] == ["210203", None]  # where the other side lives is not shown
    assert [one["region"] for one in story.clerk.read(f"/v1/cases/{story.code}")["parties"]] == ["210203", "110105"]


@pytest.mark.parametrize("region", ["21020", "21020x", 210202, ""])
def test_a_region_is_a_code(sample_server: Server, region: Any) -> None:
    body = {**FILING, "applicant": {**FILING["applicant"], "region": region}}
    reply = Person(sample_server, "regions").post("/v1/cases", body)
    assert reply.status_code == 400, reply.text
    assert [one["pointer"] for one in reply.json()["errors"]] == ["/applicant/region"]


def test_a_refusal_and_an_end_say_where_to_go(sample_server: Server) -> None:
    refused = Story(sample_server, "routes-refused")
    assert (refused.case["routes"], refused.case["end_reason_name"]) == ([], None)
    shown = refused.act(refused.clerk, "refuse", {"reason": "not_covered"})
    assert {one["kind"] for one in shown["routes"]} >= {"court", "appeal", "hotline"}
    declined = Story(sample_server, "routes-declined", dispute_type="labour_wages")
    declined.until_mediating()
    shown = declined.act(declined.respondent, "decline", {})
    assert "第十七条" in shown["end_reason_name"]
    routes = {one["id"]: one for one in shown["routes"]}
    arbitration, appeal = routes["labour_arbitration"], routes["platform_appeal"]
    assert (arbitration["kind"], arbitration["until"], arbitration["rule"]) == (
        "labour_arbitration",
        None,
        "labour_arbitration",
    )
    assert "一年" in arbitration["until_note"]
    assert "第二十七条" in arbitration["interruption"]
    assert appeal["until"] == next(one["due_at"] for one in shown["deadlines"] if one["rule"] == "appeal_window")
    assert all(one["kind_name"] and one["where"] and one["source"] for one in routes.values())


def test_a_dismissal_says_where_to_go(sample_server: Server) -> None:
    story = agreed(sample_server, "routes-dismissed")
    assert story.applicant.read(f"/v1/cases/{story.code}")["routes"] == []
    story.apply()
    story.act(story.court, "dismiss", {"reason": "材料不齐"})
    unaccepted = {one["id"] for one in story.applicant.read(f"/v1/cases/{story.code}")["routes"]}
    assert "confirm_still_open" in unaccepted
    story.apply()
    story.examine()
    story.act(story.court, "dismiss", {"reason": "内容不明确"})
    routes = {one["id"] for one in story.applicant.read(f"/v1/cases/{story.code}")["routes"]}
    assert {"sue_on_agreement", "mediate_again"} <= routes
    assert "confirm_still_open" not in routes


def test_the_rule_sets_are_published(sample_server: Server) -> None:
    published = sample_server.api.get("/v1/transparency/routing").json()
    assert set(published) == {"routing", "routes", "competence", "declarations", "effect"}
    assert all(one["version"] for one in published.values())
    assert len(published["routes"]["routes"]) == 66
