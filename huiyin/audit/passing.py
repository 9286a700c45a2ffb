"""I5 among the levels: who has a case after it was delegated, taken back or raised, told from who had it before."""

from collections.abc import Iterator

from libs.common.events import passing


def units_of(event: passing.PassedOn) -> tuple[str, ...]:
    """Who leads from then on, and to whom it has been delegated below that, one by the other."""
    return event.lead_unit, *event.delegates


def problems_of(event: passing.PassedOn, had: tuple[str, ...], *, signed: bool) -> Iterator[str]:
    """What is wrong with passing on a case that these units had, the last of which had signed it or not."""
    whole = units_of(event)
    if event.working_unit != whole[-1]:
        yield f"{event.working_unit} is not the last of those that it was delegated to, {whole[-1]} is"
    if not isinstance(event, passing.CaseDelegated):
        if event.working_unit in had[:-1] and whole != had[: len(whole)]:
            yield "what was raised to a unit that had delegated it is not as it was before that"
        return
    if event.lead_unit != had[0]:
        yield f"{event.lead_unit} leads what was delegated by {had[0]}"
    if event.recalled and (len(whole) >= len(had) or whole != had[: len(whole)]):
        yield "what was taken back is not as it was before it was delegated"
    if not (event.recalled or event.succession) and (whole[:-1] != had or not signed):
        yield f"{had[-1]} had not signed what was delegated, or others have it"
