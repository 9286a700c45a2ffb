"""The pages of visits as they come to whoever asks: the same for everybody, nothing of anybody, no script but ours."""

import json
import re
from pathlib import Path

import pytest

from libs.common.events.household_terms import HouseholdClass
from libs.common.events.visit_terms import VisitOutcome
from services.intake.pages import api
from tests.integration.intake.door import IntakeDoor
from tests.support.scripted import Scripts

HOME = "/intake/visits"
SCRIPTS = Scripts(Path(api.__file__).parent / "scripts")
PAGES = {HOME: "app.js", f"{HOME}/overview": "overview.js"}


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_is_the_same_for_everybody_and_runs_its_own_scripts_alone(intake: IntakeDoor, page: str) -> None:
    nobody = await intake.http.get(page)
    assert nobody.status_code == 200
    assert (await intake.http.get(page, headers=intake.operator)).content == nobody.content
    policy = nobody.headers["content-security-policy"]
    for wanted in ("default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"):
        assert wanted in policy
    assert "unsafe" not in policy
    assert re.findall(r"<script[^>]*>", nobody.text) == [f'<script type="module" src="{HOME}/{PAGES[page]}">']
    assert not re.search(r"\son\w+=|https?://", nobody.text)


async def test_all_that_a_page_loads_is_there(intake: IntakeDoor) -> None:
    names = SCRIPTS.texts.keys()
    for name in names:
        answer = await intake.http.get(f"{HOME}/{name}")
        assert answer.status_code == 200, name
        assert SCRIPTS.imports(name) <= names
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await intake.http.get(f"{HOME}/app.js")).headers["content-type"].startswith("text/javascript")
    for name in ("nothing.js", "api.py", "..%2fapi.py", "page.css"):
        assert (await intake.http.get(f"{HOME}/{name}")).status_code == 404


async def test_the_worker_keeps_all_that_the_phones_page_needs_and_no_answer(intake: IntakeDoor) -> None:
    worker = await intake.http.get(f"{HOME}/sw.js")
    assert worker.headers["service-worker-allowed"] == HOME
    assert "connect-src 'self'" in worker.headers["content-security-policy"]
    (listed,) = re.findall(r"const FILES = (\[.*\]);", worker.text)
    kept = {path.removeprefix(HOME).removeprefix("/") for path in json.loads(listed)}
    assert {"", "manifest.json", "icon.svg"} | SCRIPTS.loaded("app.js") <= kept
    assert not {"overview", "overview.js", "sw.js"} & kept
    assert "v1" not in "".join(kept)


async def test_it_can_be_installed(intake: IntakeDoor) -> None:
    manifest = await intake.http.get(f"{HOME}/manifest.json")
    assert manifest.headers["content-type"] == "application/manifest+json"
    told = manifest.json()
    assert (told["start_url"], told["scope"], told["display"]) == (HOME, HOME, "standalone")
    for icon in told["icons"]:
        assert (await intake.http.get(icon["src"])).headers["content-type"] == "image/svg+xml"


def test_every_word_is_said_in_both_languages_and_somewhere() -> None:
    SCRIPTS.check_words([*VisitOutcome, *HouseholdClass])


def test_nothing_that_is_written_by_anybody_is_read_as_html() -> None:
    SCRIPTS.check_nothing_is_read_as_html()
