"""The letter to a respondent: drawn up by the clerk, who prints and sends it; the invite code stands nowhere else."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from chalicelib.cases.lifecycle.deciding import decide_until_kept
from chalicelib.cases.lifecycle.decisions import Outcome
from chalicelib.cases.lifecycle.model import Party
from chalicelib.cases.lifecycle.service import CaseService, Seen
from chalicelib.cases.service.attempts import AttemptService
from chalicelib.cases.service.model import Invitation, Tokens, digest_of_token
from chalicelib.cases.service.words import LETTER, Describe, Particulars, local
from chalicelib.shared.codes import show_code
from chalicelib.shared.deciding import Pauses
from chalicelib.shared.errors import NotFound
from chalicelib.shared.idempotency import Idempotency
from chalicelib.shared.texts import Text
from chalicelib.shared.typesetting import Document
from chalicelib.shared.viewer import Viewer

if TYPE_CHECKING:
    from chalicelib.cases.service.store import ServiceStore


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is printed. `recipient`: the name as it was filed; `qr`: the link as an SVG."""

    party_id: str
    case_code: str
    recipient: str | None
    title: Text
    text: Text
    invite_code: str
    link: str
    qr: str
    expires_at: str
    particulars: Particulars


class LetterService:
    """Letters to respondents."""

    def __init__(
        self,
        cases: CaseService,
        attempts: AttemptService,
        store: ServiceStore,
        describe: Describe,
        tokens: Tokens,
        *,
        public_url: str,
        pauses: Pauses | None = None,
    ) -> None:
        self._cases = cases
        self._attempts = attempts
        self._store = store
        self._describe = describe
        self._tokens = tokens
        self._public_url = public_url.rstrip("/")
        self._pauses = pauses or Pauses()

    def draw_up(self, viewer: Viewer, code: str, party_id: str, idempotency: Idempotency) -> Letter:
        """Draw up the letter to a respondent who has not joined; from then on its link holds.

        It is no attempt yet: the clerk records one when the letter has left.
        """
        return decide_until_kept(lambda: self._try_to_draw_up(viewer, code, party_id, idempotency), self._pauses)

    def get_letter(self, viewer: Viewer, code: str, party_id: str) -> Letter:
        """Return a letter that was drawn up since acceptance; raise `NotFound` if there is none."""
        seen, party = self._attempts.find_waiting(viewer, code, party_id, what="letter")
        letter, invitation = self._write(seen, party)
        if self._store.find_invitation(invitation.digest) is None:
            raise NotFound
        return letter

    def _try_to_draw_up(self, viewer: Viewer, code: str, party_id: str, idempotency: Idempotency) -> Letter:
        seen, party = self._attempts.find_waiting(viewer, code, party_id, what="letter")
        letter, invitation = self._write(seen, party)
        self._cases.commit(
            seen,
            Outcome(seen.case, "letter_drawn_up", {"party": party.id, "channel": "letter"}),
            idempotency,
            also=[self._store.invitation_write(self._store.find_invitation(invitation.digest) or invitation)],
            result=lambda _: letter,
        )
        return letter

    def _write(self, seen: Seen, party: Party) -> tuple[Letter, Invitation]:
        expires, text = party.invite_expires_at or seen.case.since, seen.loaded.text_of(party.id)
        if "invite_code" not in text:
            raise NotFound  # erased
        token = self._tokens.of(seen.case.code, party.id, "letter", expires)
        said = self._describe.of(seen.loaded, party, seen.now)
        link, shown = f"{self._public_url}/i/{token}", show_code(seen.case.code)
        recipient = text.get("name")
        named = replace(said, respondent=Text(recipient, recipient)) if recipient else said
        code = show_code(text["invite_code"])
        words = named.fill(LETTER, link=link, case_code=shown, invite_code=code, expires=local(expires))
        letter = Letter(
            party.id,
            shown,
            recipient,
            Text("调解邀请函", "An invitation to mediation"),
            words,
            code,
            link,
            draw_link(link),
            expires,
            named,
        )
        return letter, Invitation(digest_of_token(token), seen.case.code, party.id, expires)


def draw_letter(letter: Letter) -> Document:
    """Return the letter as a document to print: in Chinese, then in English, the link as a code between."""
    document = Document(letter.title.zh, f"{letter.case_code} {letter.party_id}")
    for paragraph in filter(None, letter.text.zh.split("\n")):
        document.paragraph(paragraph)
    document.squares([list(row) for row in _code_of(letter.link).matrix_iter(border=4)])
    document.heading(letter.title.en)
    for paragraph in filter(None, letter.text.en.split("\n")):
        document.small(paragraph)
    return document


def _code_of(link: str) -> Any:
    """Return a link as a QR code (ISO/IEC 18004), error correction M."""
    import segno

    return segno.make(link, error="m", micro=False)


def draw_link(link: str) -> str:
    """Return a link's code as an SVG."""
    drawn = io.BytesIO()
    made = _code_of(link)
    made.save(drawn, kind="svg", scale=6, border=4, dark="#000000", light="#ffffff", xmldecl=False)
    return drawn.getvalue().decode()
