"""Organisations and mediators: who mediates what and who may be assigned, which courts and commissions there are."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

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
]
"""What an organisation is (3b-bodies, "Law and court")."""

MEDIATING: Final = frozenset(get_args(Kind)) - {"court", "arbitration", "department"}
"""The kinds that mediate: a dispute is routed to one of these, and to nobody else."""

KIND_NAMES: Final[dict[str, Text]] = {
    "peoples_mediation_committee": Text("人民调解委员会", "people's mediation committee"),
    "industry": Text("行业性、专业性人民调解委员会", "people's mediation committee of a trade or profession"),
    "consumer": Text("消费者组织", "consumers' organisation"),
    "labour": Text("劳动争议调解组织", "labour mediation organisation"),
    "commercial": Text("商事调解组织", "commercial mediation organisation"),
    "medical": Text("医疗纠纷人民调解委员会", "people's mediation committee for medical disputes"),
    "court": Text("人民法院", "people's court"),
    "arbitration": Text("劳动人事争议仲裁委员会", "labour and personnel arbitration commission"),
    "department": Text("政府部门", "government department"),
}

Region = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
"""A division of the country, as a code (GB/T 2260)."""


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
    """An organisation, a court or an arbitration commission.

    `covers`: regions that it serves; for a court, those whose grounds (a party's home, the organisation's seat) lead to
    it. `dispute_types`: main codes, or `*`. `region`: what it is for; `seat_region`: the district of its office, which
    says what court is near. `court_invited`: mediates at the invitation of the courts `invited_by`. `level` and
    `subjects` are of courts and commissions. It is used from `valid_from` to `valid_until`, both included.
    """

    id: str = Field(pattern=r"^[a-z0-9-]{1,60}$")
    name: str
    name_en: str | None = None
    kind: Kind
    region: Region
    covers: tuple[Region, ...]
    dispute_types: tuple[str, ...]
    address: str | None = None
    phone: str | None = None
    hours: str | None = None
    fee: str | None = None
    rooms: tuple[str, ...] = ("1",)
    mediators: tuple[Mediator, ...] = ()
    seat_region: Region | None = None
    court_invited: bool = False
    invited_by: tuple[str, ...] = ()
    level: Literal["basic", "intermediate", "district", "city"] | None = None
    subjects: tuple[
        Literal["civil", "intellectual_property", "ip_technical", "foreign", "maritime", "labour"], ...
    ] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    open_cases: int = Field(default=0, exclude=True)  # counted, never imported

    @property
    def mediates(self) -> bool:
        """Whether disputes can be routed to it."""
        return self.kind in MEDIATING

    def takes(self, main_type: str) -> bool:
        """Tell whether it takes disputes of this main type."""
        return main_type in self.dispute_types or "*" in self.dispute_types

    def exists_on(self, day: date) -> bool:
        """Tell whether it is in use on a day."""
        return (self.valid_from or day) <= day <= (self.valid_until or day)

    def handles(self, main_type: str, region: str) -> bool:
        """Tell whether a dispute of this main type from this region can come here."""
        return self.mediates and region in self.covers and self.takes(main_type)

    @property
    def load(self) -> float:
        """Open cases for each active mediator."""
        return self.open_cases / max(1, sum(one.active for one in self.mediators))

    def find_mediator(self, mediator_id: str) -> Mediator | None:
        """Return one of its mediators, or None."""
        return next((one for one in self.mediators if one.id == mediator_id), None)
