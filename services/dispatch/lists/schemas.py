"""What is sent and answered about the lists of a case."""

from pydantic import AwareDatetime

from libs.common.web.fields import AnswerBody, LongText, RequestBody, Version


class FillList(RequestBody):
    """清单填报: what the list says from now on, whole."""

    text: LongText


class CaseListOut(AnswerBody):
    """One edition of a list (四清单): the last of each code holds."""

    version: Version
    list_code: str
    edition: int
    text: str
    filled_by: str
    filled_by_unit: str | None
    filled_at: AwareDatetime
