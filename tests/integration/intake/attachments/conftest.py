"""A case to attach files to, and the folder that keeps them."""

from pathlib import Path

import pytest

from tests.integration.intake.attachments.attaching import Attaching
from tests.integration.intake.door import IntakeDoor


@pytest.fixture
async def case(intake: IntakeDoor) -> Attaching:
    return Attaching(intake, (await intake.register())["case_id"])


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Where the bytes are."""
    return tmp_path / "attachments"
