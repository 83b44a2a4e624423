"""CloudFormation's way of naming what is not known before a stack is made."""

from __future__ import annotations

from typing import Any

Expression = dict[str, Any]
Resource = dict[str, Any]
Resources = dict[str, Resource]
"""Resources by logical id."""


def ref(name: str) -> Expression:
    """Return a parameter's value, or a resource's name."""
    return {"Ref": name}


def arn(name: str, attribute: str = "Arn") -> Expression:
    """Return a resource's ARN, or another attribute of it."""
    return {"Fn::GetAtt": [name, attribute]}


def sub(text: str) -> Expression:
    """Return a text with `${…}` filled in."""
    return {"Fn::Sub": text}


def kept(kind: str, **properties: Any) -> Resource:
    """Return a resource that stays when it leaves the template, or the stack goes: it holds data."""
    return {"Type": kind, "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain", "Properties": properties}
