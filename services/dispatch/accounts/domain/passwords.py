"""What a password may be (密码要求), after NIST SP 800-63B 3.1.1: long enough, and not what everybody tries first.

There are no rules about kinds of characters, and no password ends by itself but the first one.
"""

import re
import secrets
import unicodedata
from datetime import timedelta
from enum import Enum

SHORTEST, LONGEST = 12, 128
"""Characters; a Chinese sentence will do."""
FIRST_LASTS = timedelta(days=14)
"""A first password, which somebody else knows, is good for so long."""
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""None is taken for another on paper."""
_GROUPS, _OF_EACH = 4, 4
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "abcdefghijklmnopqrstuvwxyz", "1qaz2wsx3edc4rfv5tgb")
_STEMS = frozenset((
    "abc", "admin", "administrator", "changeme", "chushimima", "dragon", "football", "guanliyuan", "hello",
    "huiyin", "iloveyou", "letmein", "login", "master", "mima", "mimashi", "monkey", "passw0rd", "passwd",
    "password", "pa55word", "p@ssword", "p@ssw0rd", "princess", "root", "secret", "shehuizhuyi", "sunshine",
    "superman", "test", "user", "welcome", "woaini", "woaizhongguo", "woaizuguo", "wangguan", "xitong",
    "yonghu", "zhongguo", "zuguo", "密码", "管理员", "我爱你", "我爱祖国", "我爱中国", "中国", "回音", "初始密码",
    "用户",
))  # fmt: skip
"""What is left of the common ones when digits and signs around it are taken away."""


class PasswordFault(Enum):
    """Why a password is refused: English, Chinese."""

    SHORT = (f"must have {SHORTEST} characters at least", f"至少 {SHORTEST} 个字符，可以是一句话")
    LONG = (f"must have {LONGEST} characters at most", f"最多 {LONGEST} 个字符")
    STAFF_NUMBER = ("must not hold the staff number", "不得包含工号")
    PHONE_NUMBER = ("must not hold a phone number", "不得包含手机号码")
    COMMON = ("is one that everybody tries first", "过于常见，容易被猜到")
    SAME = ("must be another than before", "不得与原密码相同")


def normal(password: str) -> str:
    """The one spelling that is kept: the same from every keyboard (NFC after NFKC for full-width letters)."""
    return unicodedata.normalize("NFKC", password)


def fault_of(password: str, staff_id: str) -> PasswordFault | None:
    """What is wrong with a normal one."""
    if len(password) < SHORTEST:
        return PasswordFault.SHORT
    if len(password) > LONGEST:
        return PasswordFault.LONG
    low = password.casefold()
    if len(staff_id) > 2 and staff_id.casefold() in low:  # noqa: PLR2004 - two signs stand in many a sentence
        return PasswordFault.STAFF_NUMBER
    if _MOBILE.search(low):
        return PasswordFault.PHONE_NUMBER
    return PasswordFault.COMMON if _is_common(low) else None


def first_password() -> str:
    """One for the first time, which can be read from paper: 79 bits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_OF_EACH)) for _ in range(_GROUPS))
    return "-".join(groups)


def _is_common(low: str) -> bool:
    letters = re.sub(r"[\W\d_]+", "", low)
    stem = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", low)
    return len(set(low)) < 4 or bool({letters, stem} & (_STEMS | {""})) or _is_a_walk(low)  # noqa: PLR2004 - aaaabbbbcccc


def _is_a_walk(low: str) -> bool:
    """Whether it is made of neighbours on a keyboard or in the alphabet, or of one piece again and again."""
    bare = re.sub(r"[\W_]+", "", low)
    steps = sum(any(bare[at : at + 3] in (row + row)[:] or bare[at : at + 3] in row[::-1] for row in _ROWS)
                for at in range(len(bare) - 2))  # fmt: skip
    if len(bare) > 2 and steps >= len(bare) - 4:  # noqa: PLR2004 - one turn of the hand
        return True
    return any(bare == (bare[:size] * len(bare))[: len(bare)] for size in range(1, 5))
