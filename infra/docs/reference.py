"""docs/REFERENCE.md: everything that can be listed, listed from the code, so that it cannot grow old unnoticed.

`tests/architecture/test_docs.py` holds the page to what this module makes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from infra.docs import sources

PATH: Final = sources.ROOT / "docs" / "REFERENCE.md"
_RULES: Final = sources.ROOT / "chalicelib" / "rules"

SETTINGS: Final = {
    "YIMA_STAGE": "the name of the deployment, such as `prod`",
    "YIMA_CATALOGUE_TABLE": "table of service items",
    "YIMA_CASES_TABLE": "table of disputes",
    "YIMA_ORGANISATIONS_TABLE": "table of organisations and mediators",
    "YIMA_APPOINTMENTS_TABLE": "table of appointments, day sheets and the waitlist",
    "YIMA_RATINGS_TABLE": "table of ratings, invitations and tallies",
    "YIMA_NOTICES_TABLE": "table of the inbox",
    "YIMA_AUDIT_TABLE": "table of checkpoints and of the quarantine",
    "YIMA_PEOPLE_TABLE": "table of keys and of the access ledger",
    "YIMA_ANSWERS_TABLE": "table of first answers to requests with an `Idempotency-Key`",
    "YIMA_RULES_TABLE": "table of imported rules and calendars",
    "YIMA_DESKS_TABLE": "table of what waits on whose desk",
    "YIMA_DATA_BUCKET": "bucket of search snapshots",
    "YIMA_EVIDENCE_BUCKET": "bucket of evidence",
    "YIMA_DATA_KEY_ARN": "KMS key that wraps the keys of data subjects",
    "YIMA_SIGNING_KEY_ARN": "KMS key that signs checkpoints and court bundles",
    "YIMA_NOTICES_TOPIC_ARN": "SNS topic through which messages leave",
    "YIMA_ROOT_SECRET_ARN": "secret from which pseudonyms, cursors and sealed links are made",
    "YIMA_OIDC_ISSUER": "issuer of the tokens that people sign in with",
    "YIMA_OIDC_AUDIENCE": "accepted audiences, separated by commas",
    "YIMA_OIDC_CLIENT_IDS": "accepted client ids, for issuers whose access tokens have no audience",
    "YIMA_OIDC_JWKS_URL": "where the issuer's keys are, if its discovery document does not say",
    "YIMA_OIDC_ROLES_CLAIM": "the claim that lists roles",
    "YIMA_CORS_ORIGINS": "origins of web front ends, separated by commas",
    "YIMA_PUBLIC_URL": "where citizens reach the API; mediation codes lead there",
    "YIMA_VIDEO_URL": "where the video provider's rooms are",
    "YIMA_SCRATCH": "folder for the fetched search snapshot",
    "YIMA_JOBS_QUEUE_URL": "queue of the shards of scheduled jobs; without it, a job does everything in one invocation",
}
"""What each setting is for."""

LOCAL: Final = {
    "AWS_ENDPOINT_URL_DYNAMODB": "commands: where DynamoDB is, if not at AWS; `make run` sets it for `DYNAMODB=local`",
    "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": "the same for its streams",
    "PYENV_ROOT": "`make package`: where pyenv's Pythons are",
    "PORT": "`make run`: port of the API (8000)",
    "CONSOLE_PORT": "`make run`: port of the developer console (8001)",
    "DYNAMODB": "`make run`: `moto` (in memory) or `local` (DynamoDB Local, data kept in `.local/`)",
    "CATALOGUE": "service items, a file or folder: `make run` loads them instead of the sample, `make bench` measures",
    "YIMA_PACKAGING_PYTHON": "`make package`: a Python of the Lambda runtime's version, if none is found",
    "YIMA_REQUIRE_DYNAMODB_LOCAL": "tests: fail, instead of skip, where DynamoDB Local cannot be had (CI sets it)",
    "YIMA_DEEP": "tests: send all hostile values, not a sixth of them",
}
"""What each variable of this machine's commands is for."""


def make_reference() -> str:
    """Return the whole page."""
    sources.import_library()
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from ("# Reference", "", "Made by `python -m infra docs`; do not edit.", "")
    yield from _section("`make` targets", ("target", "what it does"), _coded(sources.list_targets().items(), "make "))
    commands = _coded(sources.list_commands().items(), "python -m infra ")
    yield from _section("Commands", ("command", "what it does"), commands)
    yield from _section("Operations", ("operation", "who", "what", "stands in"), _operations())
    yield from _section("Problems", ("slug", "status", "title", "what to do"), _problems())
    yield from _section("Settings of the deployed app", ("variable", "default", "what it is for"), _settings())
    yield from _section("Variables on this machine", ("variable", "what it is for"), _coded(sorted(LOCAL.items())))
    yield from _section("Events of cases", ("name", "in front of citizens"), _case_events())
    rating_events = [(f"`{name}`",) for name in sources.list_rating_events()]
    yield from _section("Events of ratings", ("name",), rating_events)
    head = ("rule", "value", "starts with", "what", "source")
    yield from _section("Deadlines", head, _deadlines())
    yield from _section("Rule files", ("file", "version"), _rule_files())
    yield from _section("Personal data", ("table", "item", "personal or sensitive", "other attributes"), _registry())


def _section(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield from (f"## {title}", "", f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |")
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def _coded(pairs: Iterable[tuple[str, str]], before: str = "") -> Iterator[Sequence[str]]:
    return ((f"`{before}{name}`", what) for name, what in pairs)


def _operations() -> Iterator[Sequence[str]]:
    from chalicelib.web.operations import Access, every_operation

    for one in every_operation():
        who = "anybody" if one.contract.access is Access.PUBLIC else "signed in"
        key = ", with a key" if one.contract.idempotent_by_key else ""
        file = f"{one.module.replace('.', '/')}.py"
        yield f"`{one.method} {one.path}`", f"{who}{key}", one.contract.summary, f"`{file}`"


def _problems() -> Iterator[Sequence[str]]:
    from chalicelib.shared.errors import every_error

    ours = {error.slug: error for error in every_error() if error.__module__.startswith("chalicelib.")}
    for slug, error in sorted(ours.items()):
        yield f"`{slug}`", str(error.status), f"{error.title.zh} / {error.title.en}", error.remedy.en


def _settings() -> Iterator[Sequence[str]]:
    for setting in sources.list_settings():
        default = "must be given" if setting.default is None else setting.default
        purpose = SETTINGS.get(setting.variable)
        if purpose is None:
            raise LookupError(f"say in SETTINGS of infra/docs/reference.py what {setting.variable} is for")
        yield f"`{setting.variable}`", default, purpose


def _case_events() -> Iterator[Sequence[str]]:
    from chalicelib.cases.events import EVENTS

    for name, text in EVENTS.items():
        yield f"`{name}`", f"{text.zh} / {text.en}"


def _deadlines() -> Iterator[Sequence[str]]:
    for rule in _read(_RULES / "deadlines.json")["rules"]:
        value = f"{rule['value']} {rule['calendar'].replace('_', ' ')}"
        yield f"`{rule['id']}`", value, f"`{rule['starts']}`", rule["title"]["en"], rule["source"]["en"]


def _rule_files() -> Iterator[Sequence[str]]:
    for path in sorted(_RULES.glob("*.json")):
        yield f"`chalicelib/rules/{path.name}`", _read(path).get("version", "–")


def _registry() -> Iterator[Sequence[str]]:
    for table, items in sorted(_read(_RULES / "data_registry.json")["tables"].items()):
        for item, attributes in sorted(items.items()):
            named = [
                f"`{name}` ({how['grade']}, {how['masker'].replace('_', ' ')})"
                for name, how in attributes.items()
                if how["grade"] in {"personal", "sensitive"}
            ]
            yield table, f"`{item}`", ", ".join(named) or "–", str(len(attributes) - len(named))


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
