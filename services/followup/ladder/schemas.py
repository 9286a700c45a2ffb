"""What is answered to who lets timers fire again."""

from libs.common.web.fields import AnswerBody


class RetriedOut(AnswerBody):
    """How many failed timers of a case wait to fire again."""

    case_id: str
    retried: int
