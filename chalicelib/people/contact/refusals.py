"""Why a one-time code proves nothing."""

from __future__ import annotations

from typing import Self

from chalicelib.shared.errors import BadRequest, Conflict
from chalicelib.shared.texts import Text


class WrongOneTimeCode(BadRequest):
    """Six digits that are not the ones that left."""

    slug = "one-time-code-wrong"
    title = Text("验证码不正确", "This is not the code")
    remedy = Text("请核对短信中的六位数字。", "Check the six digits in the text.")

    @classmethod
    def with_left(cls, tries: int) -> Self:
        """Return the refusal that says how often the code can still be tried."""
        if tries > 0:
            return cls(Text(f"请核对后再输入，还可以尝试 {tries} 次。", f"Check it; tries left: {tries}."))
        return cls(Text("请重新获取验证码。", "Ask for a new code: this one was tried too often."))


class OneTimeCodeOver(Conflict):
    """A code that has run out, was tried too often, was used, or never left."""

    slug = "one-time-code-over"
    title = Text("没有可用的验证码", "There is no code that holds")
    remedy = Text("请重新获取验证码；以最近一次的为准。", "Ask for a new code; only the newest one holds.")


class ContactChanged(Conflict):
    """The person's number, or what left for it, changed meanwhile; it is decided anew."""
