"""Keys, buckets, the root secret, the topic and the queues."""

from __future__ import annotations

from typing import Any, Final

from infra.stack.expressions import Resource, Resources, arn, kept, ref, sub

_FOURTEEN_DAYS: Final = 14 * 24 * 3600  # the longest that SQS keeps a message
_HOUR: Final = 3600
_SIX_RUNS: Final = 6 * 300  # AWS: six times the function's time-out


def declare_storage() -> Resources:
    """Return everything that holds data or messages, tables apart."""
    quarantine = {"Prefix": "evidence/quarantine/", "ExpirationInDays": 1}
    return {
        "DataKey": _key("Encrypts Yima's tables, files and messages.", EnableKeyRotation=True),
        "SigningKey": _key("Signs Yima's audit checkpoints.", KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY"),
        "DataBucket": _bucket(_lifecycle("OldSnapshots", days=30, Prefix="catalogue/")),
        "DataBucketPolicy": _over_tls_only("DataBucket"),
        "EvidenceBucket": _bucket(
            _lifecycle("Quarantine", days=1, **quarantine), CorsConfiguration=_uploads_from_our_origins()
        ),
        "EvidenceBucketPolicy": _over_tls_only("EvidenceBucket"),
        "NoticesTopic": {"Type": "AWS::SNS::Topic", "Properties": {"KmsMasterKeyId": ref("DataKey")}},
        "UndeliveredQueue": _queue(MessageRetentionPeriod=_FOURTEEN_DAYS),
        # The next schedule names every shard anew: nothing is lost with a message.
        "JobsQueue": _queue(VisibilityTimeout=_SIX_RUNS, MessageRetentionPeriod=_HOUR),
        "RootSecret": kept(
            "AWS::SecretsManager::Secret",
            Description="The secret from which Yima derives the keys of cursors and stored answers.",
            KmsKeyId=arn("DataKey"),
            GenerateSecretString={"PasswordLength": 64, "ExcludePunctuation": True},
        ),
    }


def _key(description: str, **properties: Any) -> Resource:
    statement = {
        "Sid": "TheAccountDecidesByItsPolicies",
        "Effect": "Allow",
        "Principal": {"AWS": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
        "Action": "kms:*",
        "Resource": "*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return kept("AWS::KMS::Key", Description=description, **properties, KeyPolicy=policy)


def _bucket(lifecycle: dict[str, Any], **properties: Any) -> Resource:
    by_our_key = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn("DataKey")}
    encryption = {"BucketKeyEnabled": True, "ServerSideEncryptionByDefault": by_our_key}
    return kept(
        "AWS::S3::Bucket",
        BucketEncryption={"ServerSideEncryptionConfiguration": [encryption]},
        OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
        VersioningConfiguration={"Status": "Enabled"},
        LifecycleConfiguration={"Rules": [lifecycle]},
        **properties,
    )


def _lifecycle(name: str, *, days: int, **rest: Any) -> dict[str, Any]:
    """Return a rule by which versions that were replaced or deleted go after so many days."""
    return {
        "Id": name,
        "Status": "Enabled",
        **rest,
        "NoncurrentVersionExpiration": {"NoncurrentDays": days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }


def _over_tls_only(bucket: str) -> Resource:
    statement = {
        "Sid": "OnlyOverTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn(bucket), sub(f"${{{bucket}.Arn}}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": ref(bucket), "PolicyDocument": document}}


def _uploads_from_our_origins() -> dict[str, Any]:
    rule = {
        "AllowedMethods": ["GET", "POST"],
        "AllowedOrigins": {"Fn::Split": [",", ref("CorsOrigins")]},
        "AllowedHeaders": ["*"],
        "MaxAge": 600,
    }
    return {"Fn::If": ["HasOrigins", {"CorsRules": [rule]}, ref("AWS::NoValue")]}


def _queue(**properties: Any) -> Resource:
    return {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": ref("DataKey"), **properties}}
