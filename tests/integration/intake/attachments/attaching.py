"""Attaching files to a case, and looking at them."""

from collections.abc import AsyncIterator
from typing import Any

import httpx

from tests.integration.intake.door import CASES, IntakeDoor
from tests.support.files import JPEG

UNIT = "D-WATER"


class Attaching:
    """Who attaches, and looks."""

    def __init__(self, intake: IntakeDoor, case_id: str) -> None:
        self.intake = intake
        self.path = f"{CASES}/{case_id}/attachments"

    async def attach(
        self,
        content: bytes | AsyncIterator[bytes] = JPEG,
        *,
        name: str = "路灯.jpg",
        headers: dict[str, str] | None = None,
        more: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Send a file; as the operator unless told otherwise."""
        headers = {**(headers or self.intake.operator), **(more or {})}
        return await self.intake.http.post(self.path, content=content, params={"name": name}, headers=headers)

    async def attached(self, content: bytes = JPEG, **more: Any) -> dict[str, Any]:
        """The same, when it is taken."""
        answer = await self.attach(content, **more)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def listed(self, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
        """The files of the case."""
        items: list[dict[str, Any]] = (await self.intake.get(self.path, headers))["items"]
        return items

    async def download(self, attachment_id: str, headers: dict[str, str] | None = None) -> httpx.Response:
        """One of them."""
        return await self.intake.http.get(f"{self.path}/{attachment_id}", headers=headers or self.intake.operator)

    async def delete(self, attachment_id: str) -> httpx.Response:
        """For the record."""
        path, body = f"{self.path}/{attachment_id}/deletion", {"reason": "误传，含他人手机 13912345678"}
        return await self.intake.http.post(path, json=body, headers=self.intake.operator)
