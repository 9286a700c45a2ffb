"""Alembic's entry to the history of analytics."""

from libs.common.database.migrate import run_env
from services.analytics.tables import Base

run_env(Base.metadata)
