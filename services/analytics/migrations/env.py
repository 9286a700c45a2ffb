"""Alembic's entry to the history of analytics: the tables of all its matters."""

import services.analytics.facts.tables
import services.analytics.rollups.tables
import services.analytics.tables
from libs.common.database.migrate import run_env

run_env(services.analytics.tables.Base.metadata)
