"""Cases as a release before left them: sealed under the vault's key itself, with no key of their own."""

from libs.common.database.session import Database, Session
from libs.common.events.door import CaseResealed
from libs.common.security.vault import Vault, VaultCell
from libs.common.time.clock import system_now
from services.intake.cases.actions.drafts import wording_cell
from services.intake.cases.actions.steps import supplement_cell
from services.intake.requesters.actions import requester_cell
from services.intake.resealing.actions import SealedCase, changes_of, load_sealed, write


async def seal_as_before(database: Database, vault: Vault) -> None:
    """All cases of a database of intake; the ledger tells it by digests, as it does when they are sealed anew."""
    async with database.transaction(system_now()) as session:
        case_ids = [row.case_id for row in await session.fetch("SELECT case_id FROM case_key ORDER BY 1")]
        for case in await load_sealed(session, vault, case_ids):
            await _put_back(session, vault, case)
        await session.fetch("DELETE FROM case_key")


async def _put_back(session: Session, vault: Vault, case: SealedCase) -> None:
    before, envelope, case_id = case.prints(), case.envelope, case.case_id

    def under_the_vault(sealed: bytes, cell: VaultCell) -> bytes:
        return vault.seal(envelope.open(sealed, aad=cell), aad=cell)

    for cells, cell_of in ((case.words, wording_cell), (case.who, requester_cell)):
        for column, sealed in cells.items():
            cells[column] = sealed and under_the_vault(sealed, cell_of(column, case_id))
    for name, sealed in case.supplements.items():
        case.supplements[name] = under_the_vault(sealed, supplement_cell(case_id, name))
    await write(session, case)
    session.publish(CaseResealed(occurred_at=session.now, case_id=case_id, changed=changes_of(case, before)))
