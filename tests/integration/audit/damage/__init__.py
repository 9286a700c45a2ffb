"""Kinds of damage: what is done to the tables, to which case, and how the audit has to name it."""

from tests.integration.audit.damage.figures import FIGURES
from tests.integration.audit.damage.form import Spoiled
from tests.integration.audit.damage.history import HISTORY
from tests.integration.audit.damage.households import HOUSEHOLDS
from tests.integration.audit.damage.identities import IDENTITIES
from tests.integration.audit.damage.promises import PROMISES
from tests.integration.audit.damage.tables import TABLES
from tests.integration.audit.damage.visit_figures import VISITS

__all__ = ["KINDS", "Spoiled"]

KINDS: dict[str, Spoiled] = HISTORY | TABLES | PROMISES | FIGURES | IDENTITIES | HOUSEHOLDS | VISITS
