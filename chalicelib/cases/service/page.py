"""The page behind a link: what the invitation says, and a page that helps where there is none."""

from __future__ import annotations

from chalicelib.cases.service.words import DECLINE, JOIN, Particulars, local
from chalicelib.shared.texts import Language, Text
from chalicelib.web.answers import Answer
from chalicelib.web.pages import Page


def draw_invitation(said: Particulars, language: Language) -> Answer:
    """Return the page of an invitation."""
    page = Page(Text("调解邀请", "An invitation to mediation"), language)
    page.paragraph(
        said.fill(
            Text(
                "{applicant}因{kind}向{organisation}申请调解，您是被申请的一方。为保护隐私，姓名只显示一部分。",
                "{applicant} asked {organisation} to mediate a dispute ({kind}) with you. Names are shown in part, "
                "to protect everybody's privacy.",
            )
        )
    )
    provisional = Text(
        "（暂定，以国家公布的节假日安排为准）", " (provisional: that year's holidays are not published yet)"
    )
    until = local(said.until)
    page.facts(
        [
            (Text("邀请的是", "Invited"), said.respondent),
            (Text("纠纷类型", "Kind of dispute"), said.kind),
            (Text("调解组织", "Organisation"), said.organisation),
            (
                Text("请在此之前答复", "Please answer by"),
                Text(until, until) if not said.provisional else Text(until + provisional.zh, until + provisional.en),
            ),
        ]
    )
    page.heading(Text("怎样加入", "How to join"))
    page.paragraph(
        Text(
            "请在手机上的“一码”应用中打开本链接，登录后加入。只有被邀请的本人可以加入。",
            "Open this link in the Yima app on your phone, and sign in to join. Only the person who is invited can.",
        )
    )
    for heading, text in (
        (Text("加入意味着什么", "What it means to join"), JOIN),
        (Text("不同意调解", "To decline"), DECLINE),
        (Text("不答复", "Not to answer"), said.silence),
    ):
        page.heading(heading)
        page.paragraph(text)
    page.heading(Text("有疑问", "Questions"))
    page.facts([(said.organisation, said.address)])
    if said.phone is not None:
        page.call(Text("电话：", "Phone:"), said.phone)
    page.paragraph(
        Text(
            "这不是法院传票。调解不收取您的密码、验证码或者转账；索要这些的，请勿相信。",
            "This is no court summons. Nobody who mediates asks you for passwords, codes or money: do not give them.",
        )
    )
    return page.answer()


def draw_no_invitation(language: Language) -> Answer:
    """Return the page of a link that invites nobody (any more)."""
    page = Page(Text("此邀请已不能使用", "This invitation cannot be used"), language)
    page.paragraph(
        Text(
            "链接可能输入有误、已经使用，或者已过有效期；也可能案件已经结束。",
            "The link may be mistyped, used already, or over; or the case may have ended.",
        )
    )
    page.heading(Text("可以这样做", "What you can do"))
    page.paragraph(
        Text(
            "对照短信或信函，完整地重新打开链接。已经加入的，请在“一码”应用中登录查看案件。",
            "Open the whole link again, as it stands in the text or letter. If you have joined already, sign in to the "
            "Yima app and see the case there.",
        )
    )
    page.paragraph(
        Text(
            "仍打不开的，请致电短信或信函中的调解组织；不知道是哪个组织的，可拨打公共法律服务热线。",
            "If it still does not open, call the organisation named in the text or letter; if you do not know which, "
            "call the public legal service hotline.",
        )
    )
    page.call(Text("公共法律服务热线：", "Public legal service hotline:"), "12348")
    return page.answer(404)
