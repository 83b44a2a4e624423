"""The deployment is declared once: the files made from the declaration are fresh, and nothing in it is forgotten."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from chalicelib.settings import SettingMissing, Settings, variable_of
from infra.__main__ import main
from infra.stack.functions import environment
from infra.stack.policies import allow, declare_policies
from infra.stack.tables import TABLES, logical_id, table_settings
from infra.stack.template import ROOT, declare_template, list_stale, make_files, write_files


def test_the_files_are_fresh() -> None:
    assert list_stale() == [], "run `python -m infra stack`"


def test_a_file_that_was_edited_is_stale_until_it_is_written(tmp_path: Path) -> None:
    assert write_files(tmp_path) == list(make_files())
    assert list_stale(tmp_path) == []
    edited = Path(".chalice", "policy-relay.json")
    (tmp_path / edited).write_text("{}", encoding="utf-8")
    assert list_stale(tmp_path) == [edited]
    assert write_files(tmp_path) == [edited]
    assert write_files(tmp_path) == []


def test_the_command_says_what_is_stale(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stack", "--check"]) == 0
    monkeypatch.setattr("infra.stack.commands.list_stale", lambda: [Path("infra/resources.json")])
    assert main(["stack", "--check"]) == 1
    assert "infra/resources.json; run `python -m infra stack`" in capsys.readouterr().err


def test_every_table_is_a_setting_and_every_setting_of_a_table_a_table() -> None:
    assert list(table_settings().values()) == [logical_id(name) for name in TABLES]
    with pytest.raises(KeyError):
        logical_id("case")


def test_a_deployed_function_has_every_setting_that_must_be_given() -> None:
    given = dict.fromkeys(environment(), "x")
    assert Settings.from_env(given)
    for variable in given:
        assert variable in {variable_of(field.name) for field in fields(Settings)}
    for table in table_settings():
        with pytest.raises(SettingMissing, match=variable_of(table)):
            Settings.from_env({**given, variable_of(table): " "})


def test_every_function_has_its_policy_and_the_one_environment() -> None:
    config = json.loads((ROOT / ".chalice" / "config.json").read_text())
    assert {one["iam_policy_file"] for one in config["lambda_functions"].values()} == set(declare_policies())
    functions: list[Any] = [
        one["Properties"]["Environment"]["Variables"]
        for one in declare_template()["Resources"].values()
        if "Environment" in one["Properties"]
    ]
    assert functions == [environment()] * len(config["lambda_functions"])


def test_a_statement_names_actions_of_one_service() -> None:
    assert allow("Sid", "sqs: SendMessage ReceiveMessage", {"Ref": "a"}, {"Ref": "b"}) == {
        "Sid": "Sid",
        "Effect": "Allow",
        "Action": ["sqs:ReceiveMessage", "sqs:SendMessage"],
        "Resource": [{"Ref": "a"}, {"Ref": "b"}],
    }
