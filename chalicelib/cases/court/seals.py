"""An organisation's seal on an agreement, made by whoever keeps seals; until a city's service does, by a key of ours.

The port that it fills is `lifecycle.ports.Seals`. A city's electronic-seal service is another class with the same
method, and a kind of its own in `KINDS`.
"""

from __future__ import annotations

from typing import Final, Protocol

from chalicelib.cases.lifecycle.digests import to_json
from chalicelib.cases.lifecycle.model import Seal
from chalicelib.shared.texts import Text

KINDS: Final = {
    "key_signature": Text(
        "电子签名：经调解组织工作人员操作，由密钥管理服务（密钥不可导出）对下列签署内容作出，任何人可用公钥核验；"
        "不是实物印章或者其图样。",
        "An electronic signature over the text below, made at the organisation's order by a key that never leaves its "
        "keeper; anybody can check it by the public key. It is not a stamp, nor the picture of one.",
    )
}
"""What each kind of seal is."""

ALGORITHM: Final = "ECDSA_SHA_256"


class Signing(Protocol):
    """Signs with a key that never leaves its keeper."""

    key_id: str

    def sign(self, text: str) -> str:
        """Return the signature of a text: in base64 DER, ECDSA on P-256 with SHA-256."""
        ...


class KeySeals:
    """Seals that are detached signatures by a key of the platform's."""

    def __init__(self, signing: Signing) -> None:
        self._signing = signing

    def seal(self, agreement_sha256: str, organisation: str, at: str) -> Seal:
        """Return the seal of an organisation on an agreement, at an instant; raise `Unavailable` without the key."""
        text = signed_text(agreement_sha256, organisation, at)
        return Seal(organisation, "key_signature", text, self._signing.sign(text), self._signing.key_id, ALGORITHM)


def signed_text(agreement_sha256: str, organisation: str, at: str) -> str:
    """Return what is signed: canonical JSON of the agreement's hash, the organisation's id and the instant."""
    return to_json({"agreement_sha256": agreement_sha256, "at": at, "organisation": organisation})
