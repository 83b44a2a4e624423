"""HTTP routes by which somebody proves that a number is theirs ("Me")."""

from __future__ import annotations

from chalicelib.people.contact import contract
from chalicelib.people.contact.refusals import OneTimeCodeOver, WrongOneTimeCode
from chalicelib.people.contact.service import ContactService
from chalicelib.people.contact.views import ChallengeView, ContactView
from chalicelib.shared.errors import TooManyRequests
from chalicelib.shared.idempotency import IdempotencyKey
from chalicelib.shared.texts import Language
from chalicelib.web.endpoint import endpoint
from chalicelib.web.identity import Viewer
from chalicelib.web.operations import Routes

routes = Routes(__name__)


@routes.route("/v1/me/contact/challenge", methods=["POST"])
@endpoint(body=contract.AskForCode, status=202, problems=(TooManyRequests,))
def ask_for_code(
    viewer: Viewer, body: contract.AskForCode, key: IdempotencyKey, language: Language, contacts: ContactService
) -> ChallengeView:
    """Send a one-time code by text to a number, for me to prove that it is mine."""
    idempotency = key.answering(lambda announced: ChallengeView.of(announced, language))
    return ChallengeView.of(contacts.challenge(viewer, body.phone, language, idempotency), language)


@routes.route("/v1/me/contact", methods=["PUT"])
@endpoint(body=contract.PutContact, problems=(WrongOneTimeCode, OneTimeCodeOver))
def put_contact(viewer: Viewer, body: contract.PutContact, language: Language, contacts: ContactService) -> ContactView:
    """Have me be reached and found by a number that I prove; only a blind index of it is kept."""
    return ContactView.of(contacts.prove(viewer, body.phone, body.one_time_code), language)
