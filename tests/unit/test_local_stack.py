"""The local stack comes from the production template, and survives what it should."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from chalicelib.settings import SettingMissing, Settings
from infra.local.stack import SchemaChanged, create_stack, read_template
from infra.local.state import LocalState

REQUIRED = [
    "YIMA_CATALOGUE_TABLE",
    "YIMA_CASES_TABLE",
    "YIMA_ORGANISATIONS_TABLE",
    "YIMA_APPOINTMENTS_TABLE",
    "YIMA_RATINGS_TABLE",
    "YIMA_NOTICES_TABLE",
    "YIMA_AUDIT_TABLE",
    "YIMA_PEOPLE_TABLE",
    "YIMA_ANSWERS_TABLE",
    "YIMA_RULES_TABLE",
    "YIMA_DESKS_TABLE",
    "YIMA_DATA_BUCKET",
    "YIMA_EVIDENCE_BUCKET",
    "YIMA_DATA_KEY_ARN",
    "YIMA_NOTICES_TOPIC_ARN",
    "YIMA_SIGNING_KEY_ARN",
    "YIMA_ROOT_SECRET_ARN",
    "YIMA_OIDC_ISSUER",
]
PARAMETERS = {"Stage": "local", "OidcIssuer": "http://127.0.0.1:1", "OidcAudience": "a,b", "CorsOrigins": "*"}


def test_the_environment_is_the_templates_own() -> None:
    with mock_aws():
        env = create_stack(PARAMETERS, root_secret="s3cret")
        variables = read_template()["Resources"]["APIHandler"]["Properties"]["Environment"]["Variables"]
        assert set(env) == set(variables)
        settings = Settings.from_env(env)
        assert settings.oidc_audiences == {"a", "b"}
        assert settings.cors_origins == ("*",)
        secret = boto3.client("secretsmanager").get_secret_value(SecretId=settings.root_secret_arn)
        assert secret["SecretString"] == "s3cret"
        table = boto3.client("dynamodb").describe_table(TableName=settings.catalogue_table)["Table"]
        assert table["StreamSpecification"]["StreamEnabled"]
        boto3.client("s3").head_bucket(Bucket=settings.data_bucket)
        assert ":aws-cn:" in env["YIMA_DATA_KEY_ARN"].replace("arn", "", 1)


def test_a_table_of_an_earlier_run_is_kept_unless_its_schema_changed() -> None:
    from infra.local.stack import _ensure_table

    properties = read_template()["Resources"]["CatalogueTable"]["Properties"]
    with mock_aws():
        _ensure_table("t", properties)
        client = boto3.client("dynamodb")
        client.put_item(TableName="t", Item={"pk": {"S": "a"}, "sk": {"S": "b"}})
        _ensure_table("t", properties)
        assert client.describe_table(TableName="t")["Table"]["ItemCount"] == 1
        other = {**properties, "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}
        with pytest.raises(SchemaChanged, match="delete"):
            _ensure_table("t", other)


@pytest.mark.parametrize("missing", REQUIRED)
def test_a_missing_setting_is_named(missing: str) -> None:
    env = dict.fromkeys(REQUIRED, "x")
    with pytest.raises(SettingMissing, match=missing):
        Settings.from_env({**env, missing: " "})


def test_what_is_remembered_is_for_its_owner_only(tmp_path: Path) -> None:
    state = LocalState(tmp_path / "state")
    assert state.root_secret() == LocalState(tmp_path / "state").root_secret()
    assert state.signing_key() == state.signing_key()
    assert len(state.data_key_seed()) == 32
    for path in state.folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0
