"""A real Chromium, led over the WebDriver protocol: a window of a phone's size, which can be cut from the network."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.support.eventually import eventually
from tests.support.ports import free_port
from tests.support.programs import CHROMEDRIVER, CHROMIUM, installed

PHONE = (360, 740)
"""Pixels of a small phone."""
DESK = (1440, 900)
"""Of a screen on a desk."""
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_READ_ALL = """
    const opened = indexedDB.open("huiyin-visits");
    return new Promise((resolve) => {
      opened.onsuccess = async () => {
        const database = opened.result, all = {};
        for (const name of database.objectStoreNames) {
          all[name] = await new Promise((done) => {
            const request = database.transaction(name).objectStore(name).getAll();
            request.onsuccess = () => done(request.result);
          });
        }
        database.close();
        resolve(all);
      };
    });
"""


class Window:
    """A window of the browser, and what a person does in it. All of them share what the browser keeps."""

    def __init__(self, http: httpx.AsyncClient, handle: str) -> None:
        self._http = http
        self._handle = handle

    async def do(self, command: str, method: str = "POST", **body: Any) -> Any:
        """One command of WebDriver in this window."""
        await _command(self._http, "POST", "/window", {"handle": self._handle})
        return await _command(self._http, method, command, body)

    async def open(self, address: str) -> None:
        """Go to a page."""
        await self.do("/url", url=address)

    async def reload(self) -> None:
        """Load the page again."""
        await self.do("/refresh")

    async def close(self) -> None:
        """Shut the window, as somebody does who has no time."""
        await self.do("/window", "DELETE")

    async def run(self, script: str, *arguments: object) -> Any:
        """What a script answers that runs in the page; what it promises is waited for."""
        return await self.do("/execute/sync", script=script, args=[*arguments])

    async def click(self, css: str) -> None:
        """Touch it, once it can be."""
        await self._at(css, lambda element: self.do(f"/element/{element}/click"))

    async def type(self, css: str, text: str) -> None:
        """Write into a field in place of what stands there."""

        async def write(element: str) -> None:
            await self.do(f"/element/{element}/clear")
            await self.do(f"/element/{element}/value", text=text)

        await self._at(css, write)

    async def attach(self, css: str, path: Path) -> None:
        """Choose a file."""
        await self._at(css, lambda element: self.do(f"/element/{element}/value", text=str(path)))

    async def _at(self, css: str, act: Callable[[str], Awaitable[object]]) -> None:
        """Do something with the first element of a selector that is seen, once it lets itself be touched."""

        async def done() -> bool:
            try:
                for found in await self.do("/elements", using="css selector", value=css):
                    element = found[_ELEMENT]
                    await self.run("arguments[0].scrollIntoView({block: 'center'})", found)
                    if await self.do(f"/element/{element}/displayed", "GET"):
                        await act(element)
                        return True
            except Refused as refused:
                if not refused.is_passing:
                    raise
            return False

        await eventually(done, what=f"an element {css} to touch")

    async def find(self, css: str) -> None:
        """Wait until something of this selector is seen."""

        async def seen(_: str) -> None:
            """It is there."""

        await self._at(css, seen)

    async def prefers(self, scheme: str) -> None:
        """The phone says that it is dark, or light."""
        wanted = [{"name": "prefers-color-scheme", "value": scheme}]
        await self.do("/goog/cdp/execute", cmd="Emulation.setEmulatedMedia", params={"features": wanted})

    async def picture(self) -> bytes:
        """The whole page as it looks, as a PNG."""
        await self.run("scrollTo(0, 0)")
        shot = {"format": "png", "captureBeyondViewport": True}
        taken = await self.do("/goog/cdp/execute", cmd="Page.captureScreenshot", params=shot)
        return base64.b64decode(taken["data"])

    async def text(self, css: str = "body") -> str:
        """What a person reads there; empty when it is not there."""
        return str(await self.run("return document.querySelector(arguments[0])?.innerText ?? ''", css))

    async def sees(self, words: str, css: str = "body", *, within: float = 30.0) -> None:
        """Wait for words."""

        async def there() -> bool:
            seen = await self.text(css)
            assert words in seen, seen
            return True

        await eventually(there, within=within, what=f"{words!r} in {css}")

    async def count(self, css: str) -> int:
        """How many elements a selector has."""
        return int(await self.run("return document.querySelectorAll(arguments[0]).length", css))

    async def kept(self) -> dict[str, list[Any]]:
        """All that the pages keep in the browser's database."""
        found: dict[str, list[Any]] = await self.run(_READ_ALL)
        return found


class Browser:
    """A browser with a profile of its own."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def window(self, address: str) -> Window:
        """Another window, on a page."""
        opened = await _command(self._http, "POST", "/window/new", {"type": "tab"})
        window = Window(self._http, opened["handle"])
        await window.open(address)
        return window


class Refused(Exception):
    """WebDriver did not do it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message.splitlines()[0] if message else ''}")
        self.is_passing = kind in ("stale element reference", "element click intercepted", "element not interactable")
        """The page was just drawn anew: it may be asked again."""


@asynccontextmanager
async def open_browser(folder: Path, size: tuple[int, int] = PHONE) -> AsyncIterator[Browser]:
    """Chromium without a screen, as a phone unless it is of another size. What it keeps is in ``folder``, and goes."""
    port = free_port()
    driver = await asyncio.create_subprocess_exec(
        installed(CHROMEDRIVER), f"--port={port}", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False) as http:
            await eventually(lambda: _answers(http), what="chromedriver")
            made = await _command(http, "POST", "/session", {"capabilities": {"alwaysMatch": _wanted(folder, size)}})
        session = f"{address}/session/{made['sessionId']}"
        async with httpx.AsyncClient(base_url=session, timeout=60, trust_env=False) as http:
            try:
                yield Browser(http)
            finally:
                await http.delete(session)
    finally:
        driver.terminate()
        await driver.wait()


async def _answers(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/status")).is_success
    except httpx.HTTPError:
        return False


def _wanted(folder: Path, size: tuple[int, int]) -> dict[str, Any]:
    width, height = size
    phone = {"deviceMetrics": {"width": width, "height": height, "pixelRatio": 2, "touch": True}}
    profile = f"--user-data-dir={folder}"
    arguments = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--lang=zh-CN", profile]
    arguments.append(f"--window-size={width},{height}")
    options: dict[str, Any] = {"binary": installed(CHROMIUM), "args": arguments}
    if size == PHONE:
        options["mobileEmulation"] = phone
    return {"browserName": "chrome", "goog:chromeOptions": options, "unhandledPromptBehavior": "accept"}


async def _command(http: httpx.AsyncClient, method: str, path: str, body: dict[str, Any]) -> Any:
    answer = await http.request(method, path, json=body if method == "POST" else None)
    value = answer.json()["value"]
    if not answer.is_success:
        raise Refused(value["error"], value["message"])
    return value
