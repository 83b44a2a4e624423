"""What passes between the use cases of evidence and storage: a file as announced, as listed, as found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Declared:
    """A file as it is announced. `sha256`: lower-case hex."""

    filename: str
    content_type: str
    size: int
    sha256: str
    title: str
    visibility: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file of a case. `status`: pending, available or rejected (then `reason` says why); names None once erased."""

    id: str
    filename: str | None
    title: str | None
    content_type: str
    size: int
    sha256: str
    visibility: str
    status: str
    by_party: str | None
    by_role: str
    created_at: str
    yours: bool
    reason: str | None = None
    version_id: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """Where and how to upload: an HTML form's fields."""

    url: str
    fields: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found in storage: which version, and what is wrong with it, if anything."""

    version_id: str
    fault: str | None
