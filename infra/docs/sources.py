"""What the code declares, read from where it is declared: targets, commands, settings, names of events."""

from __future__ import annotations

import argparse
import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parent.parent.parent

_TARGET: Final = re.compile(r"^([a-z][a-z-]*):[^#\n]*##\s*(.+)$", re.MULTILINE)
_GIVEN: Final = "given"
"""Stands for a required setting's value while the settings are asked what they read."""


class Setting(NamedTuple):
    """One environment variable of the deployed app. `default` is None for one that must be given."""

    variable: str
    default: str | None


class _Asked(dict[str, str]):
    """An environment that remembers what it was asked for; values are given for some names, or for all."""

    def __init__(self, values: Mapping[str, str], *, fallback: str | None = None) -> None:
        super().__init__(values)
        self.names: list[str] = []
        self._fallback = fallback

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.names.append(name)
        return super().get(name, default if self._fallback is None else self._fallback)


def import_library() -> None:
    """Import every module of the app, so that all operations and errors are known."""
    import app as application
    import chalicelib

    importlib.import_module(application.__name__)
    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        importlib.import_module(module.name)


def list_targets() -> dict[str, str]:
    """Return every `make` target, with what it does."""
    return dict(_TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))


def list_commands() -> dict[str, str]:
    """Return every `python -m infra` command, with what it does."""
    from infra.__main__ import make_parser

    return dict(_commands_of(make_parser(), ""))


def _commands_of(parser: argparse.ArgumentParser, before: str) -> Iterator[tuple[str, str]]:
    for action in parser._actions:  # noqa: SLF001 - argparse has no public way to list its commands
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}  # noqa: SLF001
            for name, child in action.choices.items():
                inner = list(_commands_of(child, f"{before}{name} "))
                yield from inner or [(f"{before}{name}", helps.get(name, ""))]


def list_settings() -> list[Setting]:
    """Return what the deployed app reads from its environment, in the order in which it does."""
    from chalicelib.settings import SettingMissing, Settings

    everything = _Asked({}, fallback=_GIVEN)
    Settings.from_env(everything)
    names = list(dict.fromkeys(everything.names))
    required: dict[str, str] = {}
    for name in names:
        try:
            Settings.from_env({other: _GIVEN for other in names if other != name})
        except SettingMissing:
            required[name] = _GIVEN
    base = Settings.from_env(required)
    return [Setting(name, None if name in required else _default_of(name, required, base)) for name in names]


def _default_of(variable: str, required: Mapping[str, str], base: object) -> str:
    from chalicelib.settings import Settings

    changed = Settings.from_env({**required, variable: "another"})
    for field in changed.__dataclass_fields__:
        value = getattr(base, field)
        if getattr(changed, field) != value:
            if isinstance(value, Path):
                return "the system's folder for temporary files"
            return f"`{value}`" if isinstance(value, str) and value else "none"
    return "none"


def list_local_variables() -> set[str]:
    """Return every environment variable that commands, tests and CI read beside the settings."""
    files = [
        *(ROOT / "infra").rglob("*.py"),
        *(ROOT / "tests").rglob("*.py"),
        ROOT / "Makefile",
        *(ROOT / ".ci").iterdir(),
    ]
    read = re.compile(r"(?:env(?:iron)?\.get\(|env(?:iron)?\[|getenv\()\"([A-Z][A-Z_]+)\"|\b(YIMA_[A-Z_]+)=")
    found = {name for file in files for pair in read.findall(file.read_text(encoding="utf-8")) for name in pair if name}
    return found - {setting.variable for setting in list_settings()} - {"PATH", "PYTEST_XDIST_WORKER"}


def list_rating_events() -> list[str]:
    """Return the names that events of ratings are recorded under, read from the calls that record them."""
    names: set[str] = set()
    for path in sorted((ROOT / "chalicelib" / "ratings").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Act":
                names |= _texts_of(call.args[0], tree)
    return sorted(names)


def _texts_of(argument: ast.expr, tree: ast.Module) -> set[str]:
    if isinstance(argument, ast.Constant):
        return {str(argument.value)}
    name = argument.value.id if isinstance(argument, ast.Subscript) and isinstance(argument.value, ast.Name) else ""
    for statement in tree.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            table = statement.value
            if statement.target.id == name and isinstance(table, ast.Dict):
                return {str(value.value) for value in table.values if isinstance(value, ast.Constant)}
    return set()
