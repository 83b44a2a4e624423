"""Problem documents (RFC 9457): what an error looks like on the wire, and the page that explains it."""

from __future__ import annotations

from pydantic import Field

from chalicelib.shared.errors import NotFound, YimaError, every_error
from chalicelib.shared.texts import Language
from chalicelib.web.view import View

MEDIA_TYPE = "application/problem+json"


class ViolationView(View):
    """One thing wrong with the request."""

    pointer: str = Field(description="RFC 6901 pointer into the body, or the parameter's name.")
    code: str
    message: str


class Problem(View):
    """An error as the client sees it."""

    type: str = Field(examples=["/problems/not-found"])
    title: str
    status: int
    detail: str
    instance: str = Field(description="The request id, to find the request in the logs.")
    errors: list[ViolationView] | None = None
    code: str | None = Field(default=None, description="The case that this is about, as `case-exists` points at it.")


class ProblemPage(View):
    """What one kind of problem means, and what to do about it."""

    type: str
    slug: str
    status: int
    title: str
    remedy: str


def describe_problem(error: YimaError, language: Language, request_id: str) -> Problem:
    """Return the problem document for `error` in `language`."""
    detail = error.detail or error.remedy
    return Problem(
        type=f"/problems/{error.slug}",
        title=error.title.text(language),
        status=error.status,
        detail=detail.text(language),
        instance=request_id,
        errors=[ViolationView(**violation._asdict()) for violation in error.violations] or None,
        code=error.code,
    )


def explain_problem(slug: str, language: Language) -> ProblemPage:
    """Return the page for `slug`; raise `NotFound` if no error has it."""
    for error in every_error():
        if error.slug == slug:
            return ProblemPage(
                type=f"/problems/{slug}",
                slug=slug,
                status=error.status,
                title=error.title.text(language),
                remedy=error.remedy.text(language),
            )
    raise NotFound
