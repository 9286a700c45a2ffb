"""The tables of accounts. None holds a password, a phone, a token or a whole address: only what knows them again."""

from datetime import datetime

from sqlmodel import Field

from libs.common.database.columns import check, index, moment_column, one_of, refers, texts_column, word_column
from services.dispatch.accounts.domain.steps import Step
from services.dispatch.cases.tables import Base


class StaffAccount(Base, table=True):
    """The account of a member of staff (本地账号). ``phone_index`` finds a phone without storing it."""

    __tablename__ = "staff_account"
    __table_args__ = (
        check("staff_account_phone_index_check", "length(phone_index) = 16"),
        check("staff_account_totp_check", "(totp_since IS NULL AND totp_step IS NULL) OR sealed_totp IS NOT NULL"),
        index("staff_account_phone_idx", "phone_index", where="phone_index IS NOT NULL", unique=True),
    )

    staff_id: str = Field(primary_key=True)
    password_hash: str
    password_at: datetime = Field(sa_column=moment_column())
    first_until: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    """The password is a first one, and good until then."""
    phone_index: bytes | None = None
    phone_index_key: str | None = None
    """Which key of the index made it; None in accounts of before."""
    disabled_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    sealed_totp: bytes | None = None
    totp_since: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
    """Empty while a secret was given and no code of it was shown yet."""
    totp_step: int | None = None
    """Of the code that was used last."""
    recovery: list[str] = Field(sa_column=texts_column())
    """Fingerprints of the recovery codes that are left."""
    made_at: datetime = Field(sa_column=moment_column())
    signed_in_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))


class StaffSession(Base, table=True):
    """One signing in and what it goes on with (登录会话): on which device, from which network, until when."""

    __tablename__ = "staff_session"
    __table_args__ = (
        refers("staff_session", "staff_id", "staff_account"),
        one_of("staff_session", "step", Step),
        index("staff_session_staff_idx", "staff_id", "begun_at DESC", "session_id DESC"),
        index("staff_session_family_idx", "family", unique=True),
        index("staff_session_ends_idx", "ends_at"),
    )

    session_id: str = Field(primary_key=True)
    staff_id: str
    family: str
    """Digest of the part that all tokens of this session begin with."""
    secret: str
    before: str | None
    turned_at: datetime = Field(sa_column=moment_column())
    used: bool
    step: Step = Field(sa_column=word_column(Step))
    code_shown: bool
    unit_code: str | None
    device: str
    network: str
    begun_at: datetime = Field(sa_column=moment_column())
    used_at: datetime = Field(sa_column=moment_column())
    ends_at: datetime = Field(sa_column=moment_column())
    ended_at: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))


class SignInTries(Base, table=True):
    """How often somebody tried in vain, by the fingerprint of a name or of an address."""

    __tablename__ = "sign_in_tries"
    __table_args__ = (
        check("sign_in_tries_count_check", "count >= 0"),
        index("sign_in_tries_counted_idx", "counted_at"),
    )

    name: str = Field(primary_key=True)
    count: int
    counted_at: datetime = Field(sa_column=moment_column())
    until: datetime | None = Field(default=None, sa_column=moment_column(nullable=True))
