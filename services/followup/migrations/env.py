"""Alembic's entry to the history of followup."""

from libs.common.database.migrate import run_env
from services.followup.callbacks.tables import Attempt, Callback
from services.followup.cases.tables import Base, Case, HistoryEntry
from services.followup.clocks.tables import ClockRow
from services.followup.supervision.tables import Supervision

TABLES = (Case, HistoryEntry, ClockRow, Callback, Attempt, Supervision)
"""What ``Base`` knows, once each matter's tables have been read."""

run_env(Base.metadata)
