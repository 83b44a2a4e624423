"""What a person has earned to rate, once: an occasion is a case, or one session of it.

Beside each invitation stands, for each of its targets, `EARNED#<occasion>#<target>` with the invitation's id, written
in the same transaction. Whatever events come later, or again, find it there: a case that is reopened and ends again
earns nothing that was rated, or can still be rated. An invitation that ran out unused is in nobody's way.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.ratings.rating.model import Invitation
from chalicelib.ratings.rating.refusals import RatingChanged
from chalicelib.ratings.rating.writes import INVITATION, put_invitation
from chalicelib.shared.deciding import decide_anew
from chalicelib.shared.dynamo import Table
from chalicelib.shared.records import from_item
from chalicelib.shared.transactions import Committer, Transaction


def earn(table: Table, committer: Committer, invitation: Invitation, occasion: str) -> bool:
    """Write an invitation, less the targets that another one covers; tell whether anything was left of it.

    One call for the first invitation of an occasion, three for any other.
    """
    held: dict[str, Invitation] = {}

    def attempt() -> bool | None:
        nonlocal held
        repeated = any(one.id == invitation.id for one in held.values())
        left = tuple(one for one in invitation.targets if not _covers(held.get(one.target), invitation))
        if repeated or not left:
            return False
        transaction = Transaction()
        put_invitation(transaction, table.name, replace(invitation, targets=left))
        for target, _kind in left:
            before = held.get(target)
            transaction.put(
                table.name,
                {**_key(invitation.person, occasion, target), "invitation": invitation.id},
                condition="attribute_not_exists(pk)" if before is None else "invitation = :before",
                values=None if before is None else {":before": before.id},
                refusal=lambda _: RatingChanged(),
            )
        try:
            committer.commit(transaction)
        except RatingChanged:
            held = _read_held(table, invitation, occasion)
            return None
        return True

    return decide_anew(attempt)


def _covers(held: Invitation | None, new: Invitation) -> bool:
    """Tell whether an earlier invitation was used, or was still open, when the new one was earned."""
    return held is not None and (held.rating is not None or held.expires_at > new.created_at)


def _read_held(table: Table, invitation: Invitation, occasion: str) -> dict[str, Invitation]:
    """Return, by target, the invitation that the person holds to it for an occasion. Two reads."""
    keys = {target: _key(invitation.person, occasion, target) for target, _kind in invitation.targets}
    targets = {key["sk"]: target for target, key in keys.items()}
    earned = table.find_many([(key["pk"], key["sk"]) for key in keys.values()])
    ids = {targets[item["sk"]]: item["invitation"] for item in earned}
    pk = f"PERSON#{invitation.person}"
    invitations = table.find_many([(pk, INVITATION + one) for one in sorted(set(ids.values()))])
    found = {item["id"]: from_item(Invitation, item) for item in invitations}
    return {target: found[one] for target, one in ids.items()}


def _key(person: str, occasion: str, target: str) -> dict[str, str]:
    return {"pk": f"PERSON#{person}", "sk": f"EARNED#{occasion}#{target}"}
