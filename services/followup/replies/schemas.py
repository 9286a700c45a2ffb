"""What a reply takes."""

from libs.common.web.fields import LongText, RequestBody


class ReplySupervision(RequestBody):
    """督办回复."""

    reply: LongText
