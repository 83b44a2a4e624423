"""When a filing is the same as one that is open: the same account, type, and respondents' names or phones.

| access pattern | table | key condition |
| --- | --- | --- |
| the open case of a filing like this | PeopleTable | `pk = PERSON#<pseudonym>`, `sk = SAME#<digest>` |
| by which digests a case is found | PeopleTable | `pk = PERSON#<pseudonym>`, `sk = CASE#<code>`, `same` |

The digests are keyed: nobody reads a name from them. A row goes when its case ends, and comes back when it is reopened.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Self

from chalicelib.cases.lifecycle.model import Case
from chalicelib.cases.lifecycle.records import Change, VersionConflict
from chalicelib.shared.codes import show_code
from chalicelib.shared.dynamo import Table
from chalicelib.shared.errors import Conflict
from chalicelib.shared.phones import read_phone
from chalicelib.shared.texts import Text
from chalicelib.shared.transactions import Refusal, Transaction, Write

_SAME: Final = "SAME#"


class CaseExists(Conflict):
    """A filing like one of the same person's that is open."""

    slug = "case-exists"
    title = Text("您已有相同的案件在办理", "You have an open case like this")
    remedy = Text(
        "请在该案件中补充；确属另一纠纷的，请以 again: true 再次提交。",
        "Add to that case; if this is another dispute, file it with `again: true`.",
    )

    @classmethod
    def of(cls, code: str) -> Self:
        """Return the refusal that names the open case."""
        shown = show_code(code)
        refusal = cls(
            Text(
                f"案件 {shown} 正在办理，纠纷类型和被申请人与此相同。请在该案件中补充；"
                "确属另一纠纷的，请以 again: true 再次提交。",
                f"Case {shown} is open, of the same type, against the same respondents. Add to it; if this is another "
                "dispute, file it with `again: true`.",
            )
        )
        refusal.code = shown
        return refusal


def digests_of(secret: bytes, person: str, filing: Mapping[str, Any]) -> tuple[str, ...]:
    """Return by what a filing is recognised: its respondents' names, and (if each has one) their phones."""
    key = hmac.digest(secret, b"yima same filings", hashlib.sha256)
    respondents = filing["respondents"]
    names = sorted(_plain(one["name"]) for one in respondents)
    phones = sorted(read_phone(one["phone"]) or one["phone"] for one in respondents if one["phone"])
    marks = [("names", names)]
    if len(phones) == len(respondents):
        marks.append(("phones", phones))
    return tuple(
        hmac.digest(key, json.dumps([person, filing["dispute_type"], *mark]).encode(), hashlib.sha256).hex()
        for mark in marks
    )


def check_none_open(cases: Iterable[Case]) -> None:
    """Raise `CaseExists` for the first of the cases that has not ended."""
    for case in cases:
        if not case.state.ended:
            raise CaseExists.of(case.code)


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


class SameFilings:
    """The rows by which open filings are recognised."""

    def __init__(self, people: Table) -> None:
        self._people = people

    def find_codes(self, person: str, digests: Sequence[str]) -> dict[str, str]:
        """Return the case that each of the digests names, where one does. One read a digest, of which there are two."""
        found = {digest: self._people.find(_pk(person), _SAME + digest) for digest in digests}
        return {digest: item["code"] for digest, item in found.items() if item is not None}

    def writes(self, person: str, code: str, digests: Sequence[str], seen: Mapping[str, str]) -> list[Write]:
        """Return the writes by which digests name a case; `VersionConflict` if they name another than was `seen`."""
        transaction = Transaction()
        for digest in digests:
            self._name(transaction, person, code, digest, seen.get(digest))
        return transaction.writes

    def changes(self, change: Change) -> list[Write]:
        """Return what a change of a case asks for: its rows go when it ends, and come back when it is reopened."""
        case = change.case
        person = case.parties[0].person
        ends, reopens = change.before.state.ended, case.state.ended
        if ends == reopens or person is None:
            return []
        note = self._people.find(_pk(person), f"CASE#{case.code}")
        digests = [] if note is None else note.get("same", [])
        seen = self.find_codes(person, digests)
        if not case.state.ended:
            return self.writes(person, case.code, [one for one in digests if one not in seen], {})
        transaction = Transaction()
        for digest, code in seen.items():
            if code == case.code:
                key = {"pk": _pk(person), "sk": _SAME + digest}
                values = {":code": code}
                transaction.delete(self._people.name, key, condition="code = :code", values=values, refusal=OVERTAKEN)
        return transaction.writes

    def deletes(self, person: str) -> list[Write]:
        """Return the writes by which no filing of a person is recognised any more."""
        transaction = Transaction()
        for item in self._people.list_partition(_pk(person), prefix=_SAME, attributes=("sk",)):
            transaction.delete(self._people.name, {"pk": _pk(person), "sk": item["sk"]})
        return transaction.writes

    def _name(self, transaction: Transaction, person: str, code: str, digest: str, seen: str | None) -> None:
        unchanged: dict[str, Any] = {"condition": "attribute_not_exists(pk)"}
        if seen is not None:
            unchanged = {"condition": "code = :seen", "values": {":seen": seen}}
        item = {"pk": _pk(person), "sk": _SAME + digest, "code": code}
        transaction.put(self._people.name, item, refusal=OVERTAKEN, **unchanged)


OVERTAKEN: Final[Refusal] = lambda _: VersionConflict()  # noqa: E731 - as a refusal is made
"""What it means that something else was written meanwhile: the use case reads and decides anew."""


def _pk(person: str) -> str:
    return f"PERSON#{person}"
