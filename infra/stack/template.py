"""The files that a deployment is made of: the resources, which Chalice's template is merged with, and the policies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from infra.stack.expressions import arn, ref
from infra.stack.functions import declare_functions
from infra.stack.gateway import declare_gateway
from infra.stack.policies import declare_policies
from infra.stack.storage import declare_storage
from infra.stack.tables import TABLES, declare_tables, logical_id

ROOT: Final = Path(__file__).parent.parent.parent

_PARAMETERS: Final = {
    "Stage": ("prod", "The name of this deployment."),
    "OidcIssuer": (None, "Issuer of the tokens that citizens and staff sign in with (OpenID Connect)."),
    "OidcAudience": ("", "Accepted audiences, separated by commas."),
    "OidcClientIds": (
        "",
        "Accepted client_ids, separated by commas, for issuers whose access tokens have no audience.",
    ),
    "OidcRolesClaim": ("roles", "The claim that lists roles."),
    "CorsOrigins": ("", "Origins of web front ends, separated by commas; empty: none."),
    "PublicUrl": ("", "Where citizens reach the API; mediation codes lead there."),
    "VideoUrl": ("https://meet.example.cn", "Where the video provider's rooms are (Jitsi-style links)."),
}
"""Default (None: must be given) and description."""

_OUTPUTS: Final = {
    **{f"{logical_id(table)}Name": ref(logical_id(table)) for table in TABLES},
    "DataBucketName": ref("DataBucket"),
    "EvidenceBucketName": ref("EvidenceBucket"),
    "DataKeyArn": arn("DataKey"),
    "SigningKeyArn": arn("SigningKey"),
    "UndeliveredQueueUrl": ref("UndeliveredQueue"),
    "JobsQueueUrl": ref("JobsQueue"),
    "NoticesTopicArn": ref("NoticesTopic"),
    "RootSecretArn": ref("RootSecret"),
}
"""What ops commands find a deployment's resources by (`infra.deployment`)."""


def declare_template() -> dict[str, Any]:
    """Return the resources file."""
    return {
        "Parameters": {name: _parameter(default, text) for name, (default, text) in _PARAMETERS.items()},
        "Resources": {**declare_tables(), **declare_storage(), **declare_functions(), **declare_gateway()},
        "Outputs": {name: {"Value": value} for name, value in _OUTPUTS.items()},
        "Conditions": {"HasOrigins": {"Fn::Not": [{"Fn::Equals": [ref("CorsOrigins"), ""]}]}},
    }


def make_files() -> dict[Path, str]:
    """Return the text of every file that is made from the declaration, by its path from the project's folder."""
    files = {Path("infra", "resources.json"): declare_template()}
    files |= {Path(".chalice", name): policy for name, policy in declare_policies().items()}
    return {path: json.dumps(made, ensure_ascii=False, indent=2) + "\n" for path, made in files.items()}


def list_stale(folder: Path = ROOT) -> list[Path]:
    """Return the files in `folder` that are not as the declaration makes them, or absent."""
    return [
        path
        for path, text in make_files().items()
        if not (folder / path).exists() or (folder / path).read_text(encoding="utf-8") != text
    ]


def write_files(folder: Path = ROOT) -> list[Path]:
    """Write the files that are stale; return them."""
    stale, files = list_stale(folder), make_files()
    for path in stale:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(files[path], encoding="utf-8")
    return stale


def _parameter(default: str | None, description: str) -> dict[str, str]:
    given = {} if default is None else {"Default": default}
    return {"Type": "String", **given, "Description": description}
