"""Why a file is not taken, as answers to a person."""

from __future__ import annotations

from chalicelib.shared.errors import Conflict
from chalicelib.shared.texts import Text


class EvidenceLimit(Conflict):
    """More files than a case may have."""

    slug = "evidence-limit"
    title = Text("材料数量已达上限", "The case has as much evidence as it may have")
    remedy = Text("每案最多 500 份材料；请合并后再提交。", "500 files a case; put several into one.")


class EvidenceFinalised(Conflict):
    """A file that was checked before."""

    slug = "evidence-finalised"
    title = Text("该材料已核验完毕", "This evidence was checked already")
    remedy = Text("材料一经核验不能更换；如需更正请另行提交。", "It cannot be replaced; submit another file.")


class EvidenceNotUploaded(Conflict):
    """A file that is to be checked before it has arrived."""

    slug = "evidence-not-uploaded"
    title = Text("尚未收到文件", "The file has not arrived")
    remedy = Text("请先按 upload 中的地址上传文件，再确认。", "Upload it as `upload` says, then complete it.")
