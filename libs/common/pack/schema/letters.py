"""Letters (发函商请、督办函、交办单): their kinds with the rule of their numbers, and which offices write them."""

from typing import Annotated

from pydantic import Field

from libs.common.pack.schema.base import CodedReason, Model, UnitCode

OfficeWord = Annotated[str, Field(pattern=r"^[^\s\d{}]{1,20}$")]
"""What stands for an office in a number (机关代字), such as 翠街; without digits."""


class LetterKind(CodedReason):
    """函件种类. ``number`` writes its number (发文字号) with the places ``{office}``, ``{year}`` and ``{number}``."""

    number: str = Field(min_length=1, max_length=60)
    days: int = Field(default=5, ge=1, le=90)
    """Within how many working days a reply is due, where the letter names no others."""
    another_signs: bool = True
    """Whether a person other than who drafted it signs it off (签发)."""


class LetterOffice(Model):
    """发函机关: a unit that writes letters, and its word in their numbers."""

    unit: UnitCode
    word: OfficeWord


def _kind(code: str, name: str, name_en: str, number: str, days: int) -> LetterKind:
    return LetterKind(code=code, name=name, name_en=name_en, number=number, days=days)


class LetterRules(Model):
    """发函. Where no office is named nobody writes letters."""

    kinds: tuple[LetterKind, ...] = Field(
        default=(
            _kind("request", "商请函", "Letter of request", "{office}函〔{year}〕{number}号", 5),
            _kind("supervision", "督办函", "Supervision letter", "{office}督函〔{year}〕{number}号", 5),
            _kind("assignment", "交办单", "Assignment order", "{office}交办〔{year}〕{number}号", 10),
        ),
        min_length=1,
    )
    offices: tuple[LetterOffice, ...] = ()
