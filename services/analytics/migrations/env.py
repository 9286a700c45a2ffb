"""Alembic's entry to the history of analytics: the tables of all its matters."""

import services.analytics.facts.tables
import services.analytics.tables
from libs.common.database.migrate import run_env
from services.analytics.rollups.tables import TABLES

run_env(services.analytics.tables.Base.metadata, growing=TABLES.values())
