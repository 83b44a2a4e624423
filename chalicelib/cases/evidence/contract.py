"""What clients send when they announce a file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from chalicelib.cases.evidence.kinds import KINDS, MAX_BYTES, MAX_NAME, fits, is_proper_name
from chalicelib.web.plain_text import plain_text
from chalicelib.web.request import RequestBody


def _proper_name(name: str) -> str:
    if not is_proper_name(name):
        raise PydanticCustomError("filename", "not a plain file name")
    return name


class DeclareEvidence(RequestBody):
    """A file as it is announced."""

    content_type: Literal[tuple(KINDS)]  # type: ignore[valid-type]  # first: the name is held against it
    filename: Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME), AfterValidator(_proper_name)]
    size: int = Field(ge=1, le=MAX_BYTES)
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")]
    title: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(plain_text)
    ]
    visibility: Literal["parties", "mediator"] = "parties"

    @field_validator("filename")
    @classmethod
    def _fits_type(cls, name: str, info: ValidationInfo) -> str:
        if "content_type" in info.data and not fits(name, info.data["content_type"]):
            raise PydanticCustomError("filename", "the name does not end as files of this type do")
        return name
