"""What the shells of the pages say; all else their scripts do (``scripts/words.js``)."""

from collections.abc import Mapping

from libs.common.web.frame import Words

PAGE: Mapping[str, Words] = {
    "phone": ("走访", "Visits"),
    "overview": ("走访督导", "Visits: overview"),
    "script_needed": ("本页面需要启用 JavaScript", "This page needs JavaScript"),
}
