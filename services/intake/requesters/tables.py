"""Who spoke, sealed: the columns open only in the vault."""

from sqlmodel import Field

from libs.common.database.columns import check, index
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
