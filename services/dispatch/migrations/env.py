"""Runs the history of dispatch on the connection that the library opened."""

from libs.common.database.migrate import run_env
from services.dispatch.cases.tables import Base

run_env(Base.metadata)
