"""The only reader of the environment. Every setting, its name, and what it is for."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

VERSION: Final = "0.1.0"


class SettingMissing(RuntimeError):
    """A setting that the deployment must give is not there; the message names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a deployment decides. Names of resources come from the CloudFormation template."""

    stage: str
    catalogue_table: str
    cases_table: str
    organisations_table: str
    appointments_table: str
    ratings_table: str
    notices_table: str
    audit_table: str
    people_table: str
    answers_table: str
    data_bucket: str
    evidence_bucket: str
    data_key_arn: str
    signing_key_arn: str
    notices_topic_arn: str
    root_secret_arn: str
    oidc_issuer: str
    oidc_audiences: frozenset[str]
    oidc_client_ids: frozenset[str]
    oidc_jwks_url: str | None
    oidc_roles_claim: str
    cors_origins: tuple[str, ...]
    public_url: str
    video_url: str
    scratch: Path
    jobs_queue_url: str = ""  # without it, a scheduled job does everything in one invocation

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Read the settings; raise `SettingMissing` for one that has no default and is not set."""
        return cls(
            stage=env.get("YIMA_STAGE", "dev"),
            catalogue_table=_required(env, "YIMA_CATALOGUE_TABLE"),
            cases_table=_required(env, "YIMA_CASES_TABLE"),
            organisations_table=_required(env, "YIMA_ORGANISATIONS_TABLE"),
            appointments_table=_required(env, "YIMA_APPOINTMENTS_TABLE"),
            ratings_table=_required(env, "YIMA_RATINGS_TABLE"),
            notices_table=_required(env, "YIMA_NOTICES_TABLE"),
            audit_table=_required(env, "YIMA_AUDIT_TABLE"),
            people_table=_required(env, "YIMA_PEOPLE_TABLE"),
            answers_table=_required(env, "YIMA_ANSWERS_TABLE"),
            data_bucket=_required(env, "YIMA_DATA_BUCKET"),
            evidence_bucket=_required(env, "YIMA_EVIDENCE_BUCKET"),
            data_key_arn=_required(env, "YIMA_DATA_KEY_ARN"),
            signing_key_arn=_required(env, "YIMA_SIGNING_KEY_ARN"),
            notices_topic_arn=_required(env, "YIMA_NOTICES_TOPIC_ARN"),
            root_secret_arn=_required(env, "YIMA_ROOT_SECRET_ARN"),
            oidc_issuer=_required(env, "YIMA_OIDC_ISSUER"),
            oidc_audiences=frozenset(_listed(env, "YIMA_OIDC_AUDIENCE")),
            oidc_client_ids=frozenset(_listed(env, "YIMA_OIDC_CLIENT_IDS")),
            oidc_jwks_url=env.get("YIMA_OIDC_JWKS_URL") or None,
            oidc_roles_claim=env.get("YIMA_OIDC_ROLES_CLAIM") or "roles",
            public_url=env.get("YIMA_PUBLIC_URL") or "https://yima.example.cn",
            video_url=env.get("YIMA_VIDEO_URL") or "https://meet.example.cn",
            cors_origins=tuple(_listed(env, "YIMA_CORS_ORIGINS")),
            scratch=Path(env.get("YIMA_SCRATCH") or tempfile.gettempdir()),
            jobs_queue_url=env.get("YIMA_JOBS_QUEUE_URL", ""),
        )

    def tables(self) -> dict[str, str]:
        """Return the name of every table, by what is in it."""
        suffix = "_table"
        return {
            name.removesuffix(suffix): getattr(self, name)
            for name in self.__dataclass_fields__
            if name.endswith(suffix)
        }


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise SettingMissing(f"the environment variable {name} is not set")
    return value


def _listed(env: Mapping[str, str], name: str) -> list[str]:
    return [part.strip() for part in env.get(name, "").split(",") if part.strip()]
