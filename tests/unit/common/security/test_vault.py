"""What the vault sealed opens in its place with its key, and nowhere else."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.security.keyfile import DamagedKeyFile, InsecureKeyFile
from libs.common.security.phones import NotAPhone
from libs.common.security.vault import KEY_FILE, CannotOpen, Suite, Vault, VaultCell, VaultKeys, load_or_create_keys

AES, OTHER_AES, SM4, INDEX = bytes(range(32)), b"o" * 32, b"s" * 16, b"i" * 32
CELL = VaultCell("requesters", "phone", "999001260302000123x")
VAULTS = {"aes": Vault({"k1": AES}, "k1", INDEX), "sm4": Vault({"k1": SM4}, "k1", INDEX)}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@pytest.fixture(params=VAULTS)
def vault(request: pytest.FixtureRequest) -> Vault:
    return VAULTS[request.param]


@given(TEXTS, st.sampled_from(sorted(VAULTS)))
def test_what_was_sealed_opens(plain: str, name: str) -> None:
    vault = VAULTS[name]
    sealed = vault.seal(plain, aad=CELL)
    assert plain == vault.open(sealed, aad=CELL)
    assert plain.encode() not in sealed or len(plain.encode()) < 4


def test_the_first_byte_names_the_suite() -> None:
    assert VAULTS["aes"].seal("张三", aad=CELL)[0] == Suite.AES_256_GCM
    assert VAULTS["sm4"].seal("张三", aad=CELL)[0] == Suite.SM4_GCM
    assert [suite.value for suite in Suite] == [1, 2]


def test_the_same_text_is_sealed_differently_each_time(vault: Vault) -> None:
    assert len({vault.seal("张三", aad=CELL) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "other",
    [
        VaultCell("requesters", "phone", "another"),
        VaultCell("requesters", "name", CELL.case_id),
        VaultCell("visits", "phone", CELL.case_id),
        VaultCell("requester", "sphone", CELL.case_id),
    ],
)
def test_a_value_moved_to_another_cell_does_not_open(vault: Vault, other: VaultCell) -> None:
    with pytest.raises(CannotOpen):
        vault.open(vault.seal("张三", aad=CELL), aad=other)


@pytest.mark.parametrize(
    "cell",
    [VaultCell("a|b", "c", "d"), VaultCell("a", "b|c", "d"), VaultCell("a", "b", ""), VaultCell("a", "b", "c|d")],
)
def test_a_cell_that_could_look_like_another_is_refused(vault: Vault, cell: VaultCell) -> None:
    with pytest.raises(ValueError, match="case_id"):
        vault.seal("张三", aad=cell)


@given(st.data(), st.sampled_from(sorted(VAULTS)))
def test_no_bit_can_be_changed(data: st.DataObject, name: str) -> None:
    sealed = bytearray(VAULTS[name].seal("13812345678", aad=CELL))
    place, bit = data.draw(st.integers(0, len(sealed) - 1)), data.draw(st.integers(0, 7))
    sealed[place] ^= 1 << bit
    with pytest.raises(CannotOpen):
        VAULTS[name].open(bytes(sealed), aad=CELL)


@given(st.integers(0, 60), st.sampled_from(sorted(VAULTS)))
def test_a_value_cut_short_does_not_open(length: int, name: str) -> None:
    sealed = VAULTS[name].seal("13812345678", aad=CELL)
    with pytest.raises(CannotOpen):
        VAULTS[name].open(sealed[: min(length, len(sealed) - 1)], aad=CELL)


@given(st.binary(max_size=80))
def test_any_bytes_do_not_open(noise: bytes) -> None:
    with pytest.raises(CannotOpen):
        VAULTS["aes"].open(noise, aad=CELL)


def test_another_key_under_the_same_id_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        Vault({"k1": OTHER_AES}, "k1", INDEX).open(VAULTS["aes"].seal("张三", aad=CELL), aad=CELL)


def test_a_key_of_another_suite_under_the_same_id_does_not_open() -> None:
    with pytest.raises(CannotOpen, match="not known"):
        VAULTS["sm4"].open(VAULTS["aes"].seal("张三", aad=CELL), aad=CELL)


def test_after_a_rotation_old_values_open_and_new_ones_use_the_new_key() -> None:
    before = Vault({"k1": AES}, "k1", INDEX)
    after = Vault({"k1": AES, "k2": SM4}, "k2", INDEX)
    old = before.seal("张三", aad=CELL)
    new = after.seal(after.open(old, aad=CELL), aad=CELL)
    assert after.open(new, aad=CELL) == "张三"
    with pytest.raises(CannotOpen, match="not known"):
        before.open(new, aad=CELL)


@pytest.mark.parametrize(
    ("keys", "current", "index_key"),
    [
        ({"k1": AES}, "k2", INDEX),
        ({"k1": b"short"}, "k1", INDEX),
        ({"": AES}, "", INDEX),
        ({"k" * 256: AES}, "k" * 256, INDEX),
        ({"钥": AES}, "钥", INDEX),
        ({"k1": AES}, "k1", b"short"),
        ({"k1": AES, "k2": b"short"}, "k1", INDEX),
        ({"k1": bytes(32)}, "k1", INDEX),
        ({"k1": AES, "k2": bytes(16)}, "k1", INDEX),
        ({"k1": AES}, "k1", bytes(32)),
        ({"k1": AES}, "k1", AES),
        ({"k1": AES, "k2": OTHER_AES}, "k1", OTHER_AES),
    ],
)
def test_keys_that_do_not_fit_are_refused_at_the_start(keys: dict[str, bytes], current: str, index_key: bytes) -> None:
    with pytest.raises(ValueError, match="key"):
        Vault(keys, current, index_key)


def test_every_spelling_of_a_phone_has_one_index() -> None:
    spellings = ["13812345678", "138-1234-5678", "+86 138 1234 5678", "１３８１２３４５６７８"]
    indexes = {VAULTS["aes"].phone_index(phone) for phone in spellings}
    assert len(indexes) == 1
    assert {len(index) for index in indexes} == {16}


def test_the_index_of_a_phone_is_fixed_for_ever() -> None:
    assert VAULTS["aes"].phone_index("13812345678").hex() == "57db7eee257955cdc357cf11b8a0d9b5"


def test_another_phone_or_index_key_gives_another_index() -> None:
    index = VAULTS["aes"].phone_index("13812345678")
    assert index != VAULTS["aes"].phone_index("13812345679")
    assert index != Vault({"k1": AES}, "k1", b"j" * 32).phone_index("13812345678")
    assert index == Vault({"k2": OTHER_AES}, "k2", INDEX).phone_index("13812345678")


def test_what_is_no_phone_has_no_index() -> None:
    with pytest.raises(NotAPhone):
        VAULTS["aes"].phone_index("无")


def test_the_keys_of_a_data_directory_are_made_once_and_are_the_owners_alone(tmp_path: Path) -> None:
    first, second = load_or_create_keys(tmp_path), load_or_create_keys(tmp_path)
    assert first == second
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    sealed = first.vault().seal("张三", aad=CELL)
    assert second.vault().open(sealed, aad=CELL) == "张三"
    assert load_or_create_keys(tmp_path / "other").keys != first.keys


def test_keys_that_others_can_read_are_refused(tmp_path: Path) -> None:
    load_or_create_keys(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(InsecureKeyFile):
        load_or_create_keys(tmp_path)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"vault_keys": 5, "index_key": ""}', '{"vault_keys": ["!"], "index_key": ""}']
)
def test_a_broken_key_file_is_refused_and_not_overwritten(tmp_path: Path, content: str) -> None:
    path = tmp_path / KEY_FILE
    path.touch(mode=0o600)
    path.write_text(content)
    with pytest.raises(DamagedKeyFile, match=KEY_FILE):
        load_or_create_keys(tmp_path)
    assert path.read_text() == content


def test_keys_from_the_environment_put_the_current_one_first() -> None:
    new, old, index = (base64.b64encode(key).decode() for key in (OTHER_AES, AES, INDEX))
    before, after = VaultKeys.from_base64(old, index).vault(), VaultKeys.from_base64(f"{new}, {old}", index).vault()
    sealed = before.seal("张三", aad=CELL)
    assert after.open(sealed, aad=CELL) == "张三"
    with pytest.raises(CannotOpen, match="not known"):
        before.open(after.seal("张三", aad=CELL), aad=CELL)


def test_no_key_shows_in_a_repr(tmp_path: Path) -> None:
    keys = load_or_create_keys(tmp_path)
    stored = json.loads((tmp_path / KEY_FILE).read_text())
    shown = repr(keys) + repr(keys.vault())
    assert stored["index_key"] not in shown
    assert repr(keys.index_key) not in shown
    assert all(repr(key) not in shown for key in keys.keys.values())
