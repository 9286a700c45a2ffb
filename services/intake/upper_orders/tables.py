"""Which case an order from above is."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from libs.common.database.columns import check, moment_column, refers
from services.intake.tables import Base


class UpperOrderCase(Base, table=True):
    """An order from above (上级交办) and its case: of one body each number is one order."""

    __tablename__ = "upper_order"
    __table_args__ = (
        refers("upper_order", "case_id", "cases", at_commit=True),
        UniqueConstraint("number", "body", name="upper_order_number_key"),
        check("upper_order_edition_check", "edition > 0"),
    )

    case_id: str = Field(primary_key=True)
    body: str
    number: str
    due_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    """The deadline that it came with last, if it named one."""
    edition: int = 1
    """How many deadlines it has come with."""
