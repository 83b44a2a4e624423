"""The audit's own records in DynamoDB, and signatures by KMS.

| access pattern | table | key condition |
| --- | --- | --- |
| the hashes of a day's events | AuditTable | `pk = LEAVES#<day>#<shard>`, by `sk = <aggregate>#<seq>` |
| checkpoints, newest first | AuditTable | `pk = CHECKPOINTS`, `sk = <day>#<count>`, backwards |
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from chalicelib.audit.model import Checkpoint
from chalicelib.shared.aws import Clients, unavailable_when_down
from chalicelib.shared.dynamo import Table
from chalicelib.shared.events import Event

SHARDS: Final = 8
_CHECKPOINTS: Final = "CHECKPOINTS"


class AuditStore:
    """Leaves and checkpoints. Nothing here is ever changed or removed."""

    def __init__(self, clients: Clients, table: str) -> None:
        self._table = Table(clients, table)

    def add_leaf(self, day: str, event: Event) -> bool:
        """Note an event's hash under its day, once; tell whether it was new."""
        shard = hashlib.sha256(event.aggregate.encode()).digest()[0] % SHARDS
        return self._table.put_new(
            {"pk": f"LEAVES#{day}#{shard}", "sk": f"{event.aggregate}#{event.seq:06d}", "hash": event.hash}
        )

    def list_leaves(self, day: str) -> list[tuple[str, str]]:
        """Return event id and hash of every event of a day, by id."""
        found = [
            (item["sk"], item["hash"])
            for shard in range(SHARDS)
            for item in self._table.list_partition(f"LEAVES#{day}#{shard}")
        ]
        return sorted(found)

    def add_checkpoint(self, checkpoint: Checkpoint) -> bool:
        """Keep a checkpoint, once; tell whether it was new."""
        return self._table.put_new({"pk": _CHECKPOINTS, "sk": checkpoint.id, **asdict(checkpoint)})

    def list_checkpoints(
        self, after: Mapping[str, Any] | None, limit: int
    ) -> tuple[list[Checkpoint], Mapping[str, Any] | None]:
        """Return a page of checkpoints, newest first. One read."""
        start = None if after is None else {"pk": _CHECKPOINTS, "sk": after["id"]}
        items, last = self._table.query(_CHECKPOINTS, after=start, limit=limit, newest_first=True)
        names = Checkpoint.__dataclass_fields__
        found = [Checkpoint(**{name: item[name] for name in names}) for item in items]
        return found, None if last is None else {"id": last["sk"]}


class Signer:
    """Signs with a key that never leaves KMS."""

    def __init__(self, clients: Clients, key: str) -> None:
        self._clients = clients
        self.key_id = key

    def sign(self, text: str) -> str:
        """Return the signature of a text, in base64 DER (ECDSA on P-256 with SHA-256)."""
        with unavailable_when_down():
            signed = self._clients.kms.sign(
                KeyId=self.key_id, Message=text.encode(), MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256"
            )
        return base64.b64encode(signed["Signature"]).decode()

    def verify(self, text: str, signature: str) -> bool:
        """Tell whether the signature is this key's, over this text."""
        from botocore.exceptions import ClientError

        with unavailable_when_down():
            try:
                answer = self._clients.kms.verify(
                    KeyId=self.key_id,
                    Message=text.encode(),
                    MessageType="RAW",
                    Signature=base64.b64decode(signature),
                    SigningAlgorithm="ECDSA_SHA_256",
                )
            except ClientError as refused:
                if refused.response["Error"]["Code"] == "KMSInvalidSignatureException":
                    return False
                raise
        return bool(answer["SignatureValid"])
