"""Events about dossiers of grids (网格档案): what of a grid is kept up by hand. Words are masked."""

from datetime import date
from typing import ClassVar

from libs.common.events.base import SaidByHand
from libs.common.events.visit_terms import DossierPart, DossierStep


class DossierEntryKept(SaidByHand):
    """档案条目登记: an entry was made, changed, looked at again, or taken out; all of it as it is by that."""

    type_name: ClassVar[str] = "cn.huiyin.dossier.entry_kept"

    entry_id: str
    version: int
    step: DossierStep
    area_code: str
    part: DossierPart
    kind: str
    name: str
    text: str = ""
    looked_on: date
    due_on: date | None = None
    why: str = ""

    @property
    def key(self) -> str:
        return self.entry_id
