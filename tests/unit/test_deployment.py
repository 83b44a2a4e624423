from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.settings import Settings
from infra.deployment import StackUnusable, read_environment
from infra.local.stack import read_template

ROOT = Path(__file__).parent.parent.parent
GIVEN = {"Stage": "prod", "OidcIssuer": "https://id.example.cn"}
PARAMETERS = [
    {"ParameterKey": key, "ParameterValue": GIVEN.get(key, parameter.get("Default", "x"))}
    for key, parameter in read_template()["Parameters"].items()
]


def outputs() -> list[dict[str, str]]:
    return [{"OutputKey": key, "OutputValue": f"the {key}"} for key in read_template()["Outputs"]]


def test_a_stack_says_everything_that_the_app_is_told() -> None:
    environment = read_environment(read_template(), PARAMETERS, outputs())
    settings = Settings.from_env(environment)
    assert settings.stage == "prod"
    assert settings.oidc_issuer == "https://id.example.cn"
    assert settings.catalogue_table == "the CatalogueTableName"
    assert settings.data_bucket == "the DataBucketName"
    assert settings.root_secret_arn == "the RootSecretArn"


def test_a_stack_of_another_template_is_refused() -> None:
    with pytest.raises(StackUnusable, match="YIMA_CATALOGUE_TABLE"):
        read_environment(read_template(), PARAMETERS, [])


def test_ops_commands_say_what_is_missing_without_a_trace() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "infra", "catalogue", "status"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "YIMA_CATALOGUE_TABLE" in done.stderr
    assert "--stack" in done.stderr
    assert "Traceback" not in done.stderr
