"""Which long numbers are those of things: orders, areas, meters, sums. They are needed for the work and stay."""

import itertools
import re
from datetime import date

from libs.common.case_numbers import is_case_number
from libs.common.security.personal_numbers import PROVINCES

_BEFORE, _AFTER = 16, 6
"""Signs beside a number that are looked at."""
_A_THING = re.compile(
    r"(?:编号|编码|代码|单号|工单|订单|案号|文号|区域|网格|(?<!电)(?<!手机)(?<!话)序号|表号|(?<![账帐])户号|电表|水表|气表|读数|燃气|"
    r"用户号|客户号|缴费|账单|发票|流水|运单|快递|条码|序列|型号|许可证|证书|批号|备案|合同|项目|产权|房产证|不动产|信用代码|税号|"
    r"机号|设备|车架|学籍|受理|查询码|信件|信访件|标段|批文|工程|楼盘|商品|货号)[^，。；;,!?！？\n]{0,8}$"
)
_A_PERSON = re.compile(r"(?:卡号|[账帐][号户]|银行|身份证|电话|手机|联系)[^，。；;,!?！？\n]{0,8}$")
_A_SUM = re.compile(r"\s?[余多]?\s?(?:[元万亿块%％度吨米㎡次个条名户件]|千瓦|公里|平方|人民币|美元)")
_IN_ADDRESS = re.compile(r"(?:https?:/|www\.|\.com|\.cn|\.html?)[!-~]{0,300}$")
_DECIMALS = re.compile(r"[0-9][.]$")
_DAY = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_AREA = re.compile(r"[0-9]{2}[0-79][0-9][0-9]{2}[0-3][0-9]{2}[0-5][0-9]{2}(?:[0-9]{3})?")
_EXAMPLES = "99"
"""The province of packs that are examples; GB/T 2260 gives it to nobody."""
_OLD_IDENTITY = re.compile(r"([0-9]{2})[0-9]{4}([0-9]{2})([0-9]{2})([0-9]{2})[0-9]{3}")
_OLDEST = 30
"""The year of the century from which those who have an ID number of 15 digits were born."""


_OF_A_TOWN = re.compile(r"(?P<province>[0-9]{2})[0-9]{7}[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])0[0-9]{6}")


def is_of_a_towns_case(number: str) -> bool:
    """Whether 22 digits are the case number of a town of its own, and not two numbers written without a space.

    Beside the check digit, its parts tell it: a province, a day, and a sequence of which no town needs the first digit.
    """
    match = _OF_A_TOWN.fullmatch(number)
    return match is not None and match["province"] in (*PROVINCES, _EXAMPLES) and is_case_number(number)


def is_of_a_thing(text: str, start: int, end: int) -> bool:
    """Whether the 12 to 19 digits from ``start`` to ``end`` are, by what they look like and what stands beside them."""
    number = text[start:end]
    before = text[max(0, start - _BEFORE) : start]
    if is_case_number(number) or _A_SUM.match(text, end, end + _AFTER) or _DECIMALS.search(before):
        return True
    if _IN_ADDRESS.search(text[max(0, start - 320) : start]):
        return True
    if _A_PERSON.search(before):
        return False
    if _A_THING.search(before) or _DAY.match(number):
        return True
    return _AREA.fullmatch(number) is not None and _has_province(number) and not is_old_identity(number)


def is_old_identity(number: str) -> bool:
    """Whether 15 digits can be an ID number of before 1999: a province, and a day of the last century.

    Codes of grids have 15 digits, too; those of towns and villages seldom make a day of a year from 1930 on.
    """
    match = _OLD_IDENTITY.fullmatch(number)
    if match is None or match[1] not in PROVINCES or int(match[2]) < _OLDEST:
        return False
    try:
        date(1900 + int(match[2]), int(match[3]), int(match[4]))
    except ValueError:
        return False
    return True


def is_counted_up(groups: list[str]) -> bool:
    """Whether several groups of digits are a list, such as of houses one beside the other, and no number in parts."""
    values = [int(group) for group in groups if group.isdecimal()]
    return len(values) > 2 and all(0 < after - now <= 2 for now, after in itertools.pairwise(values))  # noqa: PLR2004


def are_years(groups: list[str]) -> bool:
    """Whether all but the last, which may be cut off, are years."""
    return len(groups) > 1 and all(len(group) == 4 and group[:2] in ("19", "20") for group in groups[:-1])  # noqa: PLR2004


def _has_province(number: str) -> bool:
    return number[:2] in PROVINCES or number.startswith(_EXAMPLES)
