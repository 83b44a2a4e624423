"""HTTP routes about the API itself: health, its description, its problems."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.settings import VERSION, Settings
from chalicelib.shared.errors import NotFound, Unavailable
from chalicelib.shared.texts import Language
from chalicelib.web.answers import NO_STORE, PUBLIC_MINUTE, Answer
from chalicelib.web.doors import import_everything
from chalicelib.web.endpoint import endpoint
from chalicelib.web.health import HealthChecks
from chalicelib.web.operations import Access, Routes, every_operation
from chalicelib.web.problems import ProblemPage, explain_problem
from chalicelib.web.request import Query
from chalicelib.web.view import View

routes = Routes(__name__)


class Health(View):
    """Whether the service serves. `tables` and `catalogue` only when asked for with `deep=1`."""

    status: Literal["ok"]
    version: str
    stage: str
    tables: dict[str, str] | None = None
    catalogue: str | None = None


class HealthQuery(Query):
    """How deep to look."""

    deep: Annotated[bool, Field(description="1: ask the tables and the search snapshot too.")] = False


@routes.route("/v1/health")
@endpoint(access=Access.PUBLIC, query=HealthQuery, cache=NO_STORE, problems=(Unavailable,))
def health(query: HealthQuery, settings: Settings, checks: HealthChecks) -> Health:
    """Tell whether the service serves; 503 if something that it needs does not."""
    if not query.deep:
        return Health(status="ok", version=VERSION, stage=settings.stage)
    return Health(
        status="ok",
        version=VERSION,
        stage=settings.stage,
        tables=checks.read_tables(),
        catalogue=checks.read_catalogue_version(),
    )


@routes.route("/v1/openapi.json")
@endpoint(access=Access.PUBLIC, cache=PUBLIC_MINUTE)
def openapi() -> Answer:
    """Describe this API (OpenAPI 3.1), from the models that it checks with."""
    return _description()


@cache
def _description() -> Answer:
    from chalicelib.web.openapi import describe_api

    import_everything()
    return describe_api(every_operation())


@routes.route("/problems/{slug}")
@endpoint(access=Access.PUBLIC, cache=PUBLIC_MINUTE, problems=(NotFound,))
def problem(slug: str, language: Language) -> ProblemPage:
    """Explain one kind of problem: what it means, and what to do about it."""
    import_everything()
    return explain_problem(slug, language)
