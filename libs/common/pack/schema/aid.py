"""Aid and referrals (救助帮扶): their kinds."""

from pydantic import Field

from libs.common.pack.schema.base import CodedReason, Model


class AidKind(CodedReason):
    """救助类别. ``pays``: whether a grant of it names an amount; else it is a referral (转介)."""

    pays: bool = True


def _kind(code: str, name: str, name_en: str, *, pays: bool = True) -> AidKind:
    return AidKind(code=code, name=name, name_en=name_en, pays=pays)


class AidRules(Model):
    """救助帮扶."""

    kinds: tuple[AidKind, ...] = Field(
        default=(
            _kind("minimum_living", "最低生活保障（低保）", "Minimum living allowance"),
            _kind("destitute", "特困人员供养", "Support of the destitute"),
            _kind("temporary", "临时救助", "Temporary aid"),
            _kind("medical", "医疗救助", "Medical aid"),
            _kind("referral", "转介服务", "Referral to a service", pays=False),
        ),
        min_length=1,
    )
