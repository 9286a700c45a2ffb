"""What the shell of the pages is called; all else its scripts say (``scripts/words.js``)."""

from libs.common.web.frame import Words

UNITS: Words = ("单位办理", "Units' work")
