"""What of the requester itself stands in the words of its own case (诉求人本人信息): name, home and numbers are hidden.

It is known which to look for, so it is found wherever it stands and needs no word before it. Only intake knows it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from libs.common.security.identifiers.people import DOUBLE_SURNAMES, SURNAMES
from libs.common.security.identifiers.signs import STAR, readings
from libs.common.security.masking import mask_text

_BLANK = r"[\s·・•.\-_]{0,2}"
_TITLES = (
    "先生|女士|小姐|同志|师傅|老师|大爷|大妈|大叔|大婶|大娘|大姐|大哥|大嫂|阿姨|奶奶|爷爷|"
    "叔叔|婶婶|伯伯|老伯|老汉|老太太?|老人|氏|某某?"
)
_WITH_TITLE = re.compile(rf"(?P<family>.{{1,2}}?)(?:{_TITLES})")
_NOBODYS = frozenset(
    [
        "匿名",
        "不详",
        "未知",
        "无名",
        "保密",
        "市民",
        "群众",
        "居民",
        "村民",
        "业主",
        "用户",
        "网友",
        "热心市民",
        "来电人",
        "诉求人",
        "反映人",
    ]
)
"""What is written where nobody gave a name."""
_IN_A_PLACE = "村庄寨湾屯店集镇乡沟桥坊营圩岗岭山寺口冲畈屋塘"
_HAN_NAME = re.compile(r"[\u3400-\u9fff]{2,6}")
_SHORTEST_PART = 3
_SHORTEST_NUMBER = 7
_MOBILE_DIGITS = 11

_NUMBER = r"(?:[0-9]{1,5}|[零〇一二三四五六七八九十百两]{1,4}|[A-Za-z](?=\s?[栋幢座区-]))"
_UNIT = r"(?:村民小组|小组|组|大队|队|社|弄|巷|栋|幢|座|号楼|号院|单元|楼层|楼|层|门|号|室|户|房|区|期|#|-|－|—|/)"
_EACH_NUMBER = re.compile(_NUMBER)
_DIGITS = re.compile(r"[0-9](?:[\W_]{0,4}[0-9Xx]){6,}")
_STEP = re.compile(rf"({_NUMBER})\s?({_UNIT})?")
_LIVES = r"(?:家住|住在?|我家在?|家在|住址[:：为是]?|家庭住址[:：为是]?)"
_HERE = (
    r"(?!\s?(?:的?门前|的?门口|的?门外|旁|附近|对面|路口|的?前面|的?后面|屋后|房后|楼下|路段|外面|[^，。；]{0,3}处))"
)
"""A lamp before house 15 is there: what stands before such a word is where the work is to be done."""
_VALUES = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_FIGURES = "零一二三四五六七八九"
_LONGEST_PLACE = 6


@dataclass(frozen=True, slots=True)
class Sought:
    """One way in which it may be written. Patterns are dear to make, and most texts have none of the ``signs``."""

    signs: tuple[str, ...]
    """One of these stands in every text in which the pattern finds something."""
    pattern: str

    def replace(self, text: str, hide: Callable[[re.Match[str]], str]) -> str:
        """The text with what is found hidden."""
        if not any(sign in text or sign in text.casefold() for sign in self.signs):
            return text
        return re.sub(self.pattern, hide, text, flags=re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Own:
    """What to look for in the words of one case."""

    names: tuple[Sought, ...] = ()
    homes: tuple[Sought, ...] = ()
    numbers: tuple[str, ...] = ()

    def hidden_in(self, text: str) -> str:
        """The text masked, with what is the requester's own hidden, too; to do it again changes nothing."""
        for name in self.names:
            text = name.replace(text, _hide_letters)
        for home in self.homes:
            text = home.replace(text, _hide_door)
        return mask_text(self._without_numbers(text) if self.numbers else text)

    def _without_numbers(self, text: str) -> str:
        hidden: set[int] = set()
        for reading in readings(text):
            masked = _DIGITS.sub(self._hide_numbers, reading.text)
            hidden.update(reading.hidden_by(masked))
        return "".join([STAR if place in hidden else sign for place, sign in enumerate(text)]) if hidden else text

    def _hide_numbers(self, run: re.Match[str]) -> str:
        """Digits near one another, with those of a number that stands among them hidden."""
        signs = list(run[0])
        places = [place for place, sign in enumerate(signs) if sign.isalnum()]
        plain = "".join([signs[place] for place in places]).upper()
        for number in self.numbers:
            if (begin := plain.find(number)) >= 0:
                head, tail = (3, 4) if len(number) >= _MOBILE_DIGITS else (0, 3)
                for place in places[begin + head : begin + len(number) - tail]:
                    signs[place] = STAR
        return "".join(signs)


NOTHING_KNOWN = Own()
"""Nothing to look for but what rules find in anybody's words."""


def own_of(
    name: str | None = None,
    phone: str | None = None,
    id_no: str | None = None,
    home: str | None = None,
    *,
    keeps_places: bool = True,
) -> Own:
    """What to look for, of a requester. With ``keeps_places`` the home stays where it is the place of the trouble."""
    if not (name or phone or id_no or home):
        return NOTHING_KNOWN
    return Own(
        tuple(_names(name or "")),
        tuple(_homes(home or "", _HERE if keeps_places else "")),
        tuple(number for given in (phone, id_no) if given for number in _numbers(given)),
    )


def _hide_letters(match: re.Match[str]) -> str:
    own = match["own"]
    begin = match.start("own") - match.start()
    hidden = "".join([STAR if sign.isalnum() else sign for sign in own])
    return match[0][:begin] + hidden + match[0][begin + len(own) :]


def _hide_door(match: re.Match[str]) -> str:
    """The numbers of it; the words between them, and what leads to it, stay."""
    own, begin = match["own"], match.start("own") - match.start()
    hidden = _EACH_NUMBER.sub(lambda number: STAR * len(number[0]), own)
    return match[0][:begin] + hidden + match[0][begin + len(own) :]


def _names(given: str) -> Iterator[Sought]:
    """The name, also with blanks in it; of a Chinese one also the surname before or behind a form of address."""
    name = re.sub(r"\s", "", unicodedata.normalize("NFKC", given))
    titled = _WITH_TITLE.fullmatch(name)
    if name in _NOBODYS:
        return
    if _HAN_NAME.fullmatch(name) and titled is None:
        yield Sought((name[-1],), f"(?P<own>{_BLANK.join(name)})")
    elif titled is None:
        yield from _names_in_parts(given)
    family = _family_of(name) if titled is None else titled["family"]
    if family:
        yield Sought((family,), rf"(?P<own>{family})(?={_BLANK}(?:{_TITLES}))")
        in_a_place = rf"(?![{_IN_A_PLACE}]|家[{_IN_A_PLACE}])"
        yield Sought((f"老{family}", f"小{family}"), rf"(?<=[老小])(?P<own>{family}){in_a_place}")


def _names_in_parts(given: str) -> Iterator[Sought]:
    parts = re.findall(r"[^\W\d_]+", unicodedata.normalize("NFKC", given))
    if sum(map(len, parts)) > 1:
        yield Sought((parts[0].casefold(),), "(?P<own>" + r"[\W_]{0,3}".join(parts) + ")")
    for part in parts:
        if len(parts) > 1 and len(part) >= _SHORTEST_PART:
            alone = rf"(?<!\w)(?P<own>{part})(?!\w)" if part.isascii() else f"(?P<own>{part})"
            yield Sought((part.casefold(),), alone)


def _family_of(name: str) -> str:
    if not _HAN_NAME.fullmatch(name):
        return ""
    if len(name) > 2 and re.match(DOUBLE_SURNAMES, name):  # noqa: PLR2004
        return name[:2]
    return name[0] if name[0] in SURNAMES else ""


def _numbers(given: str) -> Iterator[str]:
    """A phone, with and without its country and area, or the number of a document: as its digits alone."""
    plain = re.sub(r"[\W_]", "", next(readings(given)).text).upper()
    digits = re.sub(r"[^0-9]", "", plain)
    national = re.sub(r"^(?:00)?86(?=[0-9]{10,})|^0(?=1[3-9])", "", digits)
    local = re.sub(r"^0(?:10|2[0-9]|[3-9][0-9]{2})(?=[2-8][0-9]{6,7}$)", "", national)
    for number in dict.fromkeys((plain, national, local)):
        if len(number) >= _SHORTEST_NUMBER and number[0].isdecimal():
            yield number


def _homes(given: str, here: str) -> Iterator[Sought]:
    """The home down to its door: two of its numbers or more that end with the last, or the last where it is said so."""
    home = re.sub(r"\s", "", unicodedata.normalize("NFKC", given))
    steps = _steps_of(home)
    if not steps:
        return
    first, door, ways = steps[0][0], _written(steps[-1][1]), _ways_of(steps[-1][1])
    last = rf"{door}\s?+{_UNIT}?+(?![0-9]){here}"
    between = rf"(?:\s?{_UNIT}\s?|[^\w*]{{1,2}})"
    for number, (_, one) in enumerate(steps[:-1]):
        rest = "".join(rf"(?:{_written(skipped)}{between})?" for _, skipped in steps[number + 1 : -1])
        yield Sought(ways, rf"(?<![0-9A-Za-z])(?P<own>{_written(one)}{between}{rest}{last})")
    place = re.search(rf"[\u3400-\u9fff]{{2,{_LONGEST_PLACE}}}$", home[:first])
    if place is not None and len(steps) == 1:
        yield Sought(ways, rf"{place[0][-3:]}\s?(?P<own>{last})")
    yield Sought(ways, rf"{_LIVES}[^，。；,;!！?？\n]{{0,12}}?(?<![0-9])(?P<own>{last})")


def _steps_of(home: str) -> list[tuple[int, str]]:
    """Where its numbers stand, and each; those that belong to a name (长征一路) have no unit and no number behind."""
    found = [(match.start(), match[1], match[2], match.end()) for match in _STEP.finditer(home)]
    return [(start, number) for start, number, unit, end in found if unit or end == len(home) or number.isdecimal()]


def _written(number: str) -> str:
    """The number in figures and in words, as a pattern."""
    ways = sorted(map(re.escape, _ways_of(number)), key=len, reverse=True)
    return f"(?<![0-9])(?:{'|'.join(ways)})"


def _ways_of(number: str) -> tuple[str, ...]:
    value = _value_of(number)
    if value is None:
        return (number.casefold(),)
    figures = str(value)
    ways = (number, figures, "".join([_FIGURES[int(one)] for one in figures]), _in_words(value))
    return tuple(dict.fromkeys(ways))


def _value_of(number: str) -> int | None:
    if number.isdecimal():
        return int(number)
    if "百" in number or not set(number) <= {*_VALUES, "十"}:
        return None
    if "十" not in number:
        return int("".join(str(_VALUES[sign]) for sign in number))
    tens, _, ones = number.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return None
    return 10 * (_VALUES[tens] if tens else 1) + (_VALUES[ones] if ones else 0)


def _in_words(value: int) -> str:
    """十五, 二十: as numbers below a hundred are said."""
    if not 10 <= value < 100:  # noqa: PLR2004
        return "".join(_FIGURES[int(one)] for one in str(value))
    tens, ones = divmod(value, 10)
    return (_FIGURES[tens] if tens > 1 else "") + "十" + (_FIGURES[ones] if ones else "")
