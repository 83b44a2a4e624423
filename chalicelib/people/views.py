"""What the signed-in person sees of what is kept about them."""

from __future__ import annotations

from typing import Self

from pydantic import ConfigDict

from chalicelib.people.model import PURPOSES, Access
from chalicelib.people.service import Erasure
from chalicelib.shared.codes import show_code
from chalicelib.shared.texts import Language
from chalicelib.web.identity import Viewer
from chalicelib.web.view import View


class Me(View):
    """The caller as the sign-in service describes them."""

    sub: str
    roles: list[str]
    org: str | None
    name: str | None

    @classmethod
    def of(cls, viewer: Viewer) -> Self:
        """Return the view of `viewer`."""
        return cls(sub=viewer.subject, roles=sorted(viewer.roles), org=viewer.organisation, name=viewer.name)


class AccessView(View):
    """One reading of my data: when, in which case, by whom, why, and what. `reader`: stable, names nobody."""

    at: str
    case_code: str
    reader: str
    role: str
    organisation: str | None
    purpose: str
    purpose_name: str
    what: str

    @classmethod
    def of(cls, access: Access, language: Language) -> Self:
        """Return the view of an access."""
        return cls(
            at=access.at,
            case_code=show_code(access.case_code),
            reader=access.reader[:8],
            role=access.role,
            organisation=access.organisation,
            purpose=access.purpose,
            purpose_name=PURPOSES[access.purpose].text(language),
            what=access.what,
        )


class AccessLog(View):
    """A page of the access log, newest first."""

    items: list[AccessView]
    next_cursor: str | None


class Export(View):
    """Everything that is kept about me, by context."""

    model_config = ConfigDict(extra="allow")

    exported_at: str
    me: Me


class ErasureView(View):
    """What was erased. `remains`: what must stay, and names nobody."""

    erased_at: str
    erased: dict[str, int]
    remains: list[str]

    @classmethod
    def of(cls, erasure: Erasure, language: Language) -> Self:
        """Return the view of an erasure."""
        remains = (
            [
                "案件的状态、日期与事件链（不含个人信息）",
                "案件共同记录（调解协议、工作人员的意见与材料），至最后一方当事人删除时为止",
                "公开评价的等级与标签（不含文字与姓名）",
            ]
            if language == "zh"
            else [
                "states, dates and event chains of cases, without personal data",
                "a case's common record (the agreement, words and files of staff), until its last party is erased",
                "levels and tags of public ratings, without words or names",
            ]
        )
        return cls(erased_at=erasure.at, erased=dict(erasure.erased), remains=remains)
