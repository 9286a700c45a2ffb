"""The base of intake's tables, which stand in the schema of the service. Each matter has its own ``tables.py``."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel


class Base(SQLModel):
    """Base of this service's tables."""

    metadata = MetaData()
