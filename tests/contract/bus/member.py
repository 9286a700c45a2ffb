"""A member of a group in a process of its own, so that a test can kill it or hold it still.

Commands come as lines on standard input (``read``, ``commit``); each is answered by one line of JSON. Closing standard
input ends it.
"""

import asyncio
import json
import sys

from libs.common.bus.port import BusTrouble, Place, Reader
from tests.contract.bus.rigs import BusAddress


async def main() -> None:
    address, group, topic = BusAddress(**json.loads(sys.argv[1])), sys.argv[2], sys.argv[3]
    bus = address.open()
    async with bus.reader(group, [topic]) as reader:
        answer({"ready": True})
        positions: dict[Place, int] = {}
        while command := await asyncio.to_thread(sys.stdin.readline):
            answer(await obey(command.strip(), reader, positions))
    await bus.close()


async def obey(command: str, reader: Reader, positions: dict[Place, int]) -> dict[str, object]:
    try:
        if command == "commit":
            await reader.commit(positions)
            return {"committed": len(positions)}
        values = []
        for record in await reader.read(at_most=1000, wait=0.2):
            positions[Place(record.topic, record.partition)] = record.offset + 1
            values.append(record.value.decode())
    except BusTrouble as trouble:
        return {"refused": trouble.detail}
    return {"values": values, "partitions": len(reader.assignment())}


def answer(content: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(content) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
