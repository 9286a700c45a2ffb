"""Somebody of a unit at the units' pages: in a real browser, by an account of the house or a token of elsewhere."""

from datetime import datetime, timedelta, timezone
from typing import Any

from libs.common.security.principal import Role
from tests.journeys.phones import Phones
from tests.support.browser import Window

UNITS = "/dispatch/units"
LARGE_ENOUGH = 44
PLACE = timezone(timedelta(hours=8))
_SMALL = """
    return [...document.querySelectorAll("button, a, summary, select, textarea, label.tick, input")]
      .filter((one) => one.offsetParent && !one.closest("label.tick") || one.matches("label.tick"))
      .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
      .filter(([, box]) => box.height < arguments[0] || box.width < arguments[0])
      .map(([what, box]) => `${what} ${box.width} x ${box.height}`);
"""
_NAMELESS = """
    return [...document.querySelectorAll("input, select, textarea")]
      .filter((one) => !one.labels?.length && !one.ariaLabel).map((one) => one.outerHTML);
"""
_SET = """
    const input = document.querySelector(arguments[0]);
    input.value = arguments[1];
    input.dispatchEvent(new Event("input", { bubbles: true }));
"""


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
        css = f"{form} [name='{name}']"
        await window.find(css)
        kind = await window.run("return document.querySelector(arguments[0]).type", css)
        if kind == "select-one":
            await window.click(f"{css} option[value='{text}']")
        elif kind in ("radio", "checkbox"):
            await _choose(window, f"{form} [data-field='{name}']", text.split())
        elif kind in ("date", "datetime-local"):
            await window.run(_SET, css, text)
        else:
            await window.type(css, text)


async def _choose(window: Window, place: str, codes: list[str]) -> None:
    """Touch what is there, and find what is not by its name."""
    for code in codes:
        if not await window.count(f"{place} [data-choice='{code}']"):
            await window.type(f"{place} [type=search]", code)
        await window.click(f"{place} [data-choice='{code}']")


async def send(window: Window, step: str) -> None:
    """Send it."""
    await window.click(f"[data-step^='{step}'] [data-send]")


async def written(window: Window, step: str, name: str) -> str:
    """What stands in a field."""
    css = f"[data-step^='{step}'] [name={name}]"
    return str(await window.run("return document.querySelector(arguments[0])?.value ?? ''", css))


async def looks_well(window: Window, width: int, what: str) -> None:
    """Nothing is wider than the window, too small to touch, or without a name."""
    assert await window.run("return document.documentElement.scrollWidth") <= width, what
    await window.run("for (const one of document.querySelectorAll('details')) one.open = true")
    assert await window.run(_SMALL, LARGE_ENOUGH) == [], what
    assert await window.run(_NAMELESS) == [], what


def wall(moment: datetime, **away: int) -> str:
    """That time of the place as a field takes it, or so long after it."""
    return (moment + timedelta(**away)).astimezone(PLACE).strftime("%Y-%m-%dT%H:%M")
