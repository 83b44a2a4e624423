"""The root of answers."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    """What a client gets. Its serialiser is built when it is first needed: a cold start needs one of a hundred."""

    model_config = ConfigDict(defer_build=True)
