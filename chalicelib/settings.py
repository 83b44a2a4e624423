"""The only reader of the environment. Every setting, its name, and what it is for."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Self

VERSION: Final = "0.2.0"
"""The version of what runs: in the API's description and in `/v1/health`. `pyproject.toml` takes it from here."""

_Environment = Mapping[str, str]
_Source = Mapping[str, Any]
"""A setting's metadata: `variable`, its name in the environment, and `read`, which takes it from there."""


class SettingMissing(RuntimeError):
    """A setting that the deployment must give is not there; the message names it."""


def _source(variable: str, read: Callable[[str], Any]) -> _Source:
    return {"variable": variable, "read": lambda env: read(env.get(variable, ""))}


def _needed(variable: str) -> _Source:
    def read(text: str) -> str:
        value = text.strip()
        if not value:
            raise SettingMissing(f"the environment variable {variable} is not set")
        return value

    return _source(variable, read)


def _text(variable: str, otherwise: str | None = "") -> _Source:
    return _source(variable, lambda text: text or otherwise)


def _list(variable: str) -> _Source:
    return _source(variable, lambda text: tuple(part.strip() for part in text.split(",") if part.strip()))


def _set(variable: str) -> _Source:
    return _source(variable, lambda text: frozenset(part.strip() for part in text.split(",") if part.strip()))


def _folder(variable: str) -> _Source:
    return _source(variable, lambda text: Path(text or os.environ.get("TMPDIR") or "/tmp"))  # noqa: S108 - Lambda's


@dataclass(frozen=True, slots=True)
class Settings:
    """What a deployment decides, each with the name of its variable. `infra/stack` says what a deployed one gets."""

    stage: str = field(metadata=_text("YIMA_STAGE", "dev"))
    catalogue_table: str = field(metadata=_needed("YIMA_CATALOGUE_TABLE"))
    cases_table: str = field(metadata=_needed("YIMA_CASES_TABLE"))
    organisations_table: str = field(metadata=_needed("YIMA_ORGANISATIONS_TABLE"))
    appointments_table: str = field(metadata=_needed("YIMA_APPOINTMENTS_TABLE"))
    ratings_table: str = field(metadata=_needed("YIMA_RATINGS_TABLE"))
    notices_table: str = field(metadata=_needed("YIMA_NOTICES_TABLE"))
    audit_table: str = field(metadata=_needed("YIMA_AUDIT_TABLE"))
    people_table: str = field(metadata=_needed("YIMA_PEOPLE_TABLE"))
    answers_table: str = field(metadata=_needed("YIMA_ANSWERS_TABLE"))
    rules_table: str = field(metadata=_needed("YIMA_RULES_TABLE"))
    desks_table: str = field(metadata=_needed("YIMA_DESKS_TABLE"))
    data_bucket: str = field(metadata=_needed("YIMA_DATA_BUCKET"))
    evidence_bucket: str = field(metadata=_needed("YIMA_EVIDENCE_BUCKET"))
    data_key_arn: str = field(metadata=_needed("YIMA_DATA_KEY_ARN"))
    signing_key_arn: str = field(metadata=_needed("YIMA_SIGNING_KEY_ARN"))
    notices_topic_arn: str = field(metadata=_needed("YIMA_NOTICES_TOPIC_ARN"))
    root_secret_arn: str = field(metadata=_needed("YIMA_ROOT_SECRET_ARN"))
    oidc_issuer: str = field(metadata=_needed("YIMA_OIDC_ISSUER"))
    oidc_audiences: frozenset[str] = field(metadata=_set("YIMA_OIDC_AUDIENCE"))
    oidc_client_ids: frozenset[str] = field(metadata=_set("YIMA_OIDC_CLIENT_IDS"))
    oidc_jwks_url: str | None = field(metadata=_text("YIMA_OIDC_JWKS_URL", None))
    oidc_roles_claim: str = field(metadata=_text("YIMA_OIDC_ROLES_CLAIM", "roles"))
    cors_origins: tuple[str, ...] = field(metadata=_list("YIMA_CORS_ORIGINS"))
    public_url: str = field(metadata=_text("YIMA_PUBLIC_URL", "https://yima.example.cn"))
    video_url: str = field(metadata=_text("YIMA_VIDEO_URL", "https://meet.example.cn"))
    scratch: Path = field(metadata=_folder("YIMA_SCRATCH"))
    # Without it, a scheduled job does everything in one invocation.
    jobs_queue_url: str = field(default="", metadata=_text("YIMA_JOBS_QUEUE_URL"))

    @classmethod
    def from_env(cls, env: _Environment = os.environ) -> Self:
        """Read the settings; raise `SettingMissing` for one that has no default and is not set."""
        return cls(**{one.name: one.metadata["read"](env) for one in fields(cls)})

    def tables(self) -> dict[str, str]:
        """Return the name of every table, by what is in it."""
        suffix = "_table"
        return {
            name.removesuffix(suffix): getattr(self, name)
            for name in self.__dataclass_fields__
            if name.endswith(suffix)
        }


def variable_of(setting: str) -> str:
    """Return the environment variable of a setting such as `cases_table`."""
    found: str = Settings.__dataclass_fields__[setting].metadata["variable"]
    return found
