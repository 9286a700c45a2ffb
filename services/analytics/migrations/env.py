"""Runs the history of analytics on the connection that the library opened."""

from libs.common.database.migrate import run_env
from services.analytics.tables import Base

run_env(Base.metadata)
