"""Events come 1 to 5 times and out of order, to the real consumer and the real handlers: the state is the same."""

import random
from collections.abc import Sequence
from itertools import chain

from libs.common.bus.flow import Service
from libs.common.bus.port import Record
from libs.common.delivery.consumer import LARGEST_BATCH
from tests.chaos.delivery.arriving import batches, records, windows
from tests.chaos.delivery.fingerprint import fingerprint
from tests.chaos.delivery.receivers import SPECS, Receiver, new_database, open_receiver
from tests.chaos.verdict import Verdict, expect
from tests.support.histories import Told
from tests.support.mixing import history


async def once_or_often(server: str, events: int, seed: int) -> list[Verdict]:
    """Deliver a history of so many events to each service twice over: once in order, and as badly as it may come."""
    acts = history(events, random.Random(seed))
    said = list(records(acts))
    count = sum(map(len, said))
    verdicts = []
    for service in SPECS:
        lots = random.Random(f"{seed}/{service}")
        badly = [list(windows(act, lots)) for act in said]
        came = sum(len(window) for act in badly for window in act)
        async with new_database(server, f"once_{service}") as url, open_receiver(service, url) as receiver:
            await deliver(receiver, acts, [list(batches([act], LARGEST_BATCH)) for act in said])
            once = await fingerprint(receiver.database)
        async with new_database(server, f"often_{service}") as url, open_receiver(service, url) as receiver:
            await deliver(receiver, acts, [list(batches(act, LARGEST_BATCH)) for act in badly])
            often = await fingerprint(receiver.database)
        verdicts.append(_compare(service, once, often, f"{count:,} events, {came:,} deliveries"))
    return verdicts


async def deliver(
    receiver: Receiver, acts: Sequence[Sequence[Told]], given: Sequence[Sequence[Sequence[Record]]]
) -> None:
    """Each act's batches to the consumer, then the staff's turn."""
    for number, act in enumerate(given):
        for batch in act:
            await receiver.consumer.take(batch)
        await receiver.act(acts, number)


def _compare(service: Service, once: dict[str, str], often: dict[str, str], detail: str) -> Verdict:
    different = [f"{table}: {once[table]} / {often[table]}" for table in once if once[table] != often[table]]
    parked = once["parked"].split()[0]
    empty = [table for table in _FILLED[service] if once[table].startswith("0 ")]
    said = "; ".join(chain([detail], different, (f"{table} is empty" for table in empty)))
    same = f"{len(once) - len(different)} of {len(once)} tables alike, {parked} parked"
    asked = f"{len(once)} of {len(once)} tables alike, 0 parked"
    return expect(f"delivered 1-5 times, shuffled: {service}", asked, same, same == asked and not empty, said)


_FILLED = {
    Service.DISPATCH: ("work", "transition", "decision", "task", "ledger", "watermark"),
    Service.FOLLOWUP: ("matter", "clock", "callback", "attempt", "supervision", "transition", "ledger", "watermark"),
    Service.ANALYTICS: ("fact", "rollup", "rollup_coarse", "watermark"),
}
"""What a comparison of empty tables would show nothing about."""
