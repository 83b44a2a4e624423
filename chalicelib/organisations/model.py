"""Mediation organisations and mediators: what they handle, and who may be assigned."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.shared.texts import Text

Kind = Literal[
    "peoples_mediation_committee",
    "industry",
    "consumer",
    "labour",
    "commercial",
    "medical",
    "court",
    "arbitration",
    "department",
    "court_affiliated",
]
KINDS: Final = frozenset(get_args(Kind))


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Training(_Data):
    """A completed training, good until `expires_on`."""

    course: str
    completed_on: date
    expires_on: date


class Certificate(_Data):
    """A mediator's certificate."""

    number: str
    issued_on: date
    expires_on: date


class Mediator(_Data):
    """A mediator. `id` is the subject (`sub`) that they sign in with."""

    id: str = Field(min_length=1, max_length=128)
    name: str
    specialties: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("zh",)
    fee: str | None = None
    active: bool = True
    trainings: tuple[Training, ...] = ()
    certificate: Certificate | None = None

    def obstacles(self, on: date) -> list[Text]:
        """Return why the mediator cannot be assigned on that day; empty if they can (人民调解法 art. 14)."""
        found = []
        if not self.active:
            found.append(Text("已停止执业", "no longer active"))
        if not any(one.completed_on <= on <= one.expires_on for one in self.trainings):
            found.append(Text("无有效培训记录", "no training that holds"))
        if self.certificate is None or not self.certificate.issued_on <= on <= self.certificate.expires_on:
            found.append(Text("无有效证书", "no certificate that holds"))
        return found


class Organisation(_Data):
    """An organisation. `covers`: regions (GB/T 2260) it serves; `dispute_types`: main codes, or `*`.

    `court_invited`: a court has invited it to mediate on the courts' platform, under 法释〔2021〕23号.
    """

    id: str = Field(pattern=r"^[a-z0-9-]{1,60}$")
    name: str
    name_en: str | None = None
    kind: Kind
    court_invited: bool = False
    region: str = Field(pattern=r"^\d{6}$")
    covers: tuple[str, ...]
    dispute_types: tuple[str, ...]
    address: str | None = None
    phone: str | None = None
    hours: str | None = None
    fee: str | None = None
    rooms: tuple[str, ...] = ("1",)
    mediators: tuple[Mediator, ...] = ()
    open_cases: int = Field(default=0, exclude=True)  # counted, never imported

    def handles(self, main_type: str, region: str) -> bool:
        """Tell whether a dispute of this main type from this region can come here."""
        return region in self.covers and (main_type in self.dispute_types or "*" in self.dispute_types)

    @property
    def load(self) -> float:
        """Open cases for each active mediator."""
        return self.open_cases / max(1, sum(one.active for one in self.mediators))

    def find_mediator(self, mediator_id: str) -> Mediator | None:
        """Return one of its mediators, or None."""
        return next((one for one in self.mediators if one.id == mediator_id), None)
