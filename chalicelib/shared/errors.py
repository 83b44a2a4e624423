"""Errors are answers to a person: a stable slug, what is wrong, what to do.

    YimaError
    ├── BadRequest                400
    │   ├── InvalidRequest            invalid-request
    │   ├── BadCursor                 bad-cursor
    │   └── IdempotencyKeyMissing     idempotency-key-missing
    ├── NotSignedIn               401 not-signed-in
    ├── NotAllowed                403 not-allowed
    ├── NotFound                  404 not-found
    ├── MethodNotAllowed          405 method-not-allowed
    ├── Conflict                  409 conflict
    ├── Stale                     412 stale
    ├── TooLarge                  413 too-large
    ├── NotJson                   415 not-json
    ├── IdempotencyKeyReused      422 idempotency-key-reused
    ├── TooManyRequests           429 too-many-requests
    ├── InternalError             500 internal-error
    └── Unavailable               503 unavailable

A context adds its own leaves beside its model. `GET /problems/{slug}` explains every one of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar, NamedTuple, Self

from chalicelib.shared.texts import Text


class Violation(NamedTuple):
    """One thing wrong with a request: where (RFC 6901 pointer or parameter name), which rule, in words."""

    pointer: str
    code: str
    message: str


class YimaError(Exception):
    """The root of every error that has an answer. Subclasses set `slug`, `status`, `title` and `remedy`.

    `code`: of the case that the caller is pointed at, where the answer is about another one of theirs.
    """

    slug: ClassVar[str] = ""
    status: ClassVar[int] = 500
    title: ClassVar[Text]
    remedy: ClassVar[Text]
    retry_after_seconds: int | None = None
    code: str | None = None

    def __init__(self, detail: Text | None = None, *, violations: tuple[Violation, ...] = ()) -> None:
        super().__init__(self.slug)
        self.detail = detail
        self.violations = violations


def every_error(root: type[YimaError] = YimaError) -> Iterator[type[YimaError]]:
    """Yield every class below `root` that has a slug of its own, in the order of definition."""
    for error in root.__subclasses__():
        if "slug" in error.__dict__:
            yield error
        yield from every_error(error)


class BadRequest(YimaError):
    """The request cannot be read as what it should be."""

    status = 400


class InvalidRequest(BadRequest):
    """A field, a parameter or the whole body breaks its rules."""

    slug = "invalid-request"
    title = Text("请求内容有误", "The request is not valid")
    remedy = Text("请按 errors 中逐项提示修改后重试。", "Correct what `errors` lists, then send the request again.")


class BadCursor(BadRequest):
    """A cursor that was not issued for this caller, this list and this filter."""

    slug = "bad-cursor"
    title = Text("翻页标记无效", "The cursor is not valid here")
    remedy = Text(
        "翻页标记只能用于取得它的同一用户、同一列表和同一筛选条件；请从第一页重新开始。",
        "A cursor serves only the caller, the list and the filter it was issued for. Start again without it.",
    )


class IdempotencyKeyMissing(BadRequest):
    """A changing request without a usable `Idempotency-Key`."""

    slug = "idempotency-key-missing"
    title = Text("缺少幂等键", "The Idempotency-Key header is missing")
    remedy = Text(
        "请为每次操作生成一个新的 Idempotency-Key（1–255 个可见 ASCII 字符），重试时沿用同一个。",
        "Send an `Idempotency-Key` of 1 to 255 visible ASCII characters: new for each act, the same on a retry.",
    )


class NotSignedIn(YimaError):
    """No token, or one that does not hold."""

    slug = "not-signed-in"
    status = 401
    title = Text("请先登录", "You are not signed in")
    remedy = Text("请重新登录后再试。", "Sign in again, and send the new token.")


class NotAllowed(YimaError):
    """A person who may see the thing, but not do this to it."""

    slug = "not-allowed"
    status = 403
    title = Text("您没有进行此操作的权限", "You may not do this")
    remedy = Text("请由有相应职责的人员办理。", "Ask someone whose role allows it.")


class NotFound(YimaError):
    """Nothing there, or nothing that is the caller's."""

    slug = "not-found"
    status = 404
    title = Text("没有找到", "There is nothing here for you")
    remedy = Text("请核对地址或编码；如果是他人的事项，您无法查看。", "Check the address or the code.")


class MethodNotAllowed(YimaError):
    """A path that exists, asked for with a method that it does not have."""

    slug = "method-not-allowed"
    status = 405
    title = Text("不支持此请求方法", "This address does not support that method")
    remedy = Text("请查阅接口说明 /v1/openapi.json。", "See /v1/openapi.json for what this address supports.")


class Conflict(YimaError):
    """The thing changed while the request was under way."""

    slug = "conflict"
    status = 409
    title = Text("内容已发生变化", "It changed in the meantime")
    remedy = Text("请刷新后重试。", "Read it again, then decide again.")


class Stale(YimaError):
    """`If-Match` names a version that is no longer the current one."""

    slug = "stale"
    status = 412
    title = Text("您看到的版本已过期", "You acted on an old version")
    remedy = Text("请刷新后重试。", "Read it again, then send the change with the new ETag.")


class TooLarge(YimaError):
    """A body over the limit, or texts that together are more than can be kept in one place."""

    slug = "too-large"
    status = 413
    title = Text("内容过大", "The request is too large")
    remedy = Text(
        "请求正文不得超过 256 KB；文件请作为材料上传。", "A body may be 256 KB at most; upload files as evidence."
    )


class NotJson(YimaError):
    """A body that is not declared as JSON."""

    slug = "not-json"
    status = 415
    title = Text("请求正文必须是 JSON", "The body must be JSON")
    remedy = Text("请设置 Content-Type: application/json。", "Send `Content-Type: application/json`, in UTF-8.")


class IdempotencyKeyReused(YimaError):
    """An `Idempotency-Key` that came before with another body."""

    slug = "idempotency-key-reused"
    status = 422
    title = Text("幂等键已用于另一请求", "This Idempotency-Key was used for another request")
    remedy = Text("请为新的操作生成新的 Idempotency-Key。", "Use a new `Idempotency-Key` for a new act.")


class TooManyRequests(YimaError):
    """More than the caller's share."""

    slug = "too-many-requests"
    status = 429
    retry_after_seconds = 5
    title = Text("请求过于频繁", "Too many requests")
    remedy = Text("请在 Retry-After 指定的秒数之后重试。", "Wait as many seconds as `Retry-After` says.")

    @classmethod
    def until(cls, seconds: float) -> Self:
        """Return the refusal of somebody who may try again after so many seconds."""
        refusal = cls()
        refusal.retry_after_seconds = max(1, math.ceil(seconds))
        return refusal


class InternalError(YimaError):
    """A fault of ours; the request id finds it in the logs."""

    slug = "internal-error"
    status = 500
    title = Text("系统内部错误", "Something went wrong on our side")
    remedy = Text(
        "请稍后重试；如仍失败，请提供 instance 中的编号。", "Try again later; if it persists, tell us the `instance`."
    )


class Unavailable(YimaError):
    """Something we depend on does not answer. Nothing was lost."""

    slug = "unavailable"
    status = 503
    retry_after_seconds = 2
    title = Text("服务暂时不可用", "The service is briefly unavailable")
    remedy = Text(
        "请在 Retry-After 指定的秒数之后，用同一个幂等键重试。",
        "Wait as many seconds as `Retry-After` says, then retry with the same Idempotency-Key.",
    )
