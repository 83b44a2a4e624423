"""A new case: its parties, and the texts of each of its data subjects."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.cases.lifecycle.digests import digest_of
from chalicelib.cases.lifecycle.model import Case, Party
from chalicelib.cases.lifecycle.ports import Routed
from chalicelib.shared.clock import format_instant
from chalicelib.shared.codes import new_code
from chalicelib.shared.events import GENESIS


def draw_up(
    code: str, filing: Mapping[str, Any], person: str, routed: Routed, now: datetime
) -> tuple[Case, dict[str, dict[str, Any]]]:
    """Return the case that a filing makes, and the texts of each party, by party id.

    `filing`: the contract's fields, checked; `person`: the applicant's pseudonym. What the applicant writes is theirs:
    it goes when their key goes.
    """
    # Late: loading the rules costs 100 ms, and only a filing needs them.
    from chalicelib.triage.public import find_urgent_kinds

    respondents = filing["respondents"]
    invites = [new_code() for _ in respondents]
    instant = format_instant(now)
    applicant = Party(
        "p1", "applicant", "person", person=person, consented_at=instant, terms_version=filing["terms_version"]
    )
    others = tuple(
        Party(f"p{n}", "respondent", respondent["kind"], invite_digest=digest_of(invite))
        for n, (respondent, invite) in enumerate(zip(respondents, invites, strict=True), start=2)
    )
    case = Case(
        code=code,
        status="submitted",
        version=1,
        dispute_type=filing["dispute_type"],
        region=filing["region"],
        organisation=routed.organisation_id,
        parties=(applicant, *others),
        deadlines=(),
        reached={"submitted": instant},
        since=instant,
        created_at=instant,
        updated_at=instant,
        head=GENESIS,
        routing=tuple(routed.because),
        amount_cents=filing["amount_cents"],
        organisation_kind=routed.kind,
        court_invited=routed.court_invited,
    )
    texts: dict[str, dict[str, Any]] = {"p1": dict(filing["applicant"])}
    for party, respondent, invite in zip(others, respondents, invites, strict=True):
        texts[party.id] = {name: respondent.get(name) for name in ("name", "phone", "region")} | {"invite_code": invite}
    texts["p1"] |= {name: filing[name] for name in ("title", "facts", "claims", "preferred_modes", "service_address")}
    # Where somebody lives is personal: it is sealed with their name.
    texts["p1"]["subject_region"] = filing.get("subject_region")
    # What these words say of danger is sealed with them: no index and no event knows it.
    texts["p1"]["urgent"] = find_urgent_kinds("\n".join([filing["title"], filing["facts"], *filing["claims"]]))
    return case, texts
