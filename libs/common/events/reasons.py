"""Reasons that are closed lists of the code, each with its Chinese label."""

from enum import StrEnum


class NotAcceptedFor(StrEnum):
    """Why a case is not accepted (不予受理原因). That a unit says it is not its duty is none: that is a return."""

    OUT_OF_AREA = "out_of_area"
    OTHER_AUTHORITY = "other_authority"
    EMERGENCY_LINE = "emergency_line"
    LITIGATION = "litigation"
    ARBITRATION = "arbitration"
    RECONSIDERATION = "reconsideration"
    DISCIPLINE = "discipline"
    INFORMATION_DISCLOSURE = "information_disclosure"
    PETITION_CHANNEL = "petition_channel"
    IN_HANDLING_ELSEWHERE = "in_handling_elsewhere"
    NOTHING_NEW = "nothing_new"
    NO_MATTER_OF_GOVERNMENT = "no_matter_of_government"
    CONFIDENTIAL_MATTER = "confidential_matter"
    UNLAWFUL = "unlawful"
    NO_CONTENT = "no_content"


REASONS_ZH: dict[NotAcceptedFor, str] = {
    NotAcceptedFor.OUT_OF_AREA: "不属本地管辖",
    NotAcceptedFor.OTHER_AUTHORITY: "属党委、人大、政协、监察、法院、检察院、部队等职权范围",
    NotAcceptedFor.EMERGENCY_LINE: "属110、119、120、122等紧急专线",
    NotAcceptedFor.LITIGATION: "已经或应当通过诉讼解决",
    NotAcceptedFor.ARBITRATION: "已经或应当通过仲裁解决",
    NotAcceptedFor.RECONSIDERATION: "已经或应当通过行政复议解决",
    NotAcceptedFor.DISCIPLINE: "属纪检监察举报",
    NotAcceptedFor.INFORMATION_DISCLOSURE: "属政府信息公开申请",
    NotAcceptedFor.PETITION_CHANNEL: "已进入信访程序或信访已终结",
    NotAcceptedFor.IN_HANDLING_ELSEWHERE: "其他渠道正在办理",
    NotAcceptedFor.NOTHING_NEW: "同一事实已答复且无新情况",
    NotAcceptedFor.NO_MATTER_OF_GOVERNMENT: "不属政府管理事项",
    NotAcceptedFor.CONFIDENTIAL_MATTER: "涉及国家秘密、商业秘密或他人隐私",
    NotAcceptedFor.UNLAWFUL: "违反法律法规或公序良俗",
    NotAcceptedFor.NO_CONTENT: "无实质内容或恶意骚扰",
}
