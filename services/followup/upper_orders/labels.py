"""The words of a printed answer (回复), in Chinese and in English."""

from collections.abc import Mapping
from types import MappingProxyType

from libs.common.web.frame import Words

REPLY: Words = ("上级交办事项办理情况回复", "Answer to an order from above")
ABOUT: Mapping[str, Words] = MappingProxyType(
    {
        "body": ("交办单位", "To"),
        "number": ("上级编号", "Its number"),
        "case_no": ("工单编号", "Our number"),
        "title": ("事项", "Matter"),
        "due": ("上级时限", "Due"),
        "state": ("状态", "State"),
    }
)
TEXTS: Mapping[str, Words] = MappingProxyType(
    {
        "findings": ("调查情况", "What was found"),
        "measures": ("办理情况", "What was done"),
        "opinion": ("答复意见", "The answer"),
    }
)
EVIDENCE: Words = ("佐证附件（SHA-256）", "Files, by SHA-256")
SIGNED: Mapping[str, Words] = MappingProxyType(
    {
        "written": ("拟稿", "Written"),
        "decided": ("审核", "Approved"),
        "sent": ("报送", "Sent"),
    }
)
NOT_YET: Words = ("未经审核，不得报送", "Not approved: not to be sent")
