"""Who may import whom: the direction of `app → api → service → {policies, model}`, read from the code itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LIBRARY = ROOT / "chalicelib"
CONTEXTS = {path.relative_to(LIBRARY).parts[0] for path in LIBRARY.rglob("api.py")} - {"web"}
FILES = sorted([ROOT / "app.py", *LIBRARY.rglob("*.py")])
SHIPPED_LIBRARIES = {
    "pydantic_core",
    "chinese_calendar",
    "holidays",
    "icalendar",
    "segno",
    "reportlab",
    "pydantic",
    "jwt",
    "cryptography",
    "apsw",
    "boto3",
    "botocore",
    "chalice",
    "typing_extensions",
}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a file imports, late ones too; not those for type checking only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def tops(path: Path) -> set[str]:
    return {module.split(".")[0] for module in imports_of(path)}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_the_web_rooms_know_chalice(path: Path) -> None:
    allowed = path.name == "app.py" or path.name.endswith("api.py") or path.parent.name == "web"
    assert allowed or "chalice" not in tops(path)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_chalice_is_imported_from_chalice_app(path: Path) -> None:
    assert all(module.startswith("chalice.app") for module in imports_of(path) if module.split(".")[0] == "chalice")


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_what_ships_imports_only_what_ships(path: Path) -> None:
    import sys

    known = SHIPPED_LIBRARIES | {"chalicelib"} | set(sys.stdlib_module_names)
    assert tops(path) <= known


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.name in {"model.py", "policies.py", "service.py", "terms.py"}], ids=name_of
)
def test_the_inside_knows_no_framework_and_no_store(path: Path) -> None:
    assert not tops(path) & {"chalice", "boto3", "botocore"}
    forbidden = {".store", ".api", ".published", "chalicelib.web", "chalicelib.shared.dynamo"}
    assert not [module for module in imports_of(path) if any(part in f"{module}" for part in forbidden)]


@pytest.mark.parametrize("path", [path for path in FILES if path.name == "store.py"], ids=name_of)
def test_stores_do_not_know_services(path: Path) -> None:
    assert not [module for module in imports_of(path) if module.endswith((".service", ".api", ".schemas"))]


@pytest.mark.parametrize(
    "path", [path for path in FILES if "api.py" in path.name or "schemas" in path.name], ids=name_of
)
def test_the_outside_asks_services_not_stores(path: Path) -> None:
    assert not [module for module in imports_of(path) if ".store" in module or "chalicelib.shared.dynamo" in module]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_settings_read_the_environment(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.name == "settings.py" or not re.search(r"\bos\.(environ|getenv)", text)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_composition_builds_adapters(path: Path) -> None:
    if path.name in {"store.py", "published.py"} or path.parent.name == "composition":
        return
    names = {
        "CatalogueStore",
        "CaseStore",
        "OrganisationStore",
        "PublishedSnapshot",
        "Clients",
        "AppointmentStore",
        "SlotStore",
        "WaitlistStore",
        "RatingStore",
        "NoticeStore",
        "AuditStore",
        "PeopleStore",
        "AccessLedger",
        "EvidenceFiles",
        "QuarantineStore",
    }
    built = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not built & names


def test_there_is_no_scan() -> None:
    for path in [*FILES, *(ROOT / "infra").rglob("*.py")]:
        assert ".scan(" not in path.read_text(encoding="utf-8"), f"{name_of(path)} scans a table"


@pytest.mark.parametrize("path", [*FILES, *sorted((ROOT / "infra").rglob("*.py"))], ids=name_of)
def test_rooms_are_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 330


def test_nothing_but_code_ships() -> None:
    rules = LIBRARY / "rules"  # data that decides, versioned with the code
    files = [path for path in LIBRARY.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}]
    fonts = LIBRARY / "shared" / "fonts"  # and what documents are set in
    files = [path for path in files if not path.is_relative_to(fonts)]
    assert [name_of(path) for path in files if not (path.suffix == ".json" and path.is_relative_to(rules))] == []
