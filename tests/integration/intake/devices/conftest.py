"""A phone of a cadre, the households that the cadre looks after, and a supervisor."""

import pytest

from libs.common.security.principal import Role
from tests.integration.intake.devices.phone import Phone
from tests.integration.intake.door import IntakeDoor
from tests.integration.intake.homes import SUPERVISION, Homes, appoint, most_per_contact


@pytest.fixture
async def homes(intake: IntakeDoor) -> Homes:
    await intake.hear(most_per_contact(1_000))
    await appoint(intake, "S-1", also="supervisor")
    await appoint(intake, "S-2")
    await appoint(intake, "S-9", post="supervisor", unit=SUPERVISION)
    return Homes(intake)


@pytest.fixture
def supervisor(intake: IntakeDoor) -> dict[str, str]:
    return intake.token(Role.SUPERVISOR, subject="supervisor-9", staff="S-9", unit=SUPERVISION)


@pytest.fixture
async def phone(homes: Homes) -> Phone:
    return await Phone(homes.door).register()


@pytest.fixture
async def home(homes: Homes) -> str:
    who = {"head": "欧阳金丝雀", "phone": "13812345678", "door": "三组15号"}
    return str((await homes.register(contact_staff_id="S-1", **who))["household_id"])
