"""Somebody of a unit at the units' pages: in a real browser, by an account of the house or a token of elsewhere."""

from datetime import timedelta
from typing import Any

from libs.common.security.principal import Role
from tests.journeys.phones import Phones
from tests.support.browser import Window

UNITS = "/dispatch/units"


async def at_the_page(phones: Phones, subject: str, *roles: Role, place: str = "", **who: Any) -> Window:
    """A window of somebody whose office signs in elsewhere, and who pastes a token."""
    window = await phones.open(f"{UNITS}{place}")
    await paste(phones, window, subject, *roles, **who)
    await window.find("#who")
    return window


async def paste(phones: Phones, window: Window, subject: str, *roles: Role, **who: Any) -> None:
    """Sign in by a token."""
    issuer, area = phones.county.issuer, who.get("area", phones.county.place)
    lasts = who.get("lasts", timedelta(hours=1))
    token = issuer.issue(subject, roles, area, who.get("unit"), lasts, who.get("staff_id"))
    await window.find("#sign-in")
    await window.run("document.querySelector('#sign-in details').open = true")
    await window.type("input[name=token]", token)
    await window.click("#enter-token")


async def fill(window: Window, step: str, **fields: str) -> None:
    """Write into the form of a step, which is opened."""
    form = f"[data-step^='{step}']"
    await window.find(form)
    await window.run("document.querySelector(arguments[0]).open = true", form)
    for name, text in fields.items():
        if name in ("result_kind", "lead_unit", "responsible", "area_code"):
            await window.click(f"{form} [name={name}] option[value='{text}']")
        else:
            await window.type(f"{form} [name={name}]", text)


async def send(window: Window, step: str) -> None:
    """Send it."""
    await window.click(f"[data-step^='{step}'] [data-send]")


async def written(window: Window, step: str, name: str) -> str:
    """What stands in a field."""
    css = f"[data-step^='{step}'] [name={name}]"
    return str(await window.run("return document.querySelector(arguments[0])?.value ?? ''", css))
