"""What is sealed of a household (户内信息): each under a key of its own, and found by phone or by door."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter

from libs.common.errors import Unavailable
from libs.common.security.envelopes import KeyEnvelope
from libs.common.security.identifiers.signs import STAR
from libs.common.security.masking import masked_name, masked_phone
from libs.common.security.vault import CannotOpen, Vault, VaultCell, print_of_sealed
from services.intake.households.schemas import HouseholdField, MemberIn, PlaceIn
from services.intake.households.tables import HouseholdIdentity
from services.intake.requesters.domain import Own, own_of

HIDDEN = STAR * 4
SEALED = ("head", "phone", "door", "members", "place")
MASKS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"head": masked_name, "phone": masked_phone, "door": lambda _: HIDDEN}
)
"""What is left of each for whoever may see the household."""
_MEMBERS = TypeAdapter(tuple[MemberIn, ...])


@dataclass(frozen=True, slots=True)
class Identity:
    """Who lives there, open."""

    head: str | None = None
    phone: str | None = None
    door: str | None = None
    members: tuple[MemberIn, ...] = ()
    place: PlaceIn | None = None


@dataclass(frozen=True, slots=True)
class Masked:
    """The same as anybody may see it who may see the household."""

    head: str | None
    phone: str | None
    door: str | None
    members: int


UNKNOWN = Masked(None, None, None, 0)
"""Nothing is known, or it was erased."""


class WhoLivesThereErased(Unavailable):
    """Who lives there was erased (已删除): nobody opens it again, and no step of the household needs it any more."""

    status, type = 410, "household-erased"
    title, title_zh = "Who lives in this household was erased", "该户的户内信息已删除"


def check_not_erased(row: HouseholdIdentity) -> None:
    """WhoLivesThereErased."""
    if row.destroyed_at is not None:
        raise WhoLivesThereErased


def envelope_of(vault: Vault, row: HouseholdIdentity) -> KeyEnvelope:
    """What seals and opens of a household."""
    return KeyEnvelope(vault, key_cell(row.household_id), row.wrapped, destroyed=row.destroyed_at is not None)


def key_cell(household_id: str) -> VaultCell:
    """Where the key of a household belongs."""
    return VaultCell("household_identity", "key", household_id)


def sealed_identity(vault: Vault, household_id: str, area_code: str, who: Identity) -> dict[str, Any]:
    """The columns of a new row, sealed under a key of its own. It needs no transaction, and may be done before one."""
    envelope = KeyEnvelope.new(vault, key_cell(household_id))
    told = {name: getattr(who, name) for name in SEALED}
    columns = _sealed(envelope, vault, household_id, area_code, told)
    return {"household_id": household_id, "wrapped": envelope.wrapped, "destroyed_at": None} | columns


def put_identity(
    row: HouseholdIdentity, envelope: KeyEnvelope, vault: Vault, area_code: str, told: Mapping[str, Any]
) -> None:
    """Seal what was told; what was not told stays as it is."""
    for column, value in _sealed(envelope, vault, row.household_id, area_code, told).items():
        setattr(row, column, value)


def _sealed(
    envelope: KeyEnvelope, vault: Vault, household_id: str, area_code: str, told: Mapping[str, Any]
) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, value in told.items():
        text = _text_of(name, value)
        cell = _cell(name, household_id)
        columns[f"sealed_{name}"] = None if text is None else envelope.seal(text, aad=cell)
    if "phone" in told:
        columns["phone_index"] = None if told["phone"] is None else vault.phone_index(told["phone"])
    if "door" in told:
        columns["door_index"] = None if told["door"] is None else vault.door_index(area_code, told["door"])
    return columns


def opened(envelope: KeyEnvelope, row: HouseholdIdentity, wanted: Sequence[str] = SEALED) -> Identity:
    """What is wanted, unmasked. Unavailable when its key is not here, or it was changed, or WhoLivesThereErased."""
    check_not_erased(row)
    try:
        texts = {name: _opened(envelope, row, name) for name in wanted}
    except CannotOpen as error:
        raise Unavailable(
            "What was sealed cannot be opened: its key is not here, or it was changed",
            "密封信息无法打开：缺少密钥或内容已被改动",
        ) from error
    members = texts.pop("members", None)
    place = texts.pop("place", None)
    return Identity(
        **texts,
        members=() if members is None else _MEMBERS.validate_json(members),
        place=None if place is None else PlaceIn.model_validate_json(place),
    )


def hidden_in(who: Identity, text: str) -> str:
    """The text masked, with what is the household's own hidden, too: whoever writes about it tends to name it."""
    of_members = (own_of(member.name, member.phone) for member in who.members)
    every = [own_of(who.head, who.phone, home=who.door, keeps_places=False), *of_members]
    own = Own(
        tuple(name for one in every for name in one.names),
        tuple(home for one in every for home in one.homes),
        tuple(number for one in every for number in one.numbers),
    )
    return own.hidden_in(text)


def without_names(vault: Vault, row: HouseholdIdentity, text: str) -> str:
    """The text as by `hidden_in`; of whom was erased nothing is known that could be hidden beside what rules find."""
    if row.destroyed_at is not None:
        return hidden_in(Identity(), text)
    return hidden_in(opened(envelope_of(vault, row), row), text)


def masked(vault: Vault, row: HouseholdIdentity) -> Masked:
    """``张*`` and ``138****1234``; what cannot be opened is hidden, and the household can be read all the same."""
    if row.destroyed_at is not None:
        return UNKNOWN
    envelope = envelope_of(vault, row)
    try:
        members = len(opened(envelope, row, ("members",)).members)
    except Unavailable:
        members = 0
    return Masked(**{name: _masked(envelope, row, name) for name in MASKS}, members=members)


def print_of(row: HouseholdIdentity) -> str:
    """A digest of what is sealed, for whoever cannot open it and has to know whether it changed."""
    # Where it is was not known once: whoever is without has the digest that it had then.
    place = () if row.sealed_place is None else (row.sealed_place,)
    cells = [getattr(row, f"sealed_{name}") for name in SEALED if name != HouseholdField.PLACE]
    return print_of_sealed(*cells, row.phone_index, row.door_index, *place)


def _text_of(name: str, value: Any) -> str | None:
    if name == "members":
        return _MEMBERS.dump_json(value).decode() if value else None
    if isinstance(value, PlaceIn):
        return value.model_dump_json()
    return None if value is None else str(value)


def _opened(envelope: KeyEnvelope, row: HouseholdIdentity, name: str) -> str | None:
    sealed: bytes | None = getattr(row, f"sealed_{name}")
    return None if sealed is None else envelope.open(sealed, aad=_cell(name, row.household_id))


def _masked(envelope: KeyEnvelope, row: HouseholdIdentity, name: str) -> str | None:
    try:
        text = _opened(envelope, row, name)
    except CannotOpen:
        return HIDDEN
    return None if text is None else MASKS[name](text)


def door_cell(household_id: str) -> VaultCell:
    """Where the door of a household belongs."""
    return _cell("door", household_id)


def spot_of(envelope: KeyEnvelope, household_id: str, sealed: bytes | None) -> tuple[float, float] | None:
    """Latitude and longitude; None where nobody said them. CannotOpen."""
    if sealed is None:
        return None
    place = PlaceIn.model_validate_json(envelope.open(sealed, aad=_cell("place", household_id)))
    return place.latitude, place.longitude


def _cell(name: str, household_id: str) -> VaultCell:
    return VaultCell("household_identity", name, household_id)
