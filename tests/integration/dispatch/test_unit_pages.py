"""The units' pages as they come to whoever asks: the same for everybody, nothing of anybody, no script but ours."""

import re
from pathlib import Path

from libs.common.events.asking_terms import RequestKind
from libs.common.events.letter_terms import LetterStep
from libs.common.events.whistle_terms import ClaimKind
from services.dispatch.pages import api
from tests.integration.dispatch.office import VILLAGE_UNIT, Office
from tests.support.scripted import Scripts

HOME = "/dispatch/units"
SCRIPTS = Scripts(Path(api.__file__).parent / "scripts")


async def test_the_page_is_the_same_for_everybody_and_runs_its_own_scripts_alone(office: Office) -> None:
    nobody = await office.http.get(HOME)
    assert nobody.status_code == 200
    somebody = await office.http.get(HOME, headers=office.handler(VILLAGE_UNIT).headers)
    assert somebody.content == nobody.content
    policy = nobody.headers["content-security-policy"]
    for wanted in ("default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"):
        assert wanted in policy
    assert "unsafe" not in policy
    assert re.findall(r"<script[^>]*>", nobody.text) == [f'<script type="module" src="{HOME}/app.js">']
    assert not re.search(r"\son\w+=|https?://|manifest", nobody.text)


async def test_all_that_the_page_loads_is_there_and_nothing_else(office: Office) -> None:
    for name in SCRIPTS.texts:
        answer = await office.http.get(f"{HOME}/{name}")
        assert (answer.status_code, answer.headers["x-content-type-options"]) == (200, "nosniff"), name
        assert SCRIPTS.imports(name) <= SCRIPTS.texts.keys()
    assert SCRIPTS.loaded("app.js") == SCRIPTS.modules.keys()
    for name in ("nothing.js", "api.py", "..%2fapi.py", "page.css", "sw.js", "overview.js"):
        assert (await office.http.get(f"{HOME}/{name}")).status_code == 404, name


def test_every_word_is_said_in_both_languages_and_somewhere() -> None:
    languages = (f"language_{one}" for one in ("both", "zh", "en"))
    asked = (f"ask_{one}" for one in RequestKind)
    claimed = (f"claim_{one}" for one in ClaimKind)
    written = (f"letter_{one}" for one in LetterStep)
    mediated = (f"mediation_{one}" for one in ("meet", "agree", "fail", "give_back"))
    own = ("lead", "delegate", "support", "levels", "together", "asking", "box_received", "box_sent")
    SCRIPTS.check_words([*RequestKind, *asked, *claimed, *written, *mediated, *languages, *own])


def test_nothing_that_is_written_by_anybody_is_read_as_html() -> None:
    SCRIPTS.check_nothing_is_read_as_html()
