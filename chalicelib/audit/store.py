"""The audit's own records in DynamoDB, and signatures by KMS.

| access pattern | table | key condition |
| --- | --- | --- |
| an event's leaf, and its place; those of a chain | AuditTable | `pk = LEAF#<aggregate>`, `sk = <seq>` |
| leaves that stand in no checkpoint | AuditTable | `pk = PENDING#<shard>`, `sk = <aggregate>#<seq>` |
| the leaves of a checkpoint, in order | AuditTable | `pk = CHECKPOINT#<id>`, `sk = BLOCK#<n>` |
| checkpoints, newest first | AuditTable | `pk = CHAIN`, `sk = <id>`, backwards |

A leaf is written with its pending entry, once. The entry goes when the leaf is told its place; nothing else is removed.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from typing import Final

from chalicelib.audit.model import Checkpoint, Leaf, Place
from chalicelib.shared.aws import Clients, unavailable_when_down
from chalicelib.shared.dynamo import Table
from chalicelib.shared.errors import Conflict
from chalicelib.shared.items import Item
from chalicelib.shared.jobs import Failures
from chalicelib.shared.paging import Position, Slice
from chalicelib.shared.records import from_item, to_item
from chalicelib.shared.shards import shard_of
from chalicelib.shared.transactions import Committer, Transaction

PENDING_SHARDS: Final = 8
_CHAIN: Final = "CHAIN"


class _AlreadyNoted(Conflict):
    """The event has its leaf."""


class AuditStore:
    """Leaves and checkpoints."""

    def __init__(self, clients: Clients, table: str, committer: Committer) -> None:
        self._table = Table(clients, table)
        self._committer = committer

    def add_leaf(self, leaf: Leaf) -> bool:
        """Note an event as recorded and in no checkpoint, once; tell whether it was new."""
        transaction = Transaction()
        values: Item = {"hash": leaf.hash, "at": leaf.at}
        transaction.put(
            self._table.name,
            {**_leaf_key(leaf), **values},
            condition="attribute_not_exists(pk)",
            refusal=lambda _: _AlreadyNoted(),
        )
        transaction.put(self._table.name, {**_pending_key(leaf), **values})
        try:
            self._committer.commit(transaction)
        except _AlreadyNoted:
            return False
        return True

    def list_pending(self, failures: Failures) -> Iterator[Leaf]:
        """Yield the leaves that stand in no checkpoint, page by page; one that cannot be read is counted, left out."""
        for shard in range(PENDING_SHARDS):
            for item in self._table.list_partition(f"PENDING#{shard}"):
                leaf = None
                with failures.isolated("leaf", item["sk"]):
                    leaf = _pending(item)
                if leaf is not None:
                    yield leaf

    def list_places(self, aggregate: str) -> Iterator[Place]:
        """Yield the leaves of a chain with their places, in order."""
        return (_place(item) for item in self._table.list_partition(f"LEAF#{aggregate}"))

    def find_places(self, leaves: Sequence[Leaf]) -> dict[tuple[str, int], Place]:
        """Return the places of leaves by aggregate and number. One read for a hundred."""
        keys = [_leaf_key(leaf) for leaf in leaves]
        places = map(_place, self._table.find_many([(key["pk"], key["sk"]) for key in keys]))
        return {(one.leaf.aggregate, one.leaf.seq): one for one in places}

    def add_block(self, checkpoint: str, number: int, leaves: Sequence[Leaf]) -> bool:
        """Keep a block of a checkpoint that is being made, once; tell whether it was new."""
        packed = [[leaf.aggregate, leaf.seq, bytes.fromhex(leaf.hash), leaf.at] for leaf in leaves]
        return self._table.put_new({**_block_key(checkpoint, number), "leaves": packed})

    def list_blocks(self, checkpoint: str) -> Iterator[list[Leaf]]:
        """Yield the blocks of a checkpoint, in order."""
        for item in self._table.list_partition(f"CHECKPOINT#{checkpoint}"):
            yield [Leaf(aggregate, seq, digest.hex(), at) for aggregate, seq, digest, at in item["leaves"]]

    def settle_block(self, checkpoint: str, start: int, leaves: Sequence[Leaf]) -> None:
        """Tell leaves their place, the first one's index being `start`; they are pending no more. Again: the same."""
        self._table.put_many(
            [
                {**_leaf_key(leaf), "hash": leaf.hash, "at": leaf.at, "checkpoint": checkpoint, "index": index}
                for index, leaf in enumerate(leaves, start)
            ]
        )
        keys = [_pending_key(leaf) for leaf in leaves]
        self._table.delete_many([(key["pk"], key["sk"]) for key in keys])

    def end_settling(self, checkpoint: Checkpoint) -> None:
        """Note that every leaf knows its place; drop blocks beyond the last, which a slower run drafted in vain."""
        drafted = self._table.list_partition(f"CHECKPOINT#{checkpoint.id}", attributes=("pk", "sk"))
        last = _block_key(checkpoint.id, len(checkpoint.blocks) - 1)["sk"]
        self._table.delete_many([(item["pk"], item["sk"]) for item in drafted if item["sk"] > last])
        self._table.update(
            (_CHAIN, checkpoint.id), "SET settled = :yes", condition="attribute_exists(pk)", values={":yes": True}
        )

    def add_checkpoint(self, checkpoint: Checkpoint) -> bool:
        """Keep a checkpoint, once; tell whether it was new."""
        blocks = [bytes.fromhex(one) for one in checkpoint.blocks]
        return self._table.put_new({"pk": _CHAIN, "sk": checkpoint.id, **to_item(checkpoint), "blocks": blocks})

    def find_checkpoint(self, checkpoint_id: str) -> Checkpoint | None:
        """Return a checkpoint, or None. One read."""
        item = self._table.find(_CHAIN, checkpoint_id)
        return None if item is None else _checkpoint(item)

    def list_checkpoints(self, after: Position | None, limit: int) -> Slice[Checkpoint]:
        """Return a page of checkpoints, newest first. One read."""
        start = None if after is None else {"pk": _CHAIN, "sk": after["id"]}
        items, last = self._table.query(_CHAIN, after=start, limit=limit, newest_first=True)
        return Slice(list(map(_checkpoint, items)), None if last is None else {"id": last["sk"]})

    def list_chain(self) -> Iterator[Checkpoint]:
        """Yield every checkpoint, oldest first."""
        return map(_checkpoint, self._table.list_partition(_CHAIN))


def _leaf_key(leaf: Leaf) -> dict[str, str]:
    return {"pk": f"LEAF#{leaf.aggregate}", "sk": f"{leaf.seq:06d}"}


def _pending_key(leaf: Leaf) -> dict[str, str]:
    shard = shard_of(leaf.aggregate, PENDING_SHARDS)
    return {"pk": f"PENDING#{shard}", "sk": f"{leaf.aggregate}#{leaf.seq:06d}"}


def _block_key(checkpoint: str, number: int) -> dict[str, str]:
    return {"pk": f"CHECKPOINT#{checkpoint}", "sk": f"BLOCK#{number:04d}"}


def _pending(item: Item) -> Leaf:
    aggregate, _, seq = item["sk"].rpartition("#")
    return Leaf(aggregate, int(seq), bytes.fromhex(item["hash"]).hex(), item["at"])


def _place(item: Item) -> Place:
    leaf = Leaf(item["pk"].partition("#")[2], int(item["sk"]), item["hash"], item["at"])
    return Place(leaf, item.get("checkpoint"), item.get("index"))


def _checkpoint(item: Item) -> Checkpoint:
    return from_item(Checkpoint, {**item, "blocks": [one.hex() for one in item["blocks"]]})


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

    def public_key(self) -> bytes:
        """Return the public key that anybody checks signatures with (SubjectPublicKeyInfo in DER)."""
        with unavailable_when_down():
            return bytes(self._clients.kms.get_public_key(KeyId=self.key_id)["PublicKey"])

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
