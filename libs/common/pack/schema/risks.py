"""Group and risk matters (群体性、风险事项): what makes a case one, and who is told at once."""

from pydantic import Field

from libs.common.pack.schema.base import CodedReason, ItemCode, Model


class RiskKind(CodedReason):
    """风险类别: met by one of its ``words``, by so many ``people``, or by so much money; a person may report any."""

    words: tuple[str, ...] = ()
    people: int | None = Field(default=None, ge=2, le=1_000_000)
    amount_yuan: int | None = Field(default=None, ge=1, le=10_000_000_000)


class RiskRules(Model):
    """风险上报. Where no post is named nothing is reported."""

    post: ItemCode | None = None
    """值班领导岗位: whoever holds it nearest to the place of the case is told."""
    within_minutes: int = Field(default=30, ge=1, le=1_440)
    """Within how many minutes one of them has to acknowledge it."""
    kinds: tuple[RiskKind, ...] = Field(
        default=(
            RiskKind(
                code="group", name="群体性事项", name_en="A group of people", words=("集体上访", "聚众"), people=30
            ),
            RiskKind(code="money", name="大额涉稳事项", name_en="Much money", amount_yuan=1_000_000),
            RiskKind(code="safety", name="重大安全风险", name_en="Danger to life", words=("轻生", "自焚", "爆炸")),
        ),
        min_length=1,
    )
