"""Finds what a row does not say by itself: its category by the pack's words, its area, and what is asked for."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from huiyin.replay.draws import stable_index
from huiyin.replay.rows import Row
from libs.common.events.terms import Kind
from libs.common.pack.areas import AreaLevel
from libs.common.pack.schema import Area, Pack

TITLE_WEIGHT = 3
"""A word in the title, or in the source's own type, tells as much as this many in the text."""
BEGINNING = 600
"""Characters of the text that are looked at: people say first what it is about."""

_KIND_WORDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (Kind.REPORT, ("举报", "检举", "实名反映")),
    (Kind.PRAISE, ("表扬", "点赞", "感谢信", "锦旗")),
    (Kind.COMPLAINT, ("投诉", "扰民", "乱收费", "拖欠", "推诿", "违规", "质量问题", "不退", "complaint", "violation")),
    (Kind.SUGGEST, ("建议", "提议", "suggestion")),
    (Kind.CONSULT, ("咨询", "请问", "想问", "询问", "何时", "什么时候", "是否可以", "怎么办理", "怎么申请", "inquiry")),
)
"""Looked for in the title, in this order."""
_ASKED_IN_TEXT = ("请问", "想咨询", "需要哪些材料")
"""Words of the text that make a consultation of it; everything else is a call for help (求助)."""


class Classifier:
    """Look-ups over the words, names and codes of one pack."""

    def __init__(self, pack: Pack) -> None:
        self._categories = {category.code: category for category in pack.categories}
        self._words = _codes((word, category.code) for category in pack.categories for word in category.words)
        self._english = _pattern({word for category in pack.categories for word in category.words_en})
        self._english_codes = _codes(
            (word.lower(), category.code) for category in pack.categories for word in category.words_en
        )
        self._areas = {area.code: area for area in pack.areas}
        self._named = sorted(pack.areas, key=lambda area: (-len(area.code), -len(area.name)))
        self._villages = [area for area in pack.areas if area.level is AreaLevel.VILLAGE]
        self._grids = defaultdict[str, list[Area]](list)
        for area in pack.areas:
            if area.level is AreaLevel.GRID and area.parent:
                self._grids[area.parent].append(area)

    def category(self, row: Row) -> str | None:
        """The category that the row names, else the one whose words weigh most; None when no word was found."""
        if row.category_code is not None and row.category_code in self._categories:
            return row.category_code
        scores: defaultdict[str, float] = defaultdict(float)
        for text, weight in ((f"{row.title} {row.hints}", TITLE_WEIGHT), (row.text[:BEGINNING], 1)):
            self._score(text, weight, scores)
        return self._best(scores)

    def area(self, row: Row) -> str:
        """The area that the row names by code or name, else one that the same place, or number, always gets."""
        if row.area in self._areas:
            return row.area
        for text in (row.area, row.title, row.text):
            named = self._named_in(text)
            if named is not None:
                return named.code
        villages: Sequence[Area] = self._villages or self._named
        village = villages[stable_index(row.area or row.number, len(villages))]
        grids = self._grids.get(village.code)
        return grids[stable_index(f"grid {row.number}", len(grids))].code if grids else village.code

    def kind(self, row: Row) -> Kind:
        """What the row says it is, else what its title sounds like."""
        if row.kind is not None:
            return row.kind
        title = f"{row.title} {row.hints}".lower()
        named = next((kind for kind, words in _KIND_WORDS if any(word in title for word in words)), None)
        if named is None and any(word in row.text[:BEGINNING] for word in _ASKED_IN_TEXT):
            return Kind.CONSULT
        return named or Kind.HELP

    def _score(self, text: str, weight: float, scores: defaultdict[str, float]) -> None:
        if not text.isascii():
            for word, codes in self._words.items():
                if word in text:
                    for code in codes:
                        scores[code] += weight * len(word) / len(codes)
        for match in self._english.finditer(text.lower()):
            codes = self._english_codes[match[0]]
            for code in codes:
                scores[code] += weight * len(match[0]) / len(codes)

    def _best(self, scores: defaultdict[str, float]) -> str | None:
        """The heaviest class with all below it, then the heaviest inside it; a class that only its own words name."""
        if not scores:
            return None
        classes: defaultdict[str, float] = defaultdict(float)
        for code, score in scores.items():
            classes[code[:2]] += score
        best = max(sorted(classes), key=classes.__getitem__)
        inside = [code for code in sorted(scores) if code.startswith(best) and len(code) > len(best)]
        found = max(inside, key=scores.__getitem__, default=best)
        return found if found in self._categories else None

    def _named_in(self, text: str) -> Area | None:
        if not text:
            return None
        return next((area for area in self._named if area.name in text or _is_in(area.name_en, text)), None)


def _is_in(name: str, text: str) -> bool:
    return bool(name) and name.lower() in text.lower()


def _codes(listed: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Every word with the categories that list it; a word of many tells little of each."""
    codes: defaultdict[str, list[str]] = defaultdict(list)
    for word, code in listed:
        codes[word].append(code)
    return dict(codes)


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Any of the English words, whole, the longest first; one that never matches when there is none."""
    listed = "|".join(re.escape(word.lower()) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"\b(?:{listed})\b" if listed else r"(?!)")
