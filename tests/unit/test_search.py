from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.catalogue.filters import Filters
from chalicelib.catalogue.model import ServiceItem
from chalicelib.catalogue.normalise import bigrams, core_of, fold, runs_of, squeeze
from chalicelib.catalogue.search import Snapshot
from chalicelib.catalogue.snapshot import SCHEMA_VERSION, SnapshotUnreadable
from chalicelib.catalogue.syllables import is_pinyin
from infra.search.bundles import join_materials
from infra.search.sounds import syllables_of, word_sounds
from infra.search.synonyms import DEFAULT_SYNONYMS_PATH, SynonymsInvalid, load_synonyms
from tests.catalogues import build, sample_bundles, sample_items
from tests.examples import examples


def item(code: str, name: str, **more: object) -> ServiceItem:
    return ServiceItem.model_validate({"code": code, "name": name, **more})


ITEMS = [
    item("A-1", "居民身份证首次申领", popularity=900),
    item("A-2", "居民身份证丢失补领", popularity=800),
    item("A-3", "中国税收居民身份证明的开具", popularity=10),
    item("B-1", "结婚登记", popularity=700, themes=["marriage"], department="民政局", region="210202000000"),
    item("B-2", "补领结婚证", popularity=100, themes=["marriage"], department="民政局", region="210203"),
    item("C-1", "个体工商户注销登记", type="01", channels=["online"], audience=["individual", "enterprise"]),
    item("C-2", "公司注销登记（备案）", type="01", channels=["window"]),
    item("D-1", "林木采伐许可证核发（县级权限）", type="01"),
    item("E-1", "旅馆业特种行业许可证核发", name_en="Hotel licence"),
    item("F-1", "《出生医学证明》首次签发"),
]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return build(ITEMS, tmp_path_factory.mktemp("snapshot"))


def found(snapshot: Snapshot, query: str, **filters: str) -> list[str]:
    return [hit.summary["code"] for hit in snapshot.search(query, Filters(**filters), limit=10, offset=0).hits]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("居民身份证首次申领", "A-1"),
        ("身份证", "A-1"),
        ("身份证丢了", "A-2"),
        ("身分证", "A-1"),
        ("sfz", "A-1"),
        ("ＳＦＺ", "A-1"),
        ("shenfenzheng", "A-1"),
        ("shen fen zheng", "A-1"),
        ("shenfenz", "A-1"),
        ("身份z", "A-1"),
        ("shenfenzhengdiule", "A-2"),
        ("結婚登記", "B-1"),
        ("登记结婚", "B-1"),
        ("领证", "B-1"),
        ("jhdj", "B-1"),
        ("marriage", "B-1"),
        ("how do I get married", "B-1"),
        ("补办结婚证", "B-2"),
        ("gtgshzx", "C-1"),
        ("个体户注销", "C-1"),
        ("注销公司", "C-2"),
        ("砍树", "D-1"),
        ("hotel", "E-1"),
        ("我想开一家宾馆需要什么材料", "E-1"),
        ("出生证明", "F-1"),
        ("A-2", None),
        ("居民身份证丢矢补领", "A-2"),
        ("给宝宝办身份证", "A-1"),
        ("林术采伐许可", "D-1"),
        ("砍自家的树", "D-1"),
        ("apply for a marriage certificate", "B-1"),
        ("个体户", "C-1"),
    ],
)
def test_what_was_meant_comes_first(snapshot: Snapshot, query: str, first: str | None) -> None:
    codes = found(snapshot, query)
    assert codes[:1] == ([first] if first else codes[:1])


def test_a_word_inside_another_word_is_another_thing(snapshot: Snapshot) -> None:
    codes = found(snapshot, "身份证")
    assert "A-3" not in codes or codes.index("A-3") == len(codes) - 1


def test_highlights_are_parts_of_the_shown_name(snapshot: Snapshot) -> None:
    (hit, *_) = snapshot.search("結婚登記", Filters(), limit=1, offset=0).hits
    assert hit.highlights == ["结婚登记"]
    (hit, *_) = snapshot.search("sfz", Filters(), limit=1, offset=0).hits
    assert hit.highlights == ["身份证"]


def test_the_longer_code_wins(snapshot: Snapshot, tmp_path: Path) -> None:
    coded = build([item("11210200-A-1", "甲"), item("11210200-A-2", "乙")], tmp_path)
    assert found(coded, "11210200-a-2") == ["11210200-A-2"]
    assert sorted(found(coded, "11210200")) == ["11210200-A-1", "11210200-A-2"]


@pytest.mark.parametrize(
    ("filters", "codes"),
    [
        ({"theme": "marriage"}, {"B-1", "B-2"}),
        ({"department": "民政局"}, {"B-1", "B-2"}),
        ({"type": "01"}, {"C-1", "C-2", "D-1"}),
        ({"audience": "enterprise"}, {"C-1"}),
        ({"channel": "online"}, {"C-1"}),
        ({"region": "210200"}, {"B-1", "B-2"}),
        ({"region": "210202"}, {"B-1"}),
        ({"region": "210000000000"}, {"B-1", "B-2"}),
        ({"region": "22"}, set()),
        ({"theme": "marriage", "region": "210203"}, {"B-2"}),
    ],
)
def test_filters_hold_with_and_without_a_query(snapshot: Snapshot, filters: dict[str, str], codes: set[str]) -> None:
    page = snapshot.search(None, Filters(**filters), limit=10, offset=0)
    assert {hit.summary["code"] for hit in page.hits} == codes
    assert page.total == len(codes)
    for query in ("登记", "注销", "许可"):
        assert set(found(snapshot, query, **filters)) <= codes


def test_facets_count_all_matches_not_the_page(snapshot: Snapshot) -> None:
    page = snapshot.search(None, Filters(), limit=1, offset=0)
    assert dict(page.facets["theme"]) == {"marriage": 2}
    assert dict(page.facets["type"]) == {"01": 3}
    assert dict(page.facets["channel"]) == {"online": 1, "window": 1}


def test_a_narrowed_search_looks_among_all_that_pass(tmp_path: Path) -> None:
    crowd = [item(f"N-{number}", f"结婚登记第{number}窗口", popularity=1000, region="210202") for number in range(300)]
    crowded = build([*crowd, item("X-1", "结婚登记", popularity=1, region="220102")], tmp_path)
    assert found(crowded, "结婚登记窗口", region="220000") == ["X-1"]
    assert found(crowded, "jiehun", region="220000") == ["X-1"]
    assert found(crowded, "N-299", region="220000") == []


def test_parts_around_an_aside_are_shown_apart(tmp_path: Path) -> None:
    aside = build([item("1", "食品(含保健食品)经营许可核发")], tmp_path)
    (hit,) = aside.search("食品经营许可", Filters(), limit=1, offset=0).hits
    assert hit.highlights == ["食品", "经营许可"]


def test_english_that_only_sounds_like_something_finds_nothing(snapshot: Snapshot) -> None:
    assert found(snapshot, "swimmingly") == []


def test_pages_follow_each_other(snapshot: Snapshot) -> None:
    whole = found(snapshot, "登记")
    paged = [
        hit.summary["code"]
        for offset in range(0, 10, 2)
        for hit in snapshot.search("登记", Filters(), limit=2, offset=offset).hits
    ]
    assert paged == whole


@settings(max_examples=examples(300), deadline=None)
@given(st.text(max_size=60))
def test_any_text_has_an_answer(snapshot: Snapshot, text: str) -> None:
    page = snapshot.search(text, Filters(), limit=5, offset=0)
    assert page.total >= len(page.hits)
    assert len(snapshot.suggest(text)) <= 8


@settings(max_examples=examples(100), deadline=None)
@given(st.text(alphabet='"*()-:^+ANDORNEAR身份证', max_size=30))
def test_operators_are_only_text(snapshot: Snapshot, text: str) -> None:
    snapshot.search(text, Filters(), limit=5, offset=0)


def test_many_threads_may_ask_at_once(tmp_path: Path) -> None:
    snapshot = build(sample_items(), tmp_path, sample_bundles())
    queries = ["我想办身份证需要什么材料", "sfz", "how to get married", "注销", "zhuxiao", None] * 50
    start = threading.Barrier(16)

    def ask(share: int) -> list[int]:
        start.wait()
        return [
            snapshot.search(query, Filters(), limit=20, offset=0).total + len(snapshot.list_bundles())
            for query in queries[share::16]
        ]

    with ThreadPoolExecutor(16) as pool:
        totals = list(pool.map(ask, range(16)))
    alone = [
        snapshot.search(query, Filters(), limit=20, offset=0).total + len(snapshot.list_bundles()) for query in queries
    ]
    assert totals == [alone[share::16] for share in range(16)]


def test_the_same_catalogue_makes_the_same_file(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        build(ITEMS if name == "one" else list(reversed(ITEMS)), tmp_path / name)
    first, second = ((tmp_path / name / "snapshot.sqlite").read_bytes() for name in ("one", "two"))
    assert first == second


def test_a_damaged_or_foreign_file_is_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    damaged.write_bytes(b"not a database" * 100)
    foreign = tmp_path / "foreign"
    connection = apsw.Connection(str(foreign))
    connection.execute("CREATE TABLE t(x)")
    connection.pragma("user_version", SCHEMA_VERSION + 1)
    connection.close()
    build(ITEMS, tmp_path)
    cut = tmp_path / "cut"
    cut.write_bytes((tmp_path / "snapshot.sqlite").read_bytes()[:-4096])
    for path in (damaged, foreign, cut, tmp_path / "absent"):
        with pytest.raises(SnapshotUnreadable):
            Snapshot.open(path)


def test_an_empty_catalogue_can_be_published(tmp_path: Path) -> None:
    empty = build([], tmp_path)
    assert empty.search("身份证", Filters(), limit=5, offset=0).hits == []
    assert empty.list_popular(5) == []


def test_bundles_name_their_items_and_each_document_once(tmp_path: Path) -> None:
    snapshot = build(sample_items(), tmp_path, sample_bundles())
    bundle = snapshot.find_bundle("birth")
    assert bundle is not None
    assert all(step["service"] for step in bundle["steps"])
    names = [material["name"] for material in bundle["materials"]]
    assert len(names) == len(set(names))
    assert snapshot.find_bundle("none") is None


def test_a_step_without_its_item_says_so(tmp_path: Path) -> None:
    snapshot = build(ITEMS, tmp_path, sample_bundles())
    bundle = snapshot.find_bundle("retirement")
    assert bundle is not None
    assert all(step["service"] is None and step["title"] for step in bundle["steps"])


def test_joined_documents_keep_the_strictest_demand() -> None:
    one = item("1", "一", materials=[{"name": "居民身份证", "necessity": "optional", "copies": 1}])
    two = item("2", "二", materials=[{"name": "居民 身份证", "necessity": "required", "copies": 2, "note": "原件"}])
    (joined,) = join_materials([one, two])
    assert (joined["necessity"], joined["copies"], joined["note"]) == ("required", 2, "原件")
    assert joined["services"] == ["一", "二"]


@given(st.text())
def test_folding_is_stable_and_leaves_no_control_characters(text: str) -> None:
    folded = fold(text, {})
    assert not any(ord(char) < 32 for char in folded)
    assert "".join(run for _, run in runs_of(folded)) == squeeze(folded) or not folded.isascii()


def test_names_are_compared_without_asides() -> None:
    assert core_of("林木采伐许可证核发(县级权限)") == "林木采伐许可证核发"
    assert core_of("(全部)") == "全部"
    assert core_of("《出生医学证明》首次签发") == "出生医学证明首次签发"
    assert bigrams("身份证") == ["身份", "份证"]
    assert bigrams("税") == ["税"]


@pytest.mark.parametrize("word", ["shenfenzheng", "jiehun", "xian", "nvren", "lvse", "er", "shenfenz", "gonganju"])
def test_pinyin_is_known_as_such(word: str) -> None:
    assert is_pinyin(word)


@pytest.mark.parametrize("word", ["sfz", "gtgshzx", "bcd", "passport", ""])
def test_what_is_no_pinyin_is_known_too(word: str) -> None:
    assert not is_pinyin(word)


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=8))
def test_every_character_has_its_syllable(han: str) -> None:
    assert len(syllables_of(han)) == len(han)


def test_words_sound_as_they_are_typed() -> None:
    assert word_sounds("绿色") == ("luse", "ls")
    assert word_sounds("重庆") == ("chongqing", "cq")


def test_the_synonym_list_is_whole() -> None:
    synonyms = load_synonyms(DEFAULT_SYNONYMS_PATH)
    assert len(synonyms.words) > 500
    assert synonyms.words["社保卡"] == ["社会保障卡"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("said,means\nx,y\n", "columns"),
        ("said,means,kind\n,y,word\n", "line 2: `said` is empty"),
        ("said,means,kind\nx,y,wrod\n", "line 2: `kind`"),
        ("said,means,kind\na,b,word\nx,,word\n", "line 3: a word needs"),
        ("said,means,kind\nx,y,filler\n", "line 2: a filler has no"),
        ("said,means,kind\n*店,y,pattern\n", "line 2: a pattern has one"),
    ],
)
def test_bad_synonyms_are_named_by_line(tmp_path: Path, rows: str, said: str) -> None:
    path = tmp_path / "synonyms.csv"
    path.write_text(rows, encoding="utf-8")
    with pytest.raises(SynonymsInvalid, match=said):
        load_synonyms(path)
