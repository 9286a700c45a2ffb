"""What a person does on the phone's page, and what it says of what is not sent."""

from tests.support.browser import Window
from tests.support.eventually import eventually


async def record(window: Window, household_id: str, outcome: str = "reached") -> None:
    """A visit, written down and recorded."""
    await window.click(f"[data-household='{household_id}']")
    await window.click(f"[data-outcome={outcome}]")
    await window.click("#record")
    await window.sees("已记录", f"[data-household='{household_id}']")


async def unsent(window: Window, count: int) -> None:
    """Wait until the page says that so many are not sent."""

    async def told() -> bool:
        seen = await window.run("return document.querySelector('#counts')?.dataset.unsent")
        busy = await window.run("return document.querySelector('#counts')?.dataset.busy")
        assert (seen, busy) == (str(count), "false"), await window.text("#status")
        return True

    await eventually(told, what=f"{count} not sent")
