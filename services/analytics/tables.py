"""The base of the tables of analytics, which stand in its own schema; each matter has its own."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel


class Base(SQLModel):
    """Base of this service's tables."""

    metadata = MetaData()
