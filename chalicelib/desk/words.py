"""What stands on desks, in words for the staff."""

from __future__ import annotations

from typing import Final

from chalicelib.shared.texts import Text

KIND_NAMES: Final[dict[str, Text]] = {
    "case": Text("案件", "Case"),
    "appointment": Text("预约", "Session"),
    "bad_rating": Text("差评", "Bad rating"),
    "appeal": Text("申诉", "Appeal"),
    "challenge": Text("更换调解员申请", "Request for another mediator"),
    "identity": Text("身份核验", "Identity to check"),
    "voice": Text("诉求建议", "Voice"),
    "recommendation": Text("委员建议", "Recommendation"),
    "escalation": Text("督办", "Escalation"),
}

SESSION_STATUSES: Final[dict[str, Text]] = {
    "requested": Text("待确认", "To be confirmed"),
    "confirmed": Text("待登记结果", "To be reported"),
}

HANDLING_STATUSES: Final[dict[str, Text]] = {
    "opened": Text("待联系", "To be contacted"),
    "contacted": Text("已联系，待整改", "Contacted, to be put right"),
    "fixing": Text("整改中", "Being put right"),
    "replied": Text("已答复，待办结", "Replied to, to be closed"),
}

WAITING_NAMES: Final[dict[str, Text]] = {
    "organisation": Text("调解组织", "the organisation"),
    "mediator": Text("调解员", "the mediator"),
    "court": Text("人民法院", "the court"),
    "reviewer": Text("复核人员", "the reviewer"),
    "supervisor": Text("督办人员", "the supervisor"),
}

HOLD: Final = "appointment_hold"
"""The rule of a request's hold; its hours stand in `rules/appointments.json`."""

HOLD_TITLE: Final = Text("预约保留时间", "How long a requested session is held")

ARRIVED: Final[dict[str, Text]] = {
    "case": Text("有一件案件等待您处理：{title}", "A case waits for you: {title}"),
    "appointment": Text("有一次调解预约等待您处理：{title}", "A session waits for you: {title}"),
    "bad_rating": Text("收到差评，请在期限内联系：{title}", "A bad rating came in; make contact in time: {title}"),
    "appeal": Text("收到申诉，请在期限内复核：{title}", "An appeal came in; decide it in time: {title}"),
    "challenge": Text("有一方申请更换调解员，请答复：{title}", "A party asks for another mediator: {title}"),
    "escalation": Text("有一项期限已过，提请督办：{title}", "A due date has passed and was escalated: {title}"),
}
