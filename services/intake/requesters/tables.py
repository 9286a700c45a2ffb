"""Who spoke, sealed: the columns open only in the vault."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column
from services.intake.tables import Base


class Requester(Base, table=True):
    """Who said it (诉求人); no row when nobody did. ``phone_index`` finds a phone without storing it."""

    __tablename__ = "requester"
    __table_args__ = (
        check("requester_phone_index_check", "length(phone_index) = 16"),
        index("requester_phone_idx", "phone_index", where="phone_index IS NOT NULL"),
    )

    case_id: str = Field(primary_key=True)
    sealed_name: bytes | None
    sealed_phone: bytes | None
    sealed_id_no: bytes | None
    sealed_home: bytes | None
    phone_index: bytes | None


class CaseKey(Base, table=True):
    """The key under which all that is sealed of one case is sealed (数据密钥), wrapped by the vault's.

    No row where nothing is sealed, or where all of it was sealed by a release that knew the vault's key alone.
    """

    __tablename__ = "case_key"
    __table_args__ = (check("case_key_destroyed", "(wrapped IS NULL) = (destroyed_at IS NOT NULL)"),)

    case_id: str = Field(primary_key=True)
    wrapped: bytes | None
    destroyed_at: datetime | None = Field(sa_column=moment_column(nullable=True))
