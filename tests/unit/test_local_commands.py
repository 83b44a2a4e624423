"""What `make run` is told is checked before anything is started."""

from __future__ import annotations

import argparse

import pytest

from infra.local.commands import add_commands


def parse(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    groups = parser.add_subparsers(required=True)
    add_commands(groups)
    groups.add_parser("other")
    return parser.parse_args(arguments)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "abc"), ("PORT", "0"), ("PORT", "65536"), ("PORT", "²"), ("CONSOLE_PORT", "-1"), ("DYNAMODB", "aws")],
)
def test_a_bad_variable_is_named_where_it_counts_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    parse("other")
    with pytest.raises(SystemExit) as ended:
        parse("local")
    assert ended.value.code == 2
    assert f"{value!r} is n" in capsys.readouterr().err


def test_arguments_stand_above_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    assert (parse("local").port, parse("local").console_port, parse("local").dynamodb) == (9000, 8001, "moto")
    assert parse("local", "--port", "9100", "--dynamodb", "local").port == 9100


def test_one_port_cannot_serve_two(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = parse("local", "--port", "9000", "--console-port", "9000")
    assert arguments.run(arguments) == 2
    assert "9000" in capsys.readouterr().err
