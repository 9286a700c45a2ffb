"""Passwords: hashed in threads, a few at a time, the unknown at the cost of the known."""

import asyncio

import pytest
from argon2 import PasswordHasher, extract_parameters

from libs.common.errors import Unavailable
from libs.common.security.passwords import AT_ONCE, WAITING, Passwords

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


async def test_it_is_kept_as_argon2id_with_the_parameters_of_owasp() -> None:
    passwords = Passwords()
    kept = await passwords.hash("a long enough one")
    parameters = extract_parameters(kept)
    assert kept.startswith("$argon2id$")
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19_456, 2, 1)
    assert await passwords.matches(kept, "a long enough one")
    assert not await passwords.matches(kept, "another one")
    assert not await passwords.matches(None, "the password of nobody at all")
    assert not await passwords.matches("damaged", "x")
    assert not passwords.outdated(kept)
    assert passwords.outdated(CHEAP.hash("a long enough one"))


async def test_a_flood_is_told_to_come_again() -> None:
    passwords = Passwords(CHEAP)
    answers = await asyncio.gather(*(passwords.hash("x") for _ in range(200)), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Unavailable)]
    assert len(refused) == 200 - AT_ONCE - WAITING
    assert refused[0].headers["Retry-After"]
    assert await passwords.hash("afterwards")


@pytest.mark.parametrize("password", ["短", "x" * 10_000, "\N{GRINNING FACE}" * 20])
async def test_whatever_is_sent_is_only_a_password(password: str) -> None:
    passwords = Passwords(CHEAP)
    assert await passwords.matches(await passwords.hash(password), password)
