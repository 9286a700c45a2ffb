"""What the page of a link says, in Chinese and English."""

from libs.common.web.frame import Words

PAGE: dict[str, Words] = {
    "ask": ("是否撤回您的诉求？", "Do you take your case back?"),
    "told": (
        "我们收到一条消息，称您要撤回这件诉求。是否撤回，只由您本人决定。",
        "We were told that you take this case back. Only you decide about that.",
    ),
    "case_no": ("诉求编号", "Number of the case"),
    "case_title": ("诉求标题", "Title"),
    "yes": ("是，我本人撤回", "Yes, I take it back"),
    "yes_means": ("诉求将办结，不再办理。", "The case ends, and nobody works on it any more."),
    "no": ("否，请继续办理", "No, go on with it"),
    "no_means": ("诉求照常办理，不受影响。", "It goes on as if nothing had been said."),
    "send": ("提交", "Send"),
    "once": (
        "本页面只能提交一次。您不必在此填写任何个人信息，工作人员也不会向您索要本链接。",
        "You can send this once. You need not tell anything about yourself, and no member of staff asks for this link.",
    ),
    "withdrawn": ("已按您的意思撤回", "Your case was taken back"),
    "withdrawn_means": (
        "该诉求已办结。如非您本意，请拨打 12345。",
        "It has ended. If that is not what you want, call 12345.",
    ),
    "waits": ("已记录您的意思", "Your answer was noted"),
    "waits_means": (
        "该诉求还有其他诉求人。所有人都确认后才会撤回，在此之前照常办理。",
        "Others brought this case in with you. It ends when all of them take it back, and goes on until then.",
    ),
    "goes_on": ("您的诉求继续办理", "Your case goes on"),
    "goes_on_means": ("已记录您没有撤回。", "It was noted that you do not take it back."),
    "spent": ("此链接已失效", "This link opens nothing any more"),
    "spent_means": (
        "链接已经使用、已经过期，或所询问的事项已经结束。没有作任何改动。需要撤回或继续办理诉求，请拨打 12345。",
        "It was used, its time is over, or what it asked about has ended. Nothing was changed. To take your case back, "
        "or to have it go on, call 12345.",
    ),
}
