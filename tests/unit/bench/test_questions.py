"""What the reads are asked: every question can be filled, and its cursors are those of the list that it asks."""

import re
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from urllib.parse import parse_qs, urlsplit

from bench.questions import Gaps, all_questions
from libs.common.pack.loader import load_pack
from libs.common.web.cursors import decode_cursor
from services.analytics.drilldown.actions import place_of

NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
_LISTS = {
    "/intake/v1/cases": "intake.cases",
    "/dispatch/v1/work": "dispatch.work",
    "/followup/v1/callbacks": "followup.callbacks",
    "/followup/v1/timers": "followup.timers",
    "/followup/v1/supervisions": "followup.supervisions",
}


def test_every_question_has_its_gaps_filled_and_cursors_of_its_own_list() -> None:
    gaps = Gaps(load_pack(Path("packs/demo")), NOW, ["0" * 36], Random(1))
    for question in all_questions():
        path = urlsplit(gaps.fill(question))
        assert not re.search("[{}]", path.path + path.query)
        for cursor in parse_qs(path.query).get("cursor", ()):
            if path.path in _LISTS:
                decode_cursor(_LISTS[path.path], cursor, (datetime, str))
            else:
                assert place_of(cursor).day.isoformat() == parse_qs(path.query)["on"][0]
