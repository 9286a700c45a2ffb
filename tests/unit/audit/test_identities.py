"""What the audit takes for a phone or an ID number."""

import pytest

from huiyin.audit.identities import has_identity

DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "电话13800138000。",
        "１３８００１３８０００",
        "11010119900307123X",
        f"{DIGEST} 13800138000",
        "1" * 18,
    ],
)
def test_a_number_of_a_person_is_seen(text: str) -> None:
    assert has_identity(text)


@pytest.mark.parametrize(
    "text",
    [
        "一三八",
        "2026112200013800138000",
        "01987654-1111-7222-8333-e13800138000",
        DIGEST[:20] + "f13800138000a" + DIGEST[33:],
        f'{{"digest":"{DIGEST[:52]}f13800138000"}}',
    ],
)
def test_a_number_of_a_thing_is_not(text: str) -> None:
    assert not has_identity(text)


def test_sixty_four_digits_are_no_digest() -> None:
    assert has_identity("13800138000 " + "1" * 64)
