from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from tests.api.conftest import Caller
from tests.catalogues import sample_items

SUMMARY = {
    "code",
    "name",
    "department",
    "type",
    "type_name",
    "themes",
    "bookable",
    "channels",
    "promised_limit",
    "visits",
    "highlights",
}


def test_home_is_the_first_screen_in_one_call(anyone: Caller) -> None:
    home = anyone.read("/v1/home")
    assert {"themes", "popular", "bundles", "dispute_entry"} <= set(home)
    assert len(home["themes"]) == 17
    assert len(home["popular"]) == 10
    assert len(home["bundles"]) == 5
    counts = [theme["count"] for theme in home["themes"]]
    assert counts == sorted(counts, reverse=True)


def test_texts_follow_the_language_and_codes_do_not(anyone: Caller) -> None:
    chinese, english = (anyone.read("/v1/services?limit=5", Accept_Language=tag) for tag in ("zh-CN", "en-GB"))
    assert [item["code"] for item in chinese["items"]] == [item["code"] for item in english["items"]]
    assert chinese["items"][0]["type_name"] != english["items"][0]["type_name"]
    assert english["items"][0]["type_name"].isascii()


def test_services_without_a_query_come_by_use(anyone: Caller) -> None:
    page = anyone.read("/v1/services?limit=100")
    uses = {item.code: item.popularity or 0 for item in sample_items()}
    ordered = [uses[item["code"]] for item in page["items"]]
    assert ordered == sorted(ordered, reverse=True)
    assert page["total"] == len(sample_items())
    assert set(page["items"][0]) >= SUMMARY


def test_pages_cover_the_list_without_repeats(anyone: Caller) -> None:
    seen: list[str] = []
    path = "/v1/services?limit=25"
    cursor = ""
    while True:
        page = anyone.read(path + cursor)
        seen += [item["code"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen)) == len(sample_items())


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("sfz", "身份证"),
        ("shenfenzheng", "身份证"),
        ("身份证丢了", "身份证丢失补领"),
        ("結婚登記", "结婚登记"),
        ("passport", "护照"),
        ("how to get a passport", "护照"),
        ("我想办护照", "护照"),
        ("社保卡", "社会保障卡"),
    ],
)
def test_a_few_letters_find_the_right_service_first(anyone: Caller, query: str, part: str) -> None:
    first = anyone.read(f"/v1/services?q={quote(query)}")["items"][0]
    assert part in first["name"]
    assert all(highlight in first["name"] for highlight in first["highlights"])
    assert first["highlights"]


def test_filters_narrow_and_facets_tell_how_much(anyone: Caller) -> None:
    page = anyone.read("/v1/services?theme=birth&limit=100")
    assert page["items"]
    assert all("birth" in item["themes"] for item in page["items"])
    assert page["total"] == len(page["items"])
    counted = {value["value"]: value["count"] for value in page["facets"]["theme"]}
    assert counted["birth"] == page["total"]
    narrowed = anyone.read(f"/v1/services?theme=birth&department={quote('大连市医疗保障局')}&q={quote('生育')}")
    assert {item["department"] for item in narrowed["items"]} == {"大连市医疗保障局"}
    assert anyone.read("/v1/services?region=21")["total"] == len(sample_items())
    assert anyone.read("/v1/services?region=51")["total"] == 0


def test_suggestions_are_at_most_eight(anyone: Caller) -> None:
    found = anyone.read("/v1/services/suggest?q=s")["suggestions"]
    assert len(found) <= 8
    texts = [one["text"] for one in anyone.read("/v1/services/suggest?q=shenfenz")["suggestions"]]
    assert "身份证" in texts[0]
    assert anyone.read("/v1/services/suggest?q=")["suggestions"] == anyone.read("/v1/services/suggest")["suggestions"]


def test_a_guide_has_every_field_of_the_item(anyone: Caller) -> None:
    item = sample_items()[0]
    guide = anyone.read(f"/v1/services/{item.code}")
    assert {name: guide[name] for name in type(item).model_fields} == item.model_dump(mode="json")
    assert guide["rating"]["count"] == 0
    assert guide["rating"]["average"] is None
    assert set(guide["rating"]["distribution"]) == set("12345")
    assert set(guide) >= SUMMARY


def test_a_guide_that_the_caller_has_is_304(anyone: Caller) -> None:
    path = f"/v1/services/{sample_items()[0].code}"
    etag = anyone.get(path).headers["ETag"]
    again = anyone.get(path, If_None_Match=f'"other", W/{etag}')
    assert (again.status_code, again.body) == (304, b"")
    assert again.headers["ETag"] == etag
    assert anyone.get(path, If_None_Match=etag, Accept_Language="en").status_code == 200


def test_bundles_join_steps_and_documents_without_repeats(anyone: Caller) -> None:
    listed = anyone.read("/v1/bundles")["items"]
    assert {bundle["id"] for bundle in listed} == {"birth", "school", "business", "retirement", "bereavement"}
    for summary in listed:
        bundle = anyone.read(f"/v1/bundles/{summary['id']}")
        assert bundle["step_count"] == len(bundle["steps"]) >= 4
        assert all(step["service"] is not None for step in bundle["steps"])
        names = [material["name"] for material in bundle["materials"]]
        assert names
        assert len(names) == len(set(names))
    assert anyone.read("/v1/bundles/birth", Accept_Language="en")["name"] == "A child is born"


@pytest.mark.parametrize(
    "path", ["/v1/services/nothing", "/v1/bundles/nothing", "/v1/services/%ff%fe", "/problems/none"]
)
def test_what_is_not_there_is_404(anyone: Caller, path: str) -> None:
    response = anyone.get(path)
    assert response.status_code == 404
    assert json.loads(response.body)["type"] == "/problems/not-found"


@pytest.mark.parametrize(
    ("parameters", "pointer", "code"),
    [
        ("limit=0", "limit", "greater_than_equal"),
        ("limit=101", "limit", "less_than_equal"),
        ("limit=ten", "limit", "int_parsing"),
        ("colour=red", "colour", "extra_forbidden"),
        ("theme=nonsense", "theme", "literal_error"),
        ("type=99", "type", "literal_error"),
        ("channel=fax", "channel", "literal_error"),
        ("audience=cats", "audience", "literal_error"),
        ("region=x", "region", "string_pattern_mismatch"),
        ("q=a&q=b", "q", "repeated"),
        ("q=%ff", "q", "not_utf8"),
        ("q=" + "a" * 501, "q", "string_too_long"),
    ],
)
def test_bad_parameters_are_named(anyone: Caller, parameters: str, pointer: str, code: str) -> None:
    response = anyone.get(f"/v1/services?{parameters}")
    problem = json.loads(response.body)
    assert response.status_code == 400
    assert problem["type"] == "/problems/invalid-request"
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "a",
        "的",
        "\x00\x07",
        "\u200b",
        "x" * 500,
        "税" * 500,
        '"',
        "*",
        "NEAR(a b)",
        "-",
        "a OR b",
        "'; DROP TABLE items",
        "(",
        "NOT",
        "name:x",
        "^",
        "🙂",
        "\ud7ff",
        "%",
        "_",
    ],
)
def test_any_other_query_has_a_clear_answer(anyone: Caller, query: str) -> None:
    page = anyone.read(f"/v1/services?q={quote(query)}")
    assert page["total"] >= len(page["items"])
    assert anyone.get(f"/v1/services/suggest?q={quote(query)}").status_code == 200


def test_a_cursor_serves_only_its_own_filter(anyone: Caller, alice: Caller) -> None:
    cursor = anyone.read("/v1/services?limit=5&theme=birth")["next_cursor"]
    assert anyone.read(f"/v1/services?limit=2&theme=birth&cursor={cursor}")["items"]
    for other in ("/v1/services?theme=marriage", "/v1/services?", "/v1/services?theme=birth&q=x"):
        response = anyone.get(f"{other}&cursor={cursor}")
        assert response.status_code == 400
        assert json.loads(response.body)["type"] == "/problems/bad-cursor"
    assert anyone.get("/v1/services?cursor=nonsense").status_code == 400
