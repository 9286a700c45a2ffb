"""What is wrong with a field is said in the words of its kind."""

from pydantic import ValidationError

from libs.common.web.field_messages import field_errors
from libs.common.web.fields import LongText, RequestBody


class Words(RequestBody):
    """A body with one text."""

    text: LongText


def test_an_empty_text_lacks_characters_not_items() -> None:
    try:
        Words.model_validate({"text": "  "})
    except ValidationError as error:
        (fault,) = field_errors(error.errors())
    assert (fault.field, fault.message) == ("text", "must have at least 1 characters")
    assert fault.message_zh == "至少 1 个字符"
