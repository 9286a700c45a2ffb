"""Alembic's entry to the history of followup."""

from libs.common.database.migrate import run_env
from services.followup.tables import Base

run_env(Base.metadata)
