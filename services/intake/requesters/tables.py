"""Who spoke, sealed: the columns open only in the vault."""

from sqlmodel import Field

from services.intake.tables import Base


class Requester(Base, table=True):
    """Who said it (诉求人); no row when nobody did. ``phone_index`` finds a phone without storing it."""

    __tablename__ = "requester"

    case_id: str = Field(primary_key=True)
    sealed_name: bytes | None
    sealed_phone: bytes | None
    sealed_id_no: bytes | None
    sealed_home: bytes | None
    phone_index: bytes | None
