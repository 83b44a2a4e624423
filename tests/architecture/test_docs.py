"""What is not documented fails here: every operation, problem, event, setting, command and target stands in the docs."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from chalicelib.settings import VERSION
from chalicelib.shared.errors import every_error
from chalicelib.web.operations import every_operation
from infra.docs import reference, sources

ROOT = sources.ROOT
PAGES = sorted(
    path for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")] if path.name not in {"NOTES.md", "PLAN.md"}
)
HANDBOOK = [path for path in PAGES if path != reference.PATH]


@pytest.fixture(scope="module")
def documented() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in PAGES)


@pytest.fixture(scope="module", autouse=True)
def everything() -> None:
    sources.import_library()


def test_the_reference_is_fresh() -> None:
    made = reference.make_reference()
    assert reference.PATH.read_text(encoding="utf-8") == made, "run: python -m infra docs"


def test_every_operation_is_documented(documented: str) -> None:
    operations = every_operation()
    assert len(operations) > 50
    assert [one.path for one in operations if f"`{one.method} {one.path}`" not in documented] == []


def test_every_problem_is_documented(documented: str) -> None:
    slugs = {error.slug for error in every_error() if error.__module__.startswith("chalicelib.")}
    assert "slot-taken" in slugs
    assert [slug for slug in sorted(slugs) if f"`{slug}`" not in documented] == []


def test_every_event_is_documented(documented: str) -> None:
    from chalicelib.cases.events import EVENTS

    ratings = sources.list_rating_events()
    assert "rated" in ratings
    assert [name for name in [*EVENTS, *ratings] if f"`{name}`" not in documented] == []


def test_every_make_target_says_what_it_does_and_is_documented(documented: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    assert targets == set(sources.list_targets())
    assert [target for target in sorted(targets) if f"`make {target}`" not in documented] == []


def test_every_command_is_documented(documented: str) -> None:
    commands = sources.list_commands()
    assert {"local", "catalogue import", "events replay"} <= set(commands)
    assert [name for name in commands if f"`python -m infra {name}`" not in documented] == []
    assert [name for name, what in commands.items() if not what] == []


def test_every_setting_is_documented(documented: str) -> None:
    variables = {setting.variable for setting in sources.list_settings()}
    assert variables == set(reference.SETTINGS), "say in infra/docs/reference.py what a setting is for"
    assert [name for name in sorted(variables) if f"`{name}`" not in documented] == []


def test_every_variable_of_this_machine_is_documented() -> None:
    found = sources.list_local_variables()
    assert "CATALOGUE" in found
    assert found == set(reference.LOCAL), "say in infra/docs/reference.py what a variable is for"


def test_the_changelog_begins_with_the_version_that_runs() -> None:
    newest = re.search(r"^## \[([\d.]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == VERSION


@pytest.mark.parametrize("page", HANDBOOK, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_and_names_of_files_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", text):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"
    if page.name == "CHANGELOG.md":
        return  # what it names may be gone
    for named in re.findall(r"`((?:chalicelib|infra|tests|docs|\.chalice)/[\w./-]*)`", text):
        assert (ROOT / named).exists(), f"{page.name} names {named}"


@pytest.mark.parametrize("page", HANDBOOK, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_page_tells_to_type_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    commands, targets = sources.list_commands(), sources.list_targets()
    groups = {name.split()[0] for name in commands}
    for words in re.findall(r"python -m infra(?: --stack [\w-]+)? ([a-z]+(?: [a-z]+)?)", text):
        assert {words, words.split()[0]} & set(commands) or words in groups, f"{page.name} tells to run {words}"
    for target in re.findall(r"(?:`|^    |\$ )make ([a-z][a-z-]*)", text, re.MULTILINE):
        assert target in targets, f"{page.name} tells to make {target}"


def test_the_readmes_are_one_screen() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= 80


def test_make_alone_lists_every_target() -> None:
    said = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [target for target in sources.list_targets() if f"make {target} " not in said] == []
