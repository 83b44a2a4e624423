"""What applicants called their cases, opened for a list of them: two reads a page, and KMS for keys not yet open."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from chalicelib.cases.lifecycle.records import TEXTS
from chalicelib.shared.crypto import Erased, Keys
from chalicelib.shared.dynamo import Table

_APPLICANT: Final = "p1"
_KEK: Final = "KEK"


def read_titles(cases: Table, people: Table, keys: Keys, codes: Sequence[str]) -> dict[str, str]:
    """Return the title of each of the cases, by code; without those whose applicant was erased."""
    found: dict[str, str] = {}
    if not codes:
        return found
    texts = {
        item["pk"].removeprefix("CASE#"): item["texts"]
        for item in cases.find_many([(f"CASE#{one}", "META#TEXTS") for one in codes])
    }
    wrapped: dict[str, dict[str, Any]] = {code: {} for code in codes}
    for item in people.find_many([(f"KEYS#{code}", subject) for code in codes for subject in (_KEK, _APPLICANT)]):
        wrapped[item["pk"].removeprefix("KEYS#")][item["sk"]] = item["wrapped"]
    for code, sealed in texts.items():
        mine = wrapped[code]
        if _KEK not in mine or _APPLICANT not in mine or _APPLICANT not in sealed:
            continue
        keyring = keys.open(code, mine[_KEK], {_APPLICANT: mine[_APPLICANT]})
        try:
            found[code] = json.loads(keyring.unseal(_APPLICANT, TEXTS, sealed[_APPLICANT]))["title"]
        except Erased:
            continue
    return found
