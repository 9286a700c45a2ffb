"""Alembic's entry to the history of intake."""

from libs.common.database.migrate import run_env
from services.intake.tables import Base

run_env(Base.metadata)
