"""How many households one person looks after (包保户数), held wherever somebody gets one more."""

from collections.abc import Collection, Mapping

from libs.common.database.one_writer import only_writer
from libs.common.database.session import Session
from libs.common.errors import FieldError, Invalid
from libs.common.pack.directory import Directory
from services.intake.households.queries import loads_of

_MATTER = "contacts"


async def hold_loads(session: Session) -> None:
    """To the end of the transaction nobody else gives a household to a person."""
    await only_writer(session, _MATTER)


async def check_one_more(session: Session, directory: Directory, staff_id: str | None, field: str) -> None:
    """Invalid when the person would have more than the pack lets one have by one household that counts."""
    if staff_id is None or directory.pack.households.most_per_contact is None:
        return
    await hold_loads(session)
    loads = await loads_of(session, (staff_id,))
    check_most(directory, loads, {staff_id: loads[staff_id] + 1}, {staff_id: field})


async def loads_before(session: Session, directory: Directory, people: Collection[str]) -> Mapping[str, int]:
    """How many each has before a table is taken in, held still until it is; nobody where the pack has no limit."""
    if not people or directory.pack.households.most_per_contact is None:
        return {}
    await hold_loads(session)
    return await loads_of(session, people)


async def check_after(session: Session, directory: Directory, before: Mapping[str, int], field: str) -> None:
    """Invalid when somebody has too many by what was written since."""
    after = await loads_of(session, before) if before else {}
    check_most(directory, before, after, dict.fromkeys(before, field))


def check_most(
    directory: Directory, before: Mapping[str, int], after: Mapping[str, int], fields: Mapping[str | None, str]
) -> None:
    """Invalid, naming each person who would have more than the pack lets one have, and has more by it."""
    most = directory.pack.households.most_per_contact
    over = [one for one, many in sorted(after.items()) if most is not None and many > max(most, before[one])]
    wrong = [
        FieldError(
            fields[person],
            f"{person} would have {after[person]} households, and has {most} at most",
            f"{person} 将包保 {after[person]} 户，超过上限 {most} 户",
        )
        for person in over
        if person in fields
    ]
    if wrong:
        raise Invalid(wrong[0].message, wrong[0].message_zh, fields=wrong)
