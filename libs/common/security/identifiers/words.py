"""Identifiers that a word or a sign gives away: addresses with an @, accounts, plates, permits, phones without code."""

import re

from libs.common.security.identifiers.numbers import SEP, Pass, pass_of, passes_luhn, starred
from libs.common.security.identifiers.signs import STAR

_BETWEEN = r"[^\w*\n]{0,4}"
_IS = rf"{_BETWEEN}(?:号码?|账号|帐号|[Ii][Dd]|是|为|用户)?{_BETWEEN}(?:是|为|叫)?{_BETWEEN}"
"""Between a word and what it names: 微信号是：."""
_AT = r"(?:@|\s?[(\[{（【](?:at|AT|At|艾特|圈[aA])[)\]}）】]\s?|\sat\s)"
_DOT = r"(?:\.|\s?[(\[]dot[)\]]\s?|\sdot\s)"
_EMAIL = re.compile(
    rf"(?<![0-9A-Za-z._%+-])(?P<id>[0-9A-Za-z][0-9A-Za-z._%+-]{{0,63}}){_AT}[0-9A-Za-z-]{{1,63}}(?:{_DOT}[0-9A-Za-z-]{{2,20}}){{1,4}}"
)
_MESSENGER = re.compile(
    rf"(?:微信|薇信|威信|徽信|[WwVv][XxＸ]|[Ww]e[Cc]hat|[VvＶ]信|[Qq][Qq](?!群)|扣扣|企鹅号|抖音|快手|微博|支付宝|钉钉|陌陌|小红书|"
    rf"[Tt]elegram|[Ww]hats[Aa]pp|[Ll]ine(?=[:：号])){_IS}(?:加|加我)?"
    rf"(?P<id>[A-Za-z][-_0-9A-Za-z]{{5,19}}|[1-9][0-9]{{4,10}})(?![-_0-9A-Za-z@%.]|[元万年月日号个人])"
)
_ACCOUNT_SIGN = re.compile(r"[-_0-9]")
_NAMES_AN_ACCOUNT = re.compile(r"号|[Ii][Dd]|[:：是为]")
_PLATE = re.compile(
    r"(?P<head>[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼西][A-Za-z])[\s·.\-•]?"
    r"(?P<id>(?=[0-9A-Za-z]{0,5}[0-9])(?:[0-9A-HJ-NP-Za-hj-np-z]{6}|[0-9A-HJ-NP-Za-hj-np-z]{5}|[0-9A-HJ-NP-Za-hj-np-z]{4}[挂学警港澳使领]))"
    r"(?![0-9A-Za-z])"
)
_FEWEST_DIGITS_OF_A_PLATE = 2
_SPOKEN_PLATE = re.compile(
    rf"(?:车牌照?号?码?|牌照号?|车号){_IS}(?P<head>[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼西]?[A-Za-z]?)"
    rf"[\s·.\-•]?(?P<id>(?=[A-Za-z]{{0,3}}[0-9])[0-9A-Za-z]{{4,6}})(?![0-9A-Za-z])"
)
_PERMIT = re.compile(
    rf"(?:护照|通行证|回乡证|台胞证|港澳台?居民居住证|居住证|军官证|士兵证|警官证|残疾证|驾驶证|驾照|出生证|社保卡?|医保卡?|身份证|证件)"
    rf"(?:号码?|编号|证号)?{_IS}(?:[军士警文政海空武]字?第?)?(?P<id>(?=[A-Za-z]{{0,3}}[0-9])[0-9A-Za-z]{{6,20}}(?:\([0-9A-Za-z]\))?)(?![0-9A-Za-z])"
)
_PASSPORT = re.compile(
    r"(?<![0-9A-Za-z])(?P<id>[EGDSPHMCK][0-9]{8}(?:[0-9]{2})?|E[A-Z][0-9]{7}|[A-Z]{1,2}[0-9]{6}\([0-9A]\))(?![0-9A-Za-z])"
)
_OF_AN_OFFICE = "".join(
    f"(?<!{word}电话)"
    for word in ("办公", "办公室", "监督", "举报", "服务", "投诉", "咨询", "值班", *"股局科处所站院司台室线部会")
)
"""Whose telephone is anybody's to call."""
_PHONE_WORD = (
    rf"(?:电话{_OF_AN_OFFICE}|手机|座机|固话|家电|宅电|小灵通|传呼|传真|联系方式|联系号码|号码|致电|拨打|来电|机主|"
    r"(?<![A-Za-z])[Tt][Ee][Ll](?:ephone)?|(?<![A-Za-z])[Pp]hone|[Mm]obile|[☎☏📞📱])"
)
_PHONE = re.compile(
    rf"{_PHONE_WORD}{_IS}(?P<id>(?!400|800|95|96|1[02])[2-9][0-9]{{2,3}}{SEP}?[0-9]{{4}}|(?!400|800)[1-9][0-9]{{8,10}}|[2-8][0-9]{{2}}(?:{SEP}[0-9]{{2}}){{2}})"
    rf"(?![0-9]|\s?[元万度吨个人次年月])"
)
_NEARBY = re.compile(
    rf"(?:香港|澳门|港澳|台湾|台北|(?<![A-Za-z])(?:HK|hk|TW|Macau))[^0-9\n，。；]{{0,8}}"
    rf"(?P<id>(?:0?[0-9]{{1,2}}{SEP}?)?[2-9][0-9]{{2,3}}{SEP}?[0-9]{{4}})(?![0-9]|\s?[元万年])"
)
_CARD = re.compile(
    rf"(?:银行卡|卡号|[账帐]号|[账帐]户|存折|公积金){_IS}(?P<id>[0-9](?:[\s-]?[0-9]){{7,22}})(?![0-9]|\s?[元万])"
)


def _hide(match: re.Match[str], head: int, tail: int) -> str:
    """The match with all letters and figures of its identifier hidden, but for so many at its ends."""
    found, begin = match["id"], match.start("id") - match.start()
    places = [place for place, sign in enumerate(found) if sign.isalnum()]
    hidden = set(places[head : len(places) - tail])
    shown = "".join([STAR if place in hidden else sign for place, sign in enumerate(found)])
    return match[0][:begin] + shown + match[0][begin + len(found) :]


def _hide_email(match: re.Match[str]) -> str:
    return _hide(match, 1, 0) if len(match["id"]) > 1 else _hide(match, 0, 0)


def _hide_account(match: re.Match[str]) -> str:
    word = match[0][: match.start("id") - match.start()]
    if not (_ACCOUNT_SIGN.search(match["id"]) or _NAMES_AN_ACCOUNT.search(word)):
        return match[0]
    return _hide(match, 1, 1)


def _hide_plate(match: re.Match[str]) -> str:
    if sum(sign.isdigit() for sign in match["id"]) < _FEWEST_DIGITS_OF_A_PLATE:
        return match[0]
    return _hide(match, 0, 2)


def _hide_permit(match: re.Match[str]) -> str:
    return _hide(match, 1, 2)


def _hide_phone(match: re.Match[str]) -> str:
    digits = sum(sign.isdecimal() for sign in match["id"])
    return match[0] if STAR in match[0] else _hide(match, 0, min(4, digits - 4))


def _hide_bank_account(match: re.Match[str]) -> str:
    digits = [int(sign) for sign in match["id"] if sign.isdecimal()]
    begin = match.start("id") - match.start()
    return match[0][:begin] + starred(match["id"], 6 if passes_luhn(digits) else 3, 4)


_SEVEN_DIGITS = re.compile(r"[0-9](?:[\W_]{0,4}[0-9]){6}").search
_ACCOUNT = re.compile(r"[A-Za-z][-_0-9A-Za-z]{5}|[1-9][0-9]{4}").search
_AN_AT = re.compile("@|[(\\[{（【 ][aA][tT]|艾特|圈[aA]").search

WORDS: tuple[Pass, ...] = (
    pass_of(_EMAIL, _hide_email, _AN_AT),
    pass_of(_MESSENGER, _hide_account, _ACCOUNT),
    pass_of(_PLATE, _hide_plate, re.compile(r"[\u4e00-\u9fff][A-Za-z][\W_]?[0-9A-Za-z]{4}").search),
    pass_of(_SPOKEN_PLATE, _hide_plate, re.compile("车牌|牌照|车号").search),
    pass_of(_PERMIT, _hide_permit, re.compile("[0-9A-Za-z]{6}").search),
    pass_of(_PASSPORT, _hide_permit, re.compile("[A-Z][0-9]{6}").search),
    pass_of(_CARD, _hide_bank_account, _SEVEN_DIGITS),
    pass_of(_NEARBY, _hide_phone, _SEVEN_DIGITS),
    pass_of(_PHONE, _hide_phone, _SEVEN_DIGITS),
)
"""Behind the numbers that are known by themselves, so that of these the usual figures stay."""
