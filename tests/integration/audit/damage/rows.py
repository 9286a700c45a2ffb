"""Rows that are not what the ledgers say: every column that a ledger tells, and rows lost, invented and swapped.

All of it is done to one copy at once, and looked for in one audit. So each kind has a row of its own, or a column.
"""

from tests.integration.audit.damage.form import Spoiled
from tests.integration.audit.damage.households import ROWS_OF_HOUSEHOLDS
from tests.integration.audit.damage.library import LIBRARY
from tests.integration.audit.damage.occasions import ROWS_OF_OCCASIONS
from tests.integration.audit.damage.rows_of_dispatch import DISPATCH
from tests.integration.audit.damage.rows_of_followup import FOLLOWUP
from tests.integration.audit.damage.rows_of_help import HELP
from tests.integration.audit.damage.rows_of_intake import INTAKE
from tests.integration.audit.damage.visits import ROWS_OF_VISITS

ROWS: dict[str, Spoiled] = (
    INTAKE | DISPATCH | HELP | FOLLOWUP | LIBRARY | ROWS_OF_HOUSEHOLDS | ROWS_OF_VISITS | ROWS_OF_OCCASIONS
)
