"""I2 and I4 for the streams that are not about cases: county packs (directory) and requests to send again (ops)."""

from huiyin.audit.chains import Chain
from huiyin.audit.delivery import Delivery
from huiyin.audit.merge import by_key
from huiyin.audit.queries import SERVICES, events_of, heads_of, marks_of, transit_of
from huiyin.audit.report import Findings
from huiyin.audit.snapshot import Snapshot


async def check_other_stream(cut: Snapshot, findings: Findings, delivery: Delivery, topic: str) -> None:
    """Event by event, since these streams have few keys, and one of them may have very many events."""
    stream = delivery.stream
    chains: dict[str, dict[str, Chain]] = {}
    async for rows in cut.stream(events_of(cut, stream)):
        for row in rows:
            of_key = chains.setdefault(row["key"], _chains(findings, row["key"]))
            of_key[row["service"]].add(row)
            findings.events += 1
    queries = {
        "heads": heads_of(cut, stream),
        "marks": marks_of(cut, stream),
        "transit": transit_of(cut, stream, topic, embedded_bus=delivery.all_in_database),
    }
    async for key, group in by_key(cut, queries):
        of_key = chains.pop(key) if key in chains else _chains(findings, key)
        heads = {row["service"]: row for row in group["heads"]}
        for service, chain in of_key.items():
            chain.end(heads.get(service))
        lengths = {service: chain.last for service, chain in of_key.items()}
        delivery.check(key, lengths, group["marks"], group["transit"])
    for of_key in chains.values():
        for chain in of_key.values():
            chain.end(None)


def _chains(findings: Findings, key: str) -> dict[str, Chain]:
    return {service: Chain(findings, service, key) for service in SERVICES}
