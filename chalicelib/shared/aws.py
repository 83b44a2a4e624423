"""The AWS clients, one of each a process, made when first needed; and what their failures mean to us."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from chalicelib.shared.errors import Unavailable
from chalicelib.shared.texts import Text

if TYPE_CHECKING:
    from boto3.session import Session
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient

# Shorter than API Gateway's 29 s even when every attempt times out, so that the caller gets our 503.
_CONNECT_TIMEOUT_SECONDS: Final = 2
_READ_TIMEOUT_SECONDS: Final = 5
_MAX_ATTEMPTS: Final = 3

TRANSIENT_CODES: Final = frozenset(
    {
        "InternalServerError",
        "InternalFailure",
        "InternalError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)
"""Error codes that say "not now" rather than "not so"."""

_DOWN: Final = Text("系统依赖的服务暂时没有响应。", "A service that we depend on does not answer just now.")


class Clients:
    """AWS clients of this process. Endpoints and credentials come from the SDK's own environment variables."""

    def __init__(self, session: Session | None = None) -> None:
        self._given_session = session

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """DynamoDB."""
        return self._client("dynamodb")  # type: ignore[no-any-return]

    @cached_property
    def kms(self) -> KMSClient:
        """KMS."""
        return self._client("kms")  # type: ignore[no-any-return]

    @cached_property
    def s3(self) -> S3Client:
        """S3."""
        # Version 4: the only one that buckets under a KMS key, and the China regions, take.
        return self._client("s3", signature_version="s3v4")  # type: ignore[no-any-return]

    @cached_property
    def sns(self) -> SNSClient:
        """SNS."""
        return self._client("sns")  # type: ignore[no-any-return]

    @cached_property
    def sqs(self) -> Any:
        """SQS."""
        return self._client("sqs")

    @cached_property
    def secretsmanager(self) -> SecretsManagerClient:
        """Secrets Manager."""
        return self._client("secretsmanager")  # type: ignore[no-any-return]

    def read_secret(self, arn: str) -> str:
        """Return the secret's current text; raise `Unavailable` if it cannot be read now."""
        with unavailable_when_down():
            return self.secretsmanager.get_secret_value(SecretId=arn)["SecretString"]

    def read_table_status(self, table: str) -> str:
        """Return the table's status, such as `ACTIVE`; raise `Unavailable` if it cannot be asked."""
        with unavailable_when_down():
            return self.dynamodb.describe_table(TableName=table)["Table"]["TableStatus"]

    @cached_property
    def _session(self) -> Any:
        # Not boto3's: what that adds (file transfers, resources) nobody uses here, and every cold start would import.
        from botocore.session import get_session

        return get_session()

    def _client(self, service: str, **options: Any) -> Any:
        from botocore.config import Config

        config = Config(
            connect_timeout=_CONNECT_TIMEOUT_SECONDS,
            read_timeout=_READ_TIMEOUT_SECONDS,
            retries={"mode": "standard", "max_attempts": _MAX_ATTEMPTS},
            **options,
        )
        if self._given_session is not None:
            return self._given_session.client(service, config=config)  # type: ignore[call-overload]
        return self._session.create_client(service, config=config)


@contextmanager
def unavailable_when_down() -> Iterator[None]:
    """Turn an AWS service that cannot be reached, or that says "not now", into `Unavailable`."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as refused:
        if is_transient(refused):
            raise Unavailable(_DOWN) from refused
        raise
    except BotoCoreError as unreachable:  # time-outs, refused connections, broken replies
        raise Unavailable(_DOWN) from unreachable


def is_transient(error: Any) -> bool:
    """Tell whether a botocore `ClientError` is worth another attempt."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return error.response.get("Error", {}).get("Code") in TRANSIENT_CODES or status >= 500  # noqa: PLR2004
