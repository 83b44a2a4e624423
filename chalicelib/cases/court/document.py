"""The agreement as a document to keep and to hand in: what was agreed, who signed it, and what makes it binding.

It is in Chinese, whatever language is asked for: courts and offices read it. It shows what the case is now, and nothing
of the hour at which it is drawn: the same state gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from chalicelib.cases.court.agreement import Agreement
from chalicelib.cases.court.seals import KINDS
from chalicelib.cases.lifecycle.model import Party
from chalicelib.shared.amounts import in_capitals, in_figures
from chalicelib.shared.clock import SHANGHAI, parse_instant
from chalicelib.shared.codes import show_code
from chalicelib.shared.typesetting import Document

_ROLES: Final = {"applicant": "申请人", "respondent": "被申请人"}
_ERASED: Final = "（个人信息已按本人要求删除）"
_GONE: Final = "（已不在名录中）"


def draw_agreement(agreement: Agreement) -> Document:
    """Return the document of an agreement, ready to be set."""
    case = agreement.case
    oral = case.recorded_at is not None
    document = Document("口头调解协议记录" if oral else "调解协议书", f"案件 {show_code(case.code)}")
    document.table(list(_particulars(agreement)))
    document.heading("一、协议内容")
    document.paragraph(agreement.text)
    for number, term in enumerate(agreement.terms, start=1):
        document.paragraph(f"（{number}）{term['text']}")
    owed = [term for term in agreement.terms if term.get("payer") is not None]
    if owed:
        document.heading("二、履行义务")
        for number, term in enumerate(owed, start=1):
            document.paragraph(f"义务 {number}：{_duty(agreement, term)}")
    document.heading("三、协议校验值（SHA-256）" if owed else "二、协议校验值（SHA-256）")
    document.small(agreement.sha256)
    document.small("由协议内容和各项条款的规范 JSON 计算；内容改动一字，校验值即不同。以下签署均针对此值。")
    document.heading(f"{'四' if owed else '三'}、{'各方对记录的确认' if oral else '签名和盖章'}")
    for party in case.parties:
        document.paragraph(_signature(agreement, party, "确认记录属实" if oral else "签名"))
    if not oral:
        _write_staff(document, agreement)
    document.heading(f"{'五' if owed else '四'}、生效")
    document.paragraph(_effect(agreement))
    return document


def _particulars(agreement: Agreement) -> Iterator[tuple[str, str]]:
    case = agreement.case
    yield "案件编号", show_code(case.code)
    yield "案件名称", agreement.title or _ERASED
    yield "调解组织", agreement.organisation_name or f"{case.organisation}{_GONE}"
    if case.countersigned_by or case.mediator:
        yield "调解员", _mediator(agreement)
    for party in case.parties:
        yield _ROLES[party.role], f"{_name(agreement, party.id)}（{party.id}）"
    if case.recorded_at is not None:
        yield "记录时间", _instant(case.recorded_at)


def _duty(agreement: Agreement, term: dict[str, Any]) -> str:
    said = [f"由 {_name(agreement, term['payer'])} 向 {_name(agreement, term['payee'])} 履行"]
    amount, day = term.get("amount_cents"), term.get("due_on")
    if amount is not None:
        said.append(f"金额 {in_figures(amount)}（{in_capitals(amount)}）")
    said.append("未约定履行日期" if day is None else f"履行期限至 {day}")
    return "；".join(said) + "。"


def _signature(agreement: Agreement, party: Party, done: str) -> str:
    who = f"{_ROLES[party.role]} {_name(agreement, party.id)}"
    if party.signed_at is None:
        return f"{who}：尚未{done}。"
    return f"{who}：已于 {_instant(party.signed_at)} {done}，针对校验值 {agreement.sha256}。"


def _write_staff(document: Document, agreement: Agreement) -> None:
    case, over = agreement.case, f"针对校验值 {agreement.sha256}。"
    if case.countersigned_at is None:
        document.paragraph("调解员：尚未签名。")
    else:
        document.paragraph(f"调解员 {_mediator(agreement)}：已于 {_instant(case.countersigned_at)} 签名，{over}")
    sealed_by = agreement.organisation_name or case.organisation
    if case.sealed_at is None:
        document.paragraph(f"{sealed_by}：尚未盖章。")
        return
    document.paragraph(f"{sealed_by}：已于 {_instant(case.sealed_at)} 盖章，{over}")
    if case.seal is not None:
        document.small(f"印章性质：{KINDS[case.seal.kind].zh}")
        document.small(f"签署内容：{case.seal.signed_text}")
        document.small(f"签名（base64）：{case.seal.signature}")
        document.small(f"算法：{case.seal.algorithm}；密钥：{case.seal.key_id}")


def _effect(agreement: Agreement) -> str:
    text, source = agreement.effect
    effective_at = agreement.case.effective_at
    stands = "本协议尚未生效。" if effective_at is None else f"本协议自 {_instant(effective_at)} 起生效。"
    return f"{stands}\n生效规则：{text.zh}\n依据：{source.zh}"


def _name(agreement: Agreement, party_id: str) -> str:
    return agreement.names.get(party_id, _ERASED)


def _mediator(agreement: Agreement) -> str:
    known = agreement.case.countersigned_by or agreement.case.mediator
    return agreement.mediator_name or f"{known}{_GONE}"


def _instant(text: str) -> str:
    """Return an instant as people in China write it, to the second."""
    there = parse_instant(text).astimezone(SHANGHAI)
    return f"{there:%Y-%m-%d %H:%M:%S}（北京时间）"
