"""The language that the caller prefers, and sentences that repeat nothing."""

from typing import Annotated, Literal, get_args

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core.core_schema import ErrorType

from libs.common.errors import Conflict, StaleVersion
from libs.common.web.field_messages import field_errors
from libs.common.web.fields import Moment, fault
from libs.common.web.problems import CHINESE, ENGLISH, language_of, problem_body

CANARY = "13812345678"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", ENGLISH),
        ("zh", CHINESE),
        ("zh-CN,zh;q=0.9,en;q=0.8", CHINESE),
        ("zh-Hans-CN", CHINESE),
        ("en-GB,en;q=0.9,zh;q=0.8", ENGLISH),
        ("en;q=0.5, zh;q=0.6", CHINESE),
        ("zh;q=0", ENGLISH),
        ("fr, zh;q=0.1", CHINESE),
        ("*", ENGLISH),
        ("zh;q=0.5, *;q=0.8", ENGLISH),
        ("zh;q=9, \x00,,;;", ENGLISH),
        ("zh," * 100_000, CHINESE),
    ],
)
def test_language(header: str, language: str) -> None:
    assert language_of(header) == language


def test_both_languages_of_one_problem() -> None:
    problem = Conflict("It is closed", "已办结", extra={"state": "closed", "status": 200})
    assert problem_body(problem, ENGLISH, "r-1") == {
        "type": "urn:huiyin:problem:conflict",
        "title": "Not possible in the present state",
        "status": 409,
        "detail": "It is closed",
        "instance": "urn:huiyin:request:r-1",
        "state": "closed",
    }
    chinese = problem_body(problem, CHINESE, "r-1")
    assert (chinese["title"], chinese["detail"]) == ("当前状态不允许此操作", "已办结")


def test_a_problem_without_words_of_its_own_has_only_its_title() -> None:
    assert "detail" not in problem_body(StaleVersion(), ENGLISH, "r-1")


class Sample(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=2, max_length=5)] = "abc"
    code: Annotated[str, Field(pattern="^[0-9]+$")] = "1"
    size: Annotated[int, Field(strict=True, ge=1, le=9)] = 1
    kind: Literal["a", "b"] = "a"
    at: Moment | None = None
    items: list[dict[str, int]] = []


@pytest.mark.parametrize(
    ("field", "value", "english", "chinese"),
    [
        ("name", CANARY, "must have at most 5 characters", "最多 5 个字符"),
        ("name", 5, "must be text", "须为文本"),
        ("code", f"x{CANARY}", "does not have the right form", "格式不正确"),
        ("size", CANARY, "must be a whole number", "须为整数"),
        ("size", 13, "must be 9 or less", "须不大于 9"),
        ("kind", CANARY, "must be one of: 'a' or 'b'", "须为以下之一：'a' or 'b'"),
        ("at", CANARY, "must be an RFC 3339 time with its zone", "须为带时区的 RFC 3339 时间"),
        ("items", {CANARY: 1}, "must be a list", "须为列表"),
        ("other", CANARY, "is not a known field", "未知字段"),
    ],
)
def test_sentence(field: str, value: object, english: str, chinese: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Sample.model_validate({field: value})
    (wrong,) = field_errors(refused.value.errors())
    assert (wrong.field, wrong.message, wrong.message_zh) == (field, english, chinese)


def test_a_name_that_is_made_of_input_is_not_repeated() -> None:
    for key in (CANARY, "张三 身份证", "x" * 65):
        with pytest.raises(ValidationError) as refused:
            Sample.model_validate({key: 1, "items": [{key: "x"}]})
        fields = [wrong.field for wrong in field_errors(refused.value.errors())]
        assert sorted(fields) == ["?", "items/0/?"]


@pytest.mark.parametrize("error", get_args(ErrorType))
def test_every_error_of_pydantic_has_a_sentence_that_needs_no_input(error: str) -> None:
    (wrong,) = field_errors([{"type": error, "loc": ("body", "x"), "msg": CANARY, "ctx": {}, "input": CANARY}])
    assert wrong.field == "x"
    assert CANARY not in wrong.message + wrong.message_zh


def test_an_error_of_our_own_brings_both_languages() -> None:
    error = fault("odd", "must be even", "须为偶数")
    (wrong,) = field_errors([{"type": "odd", "loc": (), "msg": error.message(), "ctx": error.context}])
    assert (wrong.field, wrong.message, wrong.message_zh) == ("body", "must be even", "须为偶数")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("phone_13999988884", "?"),
        ("a1b2c3d4e5f6g7", "?"),
        ("phone_139999", "phone_139999"),
        ("v2026_01", "v2026_01"),
        ("card４５６７８９０", "?"),
    ],
)
def test_a_made_up_name_that_may_be_somebodys_number_is_not_repeated(name: str, shown: str) -> None:
    (wrong,) = field_errors([{"type": "extra_forbidden", "loc": ("body", name), "msg": "", "input": 1}])
    assert wrong.field == shown
