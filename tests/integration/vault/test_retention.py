"""What has been kept as long as it is set goes, of ended cases alone; it is told before, and told in the ledger."""

from datetime import timedelta

from huiyin.retention import Retention
from libs.common.bus.flow import Service
from libs.common.retention import KeptClass
from tests.integration.vault.conftest import ALL, TEXT, WHO, Safe, agree
from tests.integration.vault.test_erasure import close, pictures

DAYS = {KeptClass.REQUESTERS: 365, KeptClass.FILES: 730}


async def test_who_spoke_goes_when_its_term_has_ended(safe: Safe) -> None:
    async with safe.open() as county:
        ended, still_open = [await county.register(requester=WHO, text=TEXT) for _ in range(2)]
        await pictures(county, ended)
        await close(county, ended)
        now = county.house.clock.now()
        async with safe.database(Service.INTAKE) as database:

            def after(days: int) -> Retention:
                return Retention(database, safe.vault, DAYS, lambda: now + timedelta(days=days))

            assert [due.many for due in (await after(364).due()).values()] == [0, 0]
            due = (await after(366).due())[KeptClass.REQUESTERS]
            assert (due.many, due.oldest) == (1, due.newest)
            told: list[int] = []
            assert await after(366).apply(lambda _kept, gone: told.append(gone)) == {
                KeptClass.REQUESTERS: 1,
                KeptClass.FILES: 0,
            }
            assert told == [1]
            assert [due.many for due in (await after(366).due()).values()] == [0, 0]
            assert await after(731).apply(lambda _kept, _gone: None) == {KeptClass.REQUESTERS: 0, KeptClass.FILES: 1}
            assert [due.many for due in (await after(731).due()).values()] == [0, 0]
        look = await county.operator.post(f"/intake/v1/requesters/{ended}/reveal", ALL)
        assert look.status_code == 410
        assert (await county.operator.do(f"/intake/v1/requesters/{still_open}/reveal", ALL))["name"] == WHO["name"]
        (said,) = await county.rows(
            Service.INTAKE, "SELECT payload ->> 'reason' AS why FROM ledger WHERE type LIKE '%requester_erased'"
        )
        assert "365" in said.why
        await agree(county)
