"""The words of a printed letter, in Chinese and in English, and the fields that a template may name."""

from collections.abc import Mapping
from types import MappingProxyType

from libs.common.web.frame import Words

FIELDS: Mapping[str, Words] = MappingProxyType(
    {
        "no": ("文号", "Number"),
        "kind": ("函种", "Kind"),
        "office": ("发函单位", "From"),
        "to": ("主送单位", "To"),
        "subject": ("标题", "Subject"),
        "body": ("正文", "Text"),
        "case_no": ("工单编号", "Case number"),
        "case_title": ("事项", "Matter"),
        "case_text": ("诉求内容", "What is asked for"),
        "days": ("时限天数", "Working days"),
        "due": ("复函期限", "Reply due"),
        "date": ("发函日期", "Sent"),
        "drafted_by": ("拟稿人", "Drafted by"),
        "signed_by": ("签发人", "Signed off by"),
        "reply": ("复函内容", "Reply"),
        "evidence": ("复函附件", "Files, by SHA-256"),
        "reminder": ("催复内容", "Reminder"),
    }
)
"""By their codes; a template names a field by its code or by its Chinese word: ``{{no}}``, ``{{文号}}``."""
WORKING_DAYS: Words = ("个工作日", "working days")
"""What stands after their number."""
NOT_SENT: Words = ("未经签发，不得发出", "Not signed off: not to be sent")
WITHDRAWN: Words = ("本函已撤回", "Withdrawn")
