"""Envelopes: the cells of one owner are sealed under a key of its own (数据密钥), which the vault's key wraps.

So a new key of the vault means wrapping the owners' keys anew, and no cell; and whoever destroys an owner's key has
destroyed all that was sealed under it, wherever copies of the cells are.
"""

import secrets
from typing import Self

from libs.common.security.vault import CannotOpen, SealingKey, Vault, VaultCell

OWN = "own"
"""What stands for the key's id in a cell that is sealed under its owner's own key. Ids of vault keys have 8 letters."""


OWN_HEADER = bytes((len(OWN),)) + OWN.encode()
"""So it stands in a sealed value, behind the byte of its suite."""


class Destroyed(CannotOpen):
    """The owner's key was destroyed, so that nobody ever opens it again."""


class KeyEnvelope:
    """Seals what one owner has under its own key, and opens that and what was sealed under the vault's before."""

    def __init__(self, vault: Vault, owner: VaultCell, wrapped: bytes | None, *, destroyed: bool = False) -> None:
        """``wrapped`` is the own key as it is kept in the cell ``owner``; None where there is none."""
        self._vault = vault
        self._owner = owner
        self._wrapped = wrapped
        self._own: SealingKey | None = None
        self.destroyed = destroyed

    @classmethod
    def new(cls, vault: Vault, owner: VaultCell) -> Self:
        """With a key that was made just now. It lasts as long as what ``wrapped`` gives is kept."""
        key = secrets.token_bytes(vault.key_bytes)
        envelope = cls(vault, owner, vault.wrap(key, aad=owner))
        envelope._own = SealingKey(OWN, key)
        return envelope

    @property
    def wrapped(self) -> bytes | None:
        """The own key, as it is to be kept."""
        return self._wrapped

    def seal(self, plain: str, *, aad: VaultCell) -> bytes:
        """The text, encrypted for this cell under the own key. CannotOpen when there is none, or not the vault's."""
        return self._key().seal(plain.encode(), aad)

    def open(self, token: bytes, *, aad: VaultCell) -> str:
        """The text that was sealed for this cell. Destroyed when the own key was; CannotOpen as `Vault.open`."""
        if self.destroyed:
            raise Destroyed("the key of this value was destroyed")
        if is_own(token):
            return self._key().open(token, aad).decode()
        return self._vault.open(token, aad=aad)

    def rewrapped(self) -> bytes | None:
        """The own key wrapped under the vault's current key; None where it is already, or there is none. CannotOpen."""
        if self._wrapped is None or self._vault.is_current(self._wrapped):
            return None
        return self._vault.wrap(self._vault.unwrap(self._wrapped, aad=self._owner), aad=self._owner)

    def _key(self) -> SealingKey:
        if self.destroyed:
            raise Destroyed("the key of this value was destroyed")
        if self._own is None:
            if self._wrapped is None:
                raise CannotOpen("the owner's key of this value is not here")
            self._own = SealingKey(OWN, self._vault.unwrap(self._wrapped, aad=self._owner))
        return self._own


def is_own(token: bytes) -> bool:
    """Whether it was sealed under its owner's own key."""
    return token[1 : 2 + len(OWN)] == OWN_HEADER
