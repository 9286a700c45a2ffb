"""Who has an envelope seals under a key of its own: the vault's may change, and the own may be destroyed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.security.envelopes import Destroyed, KeyEnvelope, is_own
from libs.common.security.vault import CannotOpen, Vault, VaultCell

OLD, NEW, INDEX = b"o" * 32, b"n" * 32, b"i" * 32
OWNER, CELL = VaultCell("case_key", "key", "c1"), VaultCell("requester", "name", "c1")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
BEFORE = Vault({"k1": OLD}, "k1", INDEX)
BOTH = Vault({"k2": NEW, "k1": OLD}, "k2", INDEX)
AFTER = Vault({"k2": NEW}, "k2", INDEX)


@given(TEXTS)
def test_a_cell_stays_as_it_is_when_the_vault_has_another_key(plain: str) -> None:
    before = KeyEnvelope.new(BEFORE, OWNER)
    sealed = before.seal(plain, aad=CELL)
    assert is_own(sealed)

    with pytest.raises(CannotOpen):
        KeyEnvelope(AFTER, OWNER, before.wrapped).open(sealed, aad=CELL)
    wrapped = KeyEnvelope(BOTH, OWNER, before.wrapped).rewrapped()
    assert KeyEnvelope(AFTER, OWNER, wrapped).open(sealed, aad=CELL) == plain
    assert KeyEnvelope(BOTH, OWNER, wrapped).rewrapped() is None, "it is wrapped under the newest already"


@pytest.mark.parametrize("key", [OLD, b"s" * 16], ids=["aes", "sm4"])
def test_the_own_key_is_for_the_cipher_of_the_vault(key: bytes) -> None:
    vault = Vault({"k1": key}, "k1", INDEX)
    envelope = KeyEnvelope.new(vault, OWNER)
    sealed = envelope.seal("张三", aad=CELL)
    assert sealed[0] == vault.seal("张三", aad=CELL)[0]
    assert KeyEnvelope(vault, OWNER, envelope.wrapped).open(sealed, aad=CELL) == "张三"


def test_nothing_opens_whose_own_key_was_destroyed() -> None:
    envelope = KeyEnvelope.new(BEFORE, OWNER)
    own, of_before = envelope.seal("张三", aad=CELL), BEFORE.seal("李四", aad=CELL)
    assert envelope.open(of_before, aad=CELL) == "李四", "what was sealed before there were own keys"
    gone = KeyEnvelope(BEFORE, OWNER, None, destroyed=True)
    for sealed in (own, of_before):
        with pytest.raises(Destroyed):
            gone.open(sealed, aad=CELL)
    with pytest.raises(Destroyed):
        gone.seal("王五", aad=CELL)


def test_the_key_of_one_owner_opens_nothing_of_another() -> None:
    mine, yours = KeyEnvelope.new(BEFORE, OWNER), KeyEnvelope.new(BEFORE, VaultCell("case_key", "key", "c2"))
    with pytest.raises(CannotOpen):
        yours.open(mine.seal("张三", aad=CELL), aad=CELL)
    with pytest.raises(CannotOpen):
        KeyEnvelope(BEFORE, VaultCell("case_key", "key", "c2"), mine.wrapped).seal("张三", aad=CELL)
