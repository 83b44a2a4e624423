"""Which deployment an ops command acts on: the resources of a CloudFormation stack, as its template names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from infra.local.stack import read_template


class StackUnusable(RuntimeError):
    """There is no such stack, or it was not made from our template; the message says which."""


def environment_of_stack(name: str) -> dict[str, str]:
    """Return the environment of the API's function in the stack `name`; raise `StackUnusable`."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        stack = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    except (BotoCoreError, ClientError) as unknown:
        raise StackUnusable(f"the stack {name} cannot be read: {unknown}") from unknown
    return read_environment(read_template(), stack.get("Parameters", []), stack.get("Outputs", []))


def read_environment(
    template: Mapping[str, Any], parameters: Sequence[Mapping[str, Any]], outputs: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """Return the function's variables: each is a parameter of the stack, or a resource that an output names."""
    given = {one["ParameterKey"]: one["ParameterValue"] for one in parameters}
    values = {one["OutputKey"]: one["OutputValue"] for one in outputs}
    environment: dict[str, str] = {}
    for variable, expression in template["Resources"]["APIHandler"]["Properties"]["Environment"]["Variables"].items():
        if expression.get("Ref") in given:
            environment[variable] = given[expression["Ref"]]
            continue
        named = [output for output, one in template["Outputs"].items() if one["Value"] == expression]
        if not named or named[0] not in values:
            raise StackUnusable(f"the stack has no output for {variable}: was it made from infra/resources.json?")
        environment[variable] = values[named[0]]
    return environment
