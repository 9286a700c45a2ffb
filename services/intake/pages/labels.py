"""What the shells of the pages are called; all else their scripts say (``scripts/words.js``)."""

from libs.common.web.frame import Words

PHONE: Words = ("走访", "Visits")
OVERVIEW: Words = ("走访督导", "Visits: overview")
