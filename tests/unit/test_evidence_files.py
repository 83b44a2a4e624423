"""Evidence: what a file shows itself to be, names that are names, and what is asked of storage."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from moto import mock_aws
from pydantic import ValidationError

from chalicelib.cases.evidence.contract import DeclareEvidence
from chalicelib.cases.evidence.files import EvidenceFiles
from chalicelib.cases.evidence.kinds import KINDS, MAX_NAME, fits, is_proper_name, is_what_it_says
from chalicelib.cases.evidence.service import Declared, Evidence
from chalicelib.shared.aws import Clients
from chalicelib.shared.errors import Unavailable
from tests.world import NOW

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DECLARED = Declared("借条.pdf", "application/pdf", 10, "a" * 64, "借条扫描件", "parties")


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


def box(major: bytes, *compatible: bytes) -> bytes:
    content = b"ftyp" + major + b"\0\0\0\0" + b"".join(compatible)
    return struct.pack(">I", len(content) + 4) + content + b"\0" * 100


SAMPLES = {
    "pdf": b"%PDF-1.7\n...",
    "jpeg": b"\xff\xd8\xff\xe0....",
    "png": b"\x89PNG\r\n\x1a\n....",
    "heic": box(b"heic", b"mif1"),
    "heif": box(b"mif1", b"mif1", b"heic"),
    "mp4": box(b"isom", b"mp41"),
    "mp4 of a phone": box(b"mp42", b"isom"),
    "m4a": box(b"M4A ", b"mp42"),
    "docx": zipped("[Content_Types].xml", "word/document.xml", "word/styles.xml"),
    # What none of the types is:
    "avif": box(b"avif", b"mif1"),
    "avif as mif1": box(b"mif1", b"avif"),
    "quicktime": box(b"qt  "),
    "xlsx": zipped("[Content_Types].xml", "xl/workbook.xml"),
    "gif": b"GIF89a....",
    "html": b"<!doctype html>",
    "exe": b"MZ\x90\0",
    "empty": b"",
    "a broken zip": b"PK\x03\x04 and nothing more",
    "a zip that says its directory is elsewhere": b"PK\x03\x04"
    + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 100, 2**31, 0),
}
ISO_VIDEO = {"mp4", "mp4 of a phone"}
ACCEPTED = {
    "application/pdf": {"pdf"},
    "image/jpeg": {"jpeg"},
    "image/png": {"png"},
    "image/heic": {"heic", "heif"},
    "video/mp4": ISO_VIDEO,
    "audio/mp4": {"m4a", *ISO_VIDEO},
    "audio/x-m4a": {"m4a", *ISO_VIDEO},
    DOCX: {"docx"},
}


@pytest.mark.parametrize("content_type", list(KINDS))
def test_a_type_takes_what_it_is_and_nothing_else(content_type: str) -> None:
    taken = {name for name, content in SAMPLES.items() if is_what_it_says(content_type, io.BytesIO(content))}
    assert taken == ACCEPTED[content_type]


def test_an_archive_with_a_directory_that_would_fill_the_memory_is_no_document() -> None:
    parts = [f"word/{number:0200d}" for number in range(4500)]
    assert not is_what_it_says(DOCX, io.BytesIO(zipped("[Content_Types].xml", "word/document.xml", *parts)))


@pytest.mark.parametrize("name", ["借条.pdf", "a b (1).pdf", "IMG_0001.JPG", "合同-2026.年.docx", "x" * MAX_NAME])
def test_plain_names_pass(name: str) -> None:
    assert is_proper_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../a.pdf",
        "a/b.pdf",
        "a\\b.pdf",
        "C:a.pdf",
        ".hidden.pdf",
        " a.pdf",
        "a.pdf ",
        "a.pdf.",
        "a\r\nX: 1.pdf",
        "a\0.pdf",
        "a\x85.pdf",
        "a\u2028.pdf",
        "a\u202efdp.exe",
        "a\u2066b.pdf",
        "a\u061cb.pdf",
        "a\u200bb.pdf",
        "\ufeffa.pdf",
        'a".pdf',
        "a<b>.pdf",
        "x" * (MAX_NAME + 1),
    ],
)
def test_what_is_more_than_a_name_does_not_pass(name: str) -> None:
    assert not is_proper_name(name)


def test_every_type_fits_its_own_endings_in_any_case_and_no_others() -> None:
    every = {ending for kind in KINDS.values() for ending in kind.endings}
    for kind in KINDS.values():
        fitting = {ending for ending in every if fits(f"a{ending.upper()}", kind.content_type)}
        assert fitting == set(kind.endings)


@pytest.mark.parametrize("name", ["../a.pdf", "a.docx", "a.pdf.exe", "a\u202efdp.pdf"])
def test_a_bad_name_is_refused_at_its_own_field(name: str) -> None:
    body = {"filename": name, "content_type": "application/pdf", "size": 1, "sha256": "0" * 64, "title": "t"}
    with pytest.raises(ValidationError) as refused:
        DeclareEvidence.model_validate(body)
    assert [(one["loc"], one["type"]) for one in refused.value.errors()] == [(("filename",), "filename")]


@pytest.fixture
def bucket() -> Iterator[tuple[Clients, EvidenceFiles]]:
    with mock_aws():
        clients = Clients()
        where: Any = {"LocationConstraint": "cn-north-1"}
        clients.s3.create_bucket(Bucket="evidence", CreateBucketConfiguration=where)
        clients.s3.put_bucket_versioning(Bucket="evidence", VersioningConfiguration={"Status": "Enabled"})
        yield clients, EvidenceFiles(clients, "evidence")


def test_an_upload_is_for_one_key_one_type_and_one_length(bucket: tuple[Clients, EvidenceFiles]) -> None:
    upload = bucket[1].start_upload("ID", DECLARED, NOW)
    policy = json.loads(base64.b64decode(upload.fields["policy"]))["conditions"]
    assert {"key": "evidence/quarantine/ID"} in policy
    assert {"Content-Type": "application/pdf"} in policy
    assert ["content-length-range", 10, 10] in policy
    assert not [rule for rule in policy if isinstance(rule, list) and rule[0] != "content-length-range"]
    assert upload.expires_at == NOW + timedelta(minutes=5)


def test_a_download_is_an_attachment_of_one_version_for_a_minute_at_most(
    bucket: tuple[Clients, EvidenceFiles],
) -> None:
    evidence = Evidence(
        "ID",
        "借条; \"x'.pdf",
        "t",
        "application/pdf",
        1,
        "",
        "parties",
        "available",
        "p1",
        "applicant",
        "",
        yours=True,
        version_id="V7",
    )
    url, _ = bucket[1].start_download(evidence, NOW)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert (asked["versionId"], asked["response-content-type"]) == ("V7", "application/pdf")
    assert int(asked["X-Amz-Expires"]) <= 60
    wanted = "attachment; filename*=UTF-8''%E5%80%9F%E6%9D%A1%3B%20%22x%27.pdf"
    assert asked["response-content-disposition"] == wanted


def test_what_is_kept_is_the_version_that_was_checked(bucket: tuple[Clients, EvidenceFiles]) -> None:
    clients, files = bucket
    content = b"%PDF-1.7\n" + b"x" * 5_000_000  # more than stays in memory
    digest = hashlib.sha256(content).hexdigest()
    assert files.inspect("ID", "application/pdf", len(content), digest) is None
    clients.s3.put_object(Bucket="evidence", Key="evidence/quarantine/ID", Body=content)
    found = files.inspect("ID", "application/pdf", len(content), digest)
    assert found is not None
    assert found.fault is None
    clients.s3.put_object(Bucket="evidence", Key="evidence/quarantine/ID", Body=b"replaced")
    kept = files.keep("ID", found.version_id)
    assert kept is not None
    files.discard("ID", found.version_id)
    assert files.keep("ID", found.version_id) is None
    got = clients.s3.get_object(Bucket="evidence", Key="evidence/kept/ID", VersionId=kept)
    assert got["Body"].read() == content
    assert files.inspect("ID", "application/pdf", 1, digest) is None


def test_storage_that_is_down_is_said_to_be_unavailable(bucket: tuple[Clients, EvidenceFiles]) -> None:
    clients, files = bucket

    def down(**_: Any) -> None:
        from botocore.exceptions import ConnectTimeoutError

        raise ConnectTimeoutError(endpoint_url="https://storage")

    clients.s3.meta.events.register("before-send.s3", down)
    with pytest.raises(Unavailable):
        files.inspect("ID", "application/pdf", 1, "")
    with pytest.raises(Unavailable):
        files.keep("ID", "v")
