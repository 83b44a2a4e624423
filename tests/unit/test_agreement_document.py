"""The agreement as a document: everything that it must hold, in Chinese, the same for the same state."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pypdf
import pytest

from chalicelib.cases.court.agreement import Agreement
from chalicelib.cases.court.document import draw_agreement
from chalicelib.cases.court.seals import KeySeals
from chalicelib.cases.lifecycle.digests import agreement_digest
from chalicelib.shared.codes import new_code, show_code
from tests.unit.lifecycle.cases import case_in

TERMS: list[dict[str, Any]] = [
    {"text": "停止夜间噪音", "payer": None, "payee": None, "amount_cents": None, "due_on": None},
    {"text": "赔偿损失", "payer": "p2", "payee": "p1", "amount_cents": 1_230_050, "due_on": "2026-12-20"},
]
TEXT = "双方自愿达成如下协议。\n第二行"
SHA256 = agreement_digest(TEXT, TERMS)
CODE = new_code()
NAMES = {"p1": "王喆", "p2": "李大勇", "p3": "龚䶮"}


class Signing:
    key_id = "arn:key/1"

    def sign(self, text: str) -> str:
        return f"signed({len(text)})"


def agreement(**changes: Any) -> Agreement:
    at = "2026-11-03T02:00:00.000Z"
    case = case_in("signed", code=CODE, agreement_sha256=SHA256, since=at, effective_at="2026-11-03T03:30:00.000Z")
    case = case.with_all_parties(signed_at=at)
    case = replace(
        case,
        countersigned_at="2026-11-03T03:00:00.000Z",
        countersigned_by="m",
        sealed_at="2026-11-03T03:30:00.000Z",
        seal=KeySeals(Signing()).seal(SHA256, "o", "2026-11-03T03:30:00.000Z"),
    )
    case = replace(case, **changes)
    return Agreement(case, "楼上夜间噪音", NAMES, "大连市中山区人民调解委员会", "张大力", TEXT, TERMS, SHA256)


def read(one: Agreement) -> str:
    pages = pypdf.PdfReader(io.BytesIO(draw_agreement(one).set())).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")


def test_it_holds_everything() -> None:
    text = read(agreement())
    for said in (
        "调解协议书",
        show_code(CODE),
        "楼上夜间噪音",
        "大连市中山区人民调解委员会",
        "申请人王喆",
        "被申请人李大勇",
        "龚䶮",
        "双方自愿达成如下协议。第二行",
        "（1）停止夜间噪音",
        "（2）赔偿损失",
        "义务1：由李大勇向王喆履行；金额￥12,300.50（人民币壹万贰仟叁佰元伍角整）；履行期限至2026-12-20。",
        f"申请人王喆：已于2026-11-0310:00:00（北京时间）签名，针对校验值{SHA256}",
        f"调解员张大力：已于2026-11-0311:00:00（北京时间）签名，针对校验值{SHA256}",
        f"大连市中山区人民调解委员会：已于2026-11-0311:30:00（北京时间）盖章，针对校验值{SHA256}",
        "不是实物印章",
        f'"agreement_sha256":"{SHA256}"',
        "signed(",
        "ECDSA_SHA_256",
        "arn:key/1",
        "本协议自2026-11-0311:30:00（北京时间）起生效",
        "人民调解法》第二十九条第二款",
        "第1页共",
    ):
        assert said.replace(" ", "") in text, said


def test_what_is_not_done_yet_is_said_to_be_not_done() -> None:
    open_ = agreement(effective_at=None, countersigned_at=None, countersigned_by=None, sealed_at=None, seal=None)
    unsigned = replace(open_, case=open_.case.with_all_parties(signed_at=None))
    text = read(unsigned)
    for said in ("王喆：尚未签名", "调解员：尚未签名", "委员会：尚未盖章", "本协议尚未生效"):
        assert said in text
    assert "起生效。" not in text.split("生效规则")[0]


def test_who_was_erased_is_named_nowhere() -> None:
    erased = replace(agreement(), names={"p2": "李大勇", "p3": "龚䶮"})
    text = read(erased)
    assert "王喆" not in text
    assert "个人信息已按本人要求删除" in text


def test_an_oral_agreement_is_a_record_and_needs_no_staffs_signature() -> None:
    oral = agreement(
        recorded_at="2026-11-03T01:00:00.000Z",
        effective_at="2026-11-03T01:00:00.000Z",
        countersigned_at=None,
        countersigned_by=None,
        sealed_at=None,
        seal=None,
    )
    text = read(oral)
    for said in ("口头调解协议记录", "确认记录属实", "记录时间2026-11-0309:00:00", "第二十八条、第三十条"):
        assert said in text
    assert "尚未签名" not in text
    assert "尚未盖章" not in text


def test_the_same_state_is_the_same_document() -> None:
    assert draw_agreement(agreement()).set() == draw_agreement(agreement()).set()
    other = agreement(sealed_at="2026-11-03T03:30:01.000Z")
    assert draw_agreement(agreement()).set() != draw_agreement(other).set()


@pytest.mark.parametrize("missing", ["organisation_name", "mediator_name", "title"])
def test_who_is_no_longer_in_the_directory_is_still_told_apart(missing: str) -> None:
    changes: dict[str, Any] = {missing: None}
    assert "（" in read(replace(agreement(), **changes))
