"""The year itself: who visits whom, who changes hands, which town goes, and what has to be true at each sync."""

import random
import time as machine
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bench.drive.complaints import RESULT, SATISFIED
from bench.drive.made_up import (
    Scale,
    county_pack,
    household_tables,
    moved,
    staff_table,
    villages_of,
    worker_id,
)
from huiyin.office import errands
from libs.common.bus.flow import Service
from services.intake.households.actions.merging import go_along
from tests.county_year.office import SYNCS_AT_ONCE, Office, each
from tests.county_year.phone import DEVICES, Phone, Recorded, some_id
from tests.county_year.tally import Tally
from tests.journeys.county import County, complaint
from tests.journeys.many import due, patient

IN_THE_PLACE = ZoneInfo("Asia/Shanghai")
_TABLE = "application/octet-stream"
_PACKS = "/dispatch/v1/directory/packs"
_MINE = "/analytics/v1/visits/mine"
_SAME = ("visits", "households_reached", "duplicates", "on_the_spot", "coverage")
_NOTHING = {"visits": 0, "households_reached": 0, "duplicates": 0}
"""Of whom the official list does not know."""
_ROWS = 4_000
"""Of a table that is taken in in time also on a machine with much else to do."""
_SETTLED_WITHIN = 3_600.0
_SPOT = {"what": "solved_on_the_spot", "category_code": "0101", "text": "门口路灯不亮。", "answer": "当场换好。"}


class Year:
    """A county, its phones, and an own account of what has to count for whom."""

    def __init__(self, county: County, scale: Scale, seed: int) -> None:
        self.scale, self.draw = scale, random.Random(seed)
        self.county = replace(county, send=patient(county.send))
        self.office = Office(self.county)
        self.villages = villages_of(scale)
        self.tally = Tally(scale.all_households, scale.all_workers)
        self.phones: dict[str, Phone] = {}
        self.lost: defaultdict[str, list[Phone]] = defaultdict(list)
        """By worker."""
        self.by_device: dict[str, Phone] = {}
        self.next_sync: dict[str, date] = {}
        self.contact: dict[str, list[tuple[date, str]]] = {}
        """Whose each household is, from which day on."""
        self.accepted: dict[tuple[str, date], list[Recorded]] = defaultdict(list)
        """By household and day what was let in by a person although somebody else had the household."""
        self.own: set[tuple[str, date]] = set()
        """Household and day of what was recorded by whose the household was."""
        self.today = county.house.clock.now().astimezone(IN_THE_PLACE).date()

    async def live(self, told: Callable[[str], None] = lambda _: None) -> Tally:
        """All of it; each evening ``told`` says how far it is. AssertionError where a figure is not as it has to be."""
        began = machine.monotonic()
        await self._begin()
        first, moves = self.today, self._moves()
        told(f"{len(self.contact)} households, each with its worker, {machine.monotonic() - began:.0f} s")
        for number in range(self.scale.days):
            self.today = first + timedelta(days=number)
            await self._to(time(8))
            if number == self.scale.days // 2:
                await self._merge_a_town()
            for _ in range(moves[number]):
                await self._give_away()
            await self._hotline(number)
            for phone in self.phones.values():
                self._make_visits(phone)
            await self._to(time(21))
            await self._sync(one for one, day in self.next_sync.items() if day <= self.today)
            if number % 7 == 6:
                await self._decide()
            told(
                f"{self.today}: day {number + 1} of {self.scale.days}, {self.tally.cases} cases, "
                f"{self.tally.syncs} syncs, {self.tally.compared} figures compared, {machine.monotonic() - began:.0f} s"
            )
        await self._end()
        return self.tally

    # --- the county begins

    async def _begin(self) -> None:
        await self.county.admin.do(_PACKS, county_pack("全年第1版", self.villages, ()))
        await self._settle()
        await self.county.admin.do(
            "/dispatch/v1/staff/import", staff_table(self.scale, self.villages), content_type=_TABLE
        )
        await self._settle()
        for table in household_tables(self.scale, self.villages, _ROWS):
            await self.county.operator.do("/intake/v1/households/import", table, content_type=_TABLE)
        for village in self.villages:
            for number in range(self.scale.workers):
                worker = worker_id(village, number)
                self._get_phone(worker, self.draw)
                self.next_sync[worker] = self._after(self.today, self.draw)
        await each((self._first_pull(phone) for phone in self.phones.values()), SYNCS_AT_ONCE)
        assert len(self.contact) == self.scale.all_households

    async def _first_pull(self, phone: Phone) -> None:
        person = self.office.worker(phone.worker)
        await phone.register(person)
        await phone.pull(person)
        for household in phone.households:
            self.contact.setdefault(household, [(self.today, phone.worker)])

    def _moves(self) -> list[int]:
        """How many households change hands each day."""
        moves = [0] * self.scale.days
        for _ in range(max(1, round(self.scale.all_households * self.scale.hands))):
            moves[self.draw.randrange(self.scale.days)] += 1
        return moves

    # --- what people do

    def _make_visits(self, phone: Phone) -> None:
        homes = [*phone.households]
        rate = len(homes) * self.scale.visits / self.scale.days
        many = int(rate) + (self.draw.random() < rate % 1)
        begin = datetime.combine(self.today, time(9), IN_THE_PLACE)
        for home in self.draw.sample(homes, min(many, len(homes))):
            at = begin + timedelta(minutes=self.draw.randrange(600))
            spot = {"matters": [_SPOT]} if self.draw.random() < 0.02 else {}
            visit = phone.record(home, at, self.draw, **spot)
            if self.draw.random() < 0.03:
                phone.record(home, at + timedelta(minutes=30), self.draw)
            if self._whose(visit) == phone.worker:
                self.own.add(visit.home_day)

    async def _give_away(self) -> None:
        """A household changes hands while its worker's phone is out of reach."""
        away = [one for one, day in self.next_sync.items() if day > self.today]
        giver = self.draw.choice(sorted(away or self.phones))
        own = [home for home in self.phones[giver].households if self.contact[home][-1][1] == giver]
        fellows = [one for one in self.phones if one != giver and one.rpartition("-")[0] == giver.rpartition("-")[0]]
        if not own or not fellows:
            return
        home, taker = self.draw.choice(own), self.draw.choice(fellows)
        body = {"household_ids": [home], "to_staff_id": taker, "why": "分工调整"}
        await self.office.supervisor.do("/intake/v1/contacts/assignment", body)
        self.contact[home].append((self.today, taker))
        self.tally.reassigned += 1

    async def _merge_a_town(self) -> None:
        gone_town, into_town = self.villages[0].town, self.villages[-1].town
        gone = [village for village in self.villages if village.town == gone_town]
        pairs = [(village, moved(village, into_town, number)) for number, village in enumerate(gone)]
        left = [village for village in self.villages if village.town != gone_town]
        await self.county.admin.do(_PACKS, county_pack("全年第2版", [*left, *(into for _, into in pairs)], pairs))
        await self._settle()
        await go_along(self.county.house.services[Service.INTAKE].runtime)
        self.tally.merged = len(gone) * self.scale.workers * self.scale.households

    async def _hotline(self, number: int) -> None:
        """The day's share of the cases of the year, each worked on to its end but for one in ten."""
        share = self.scale.cases * (number + 1) // self.scale.days - self.scale.cases * number // self.scale.days
        operator = self.office.operator
        told = [operator.do(errands.register(complaint())) for _ in range(share)]
        case_ids = [str(one["case_id"]) for one in await each(told)]
        await self._settle()
        worked = [case_id for case_id in case_ids if self.draw.random() < 0.9]
        unit = self.office.unit
        await each(unit.do(errands.sign(case_id)) for case_id in worked)
        await each(unit.do(errands.hand_in(case_id, RESULT)) for case_id in worked)
        await self._settle()
        # With those of the hotline are called whose matters were solved at the door.
        callbacks, caller = await due(self.county), self.office.caller
        assert {one["case_id"] for one in callbacks} >= {*worked}
        await each(caller.do(errands.call(one["callback_id"], SATISFIED)) for one in callbacks)
        self.tally.cases += share
        self.tally.called += len(callbacks)

    # --- syncs, and what has to be true after each

    async def _sync(self, workers: Iterable[str], *, at_the_end: bool = False) -> None:
        due = sorted(workers)
        # Each has lots of its own, so that who is answered first changes nothing.
        lots = {worker: random.Random(self.draw.getrandbits(64)) for worker in due}
        await each((self._sync_one(worker, lots[worker], at_the_end=at_the_end) for worker in due), SYNCS_AT_ONCE)
        await self._settle()
        await self._compare(due)

    async def _sync_one(self, worker: str, draw: random.Random, *, at_the_end: bool) -> None:
        phone, person = self.phones[worker], self.office.worker(worker)
        if not at_the_end and draw.random() < self.scale.losses:
            await self._lose(phone, draw)
            return
        torn = not at_the_end and draw.random() < 0.1
        await phone.sync(person, draw, torn=torn)
        self.tally.syncs += 1
        sent = phone.made.keys() - {item["seq"] for item in phone.queue}
        assert sent <= phone.receipts.keys(), "every item that was sent has a receipt"
        self.next_sync[worker] = self._after(self.today, draw)

    async def _lose(self, phone: Phone, draw: random.Random) -> None:
        """What it had not sent is gone with it; the worker gets another."""
        person = self.office.worker(phone.worker)
        await person.do(f"{DEVICES}/{phone.device_id}/loss", {"reason": "手机丢失"})
        self.tally.lost += len(phone.queue)
        self.lost[phone.worker].append(phone)
        another = self._get_phone(phone.worker, draw)
        await another.register(person)
        await another.pull(person)
        self.next_sync[phone.worker] = self._after(self.today, draw)

    async def _compare(self, workers: Sequence[str]) -> None:
        """The figure of each is the official figure, and what the phones were told, for both months."""
        lost = [(phone, self.office.worker(worker)) for worker in workers for phone in self.lost[worker]]
        # What they had sent out of turn is applied, or decided, long after they are gone.
        await each((phone.hear(person) for phone, person in lost), SYNCS_AT_ONCE)
        mine = await each(self.office.worker(worker).ask(_MINE) for worker in workers)
        months = sorted({(month["from_day"], month["until_day"]) for one in mine for month in one["months"]})
        official = dict(zip(months, await each(self.office.official(*days) for days in months), strict=True))
        for worker, one in zip(workers, mine, strict=True):
            for month in one["months"]:
                row = official[month["from_day"], month["until_day"]].get(worker, _NOTHING)
                same = [name for name in _SAME if name in row]
                assert {name: month[name] for name in same} == {name: row[name] for name in same}, (worker, month, row)
                first, last = (date.fromisoformat(month[name]) for name in ("from_day", "until_day"))
                told = sum(phone.counted(first, last) for phone in self._phones_of(worker))
                assert month["visits"] == row["visits"] == told, (worker, month, told)
                self.tally.compared += 1

    async def _decide(self) -> None:
        """What is held is decided by a person."""
        items = [
            item
            async for item in self.office.supervisor.listed(f"{DEVICES}/items", outcome="held")
            if item["code"] != "awaiting-earlier"
        ]
        for item in items:
            visit = self.by_device[item["device_id"]].made[item["seq"]]
            decision = "apply" if self._stands(visit) else "drop"
            path = f"{DEVICES}/{item['device_id']}/items/{item['seq']}/decision"
            await self.office.supervisor.do(path, {"decision": decision, "reason": "核对当日走访记录"})
            if decision == "apply":
                self.accepted[visit.home_day].append(visit)
            self.tally.decided[decision] += 1

    def _stands(self, visit: Recorded) -> bool:
        """One's own is held for having come late alone, and stands; somebody else's by lot, where nobody else was."""
        if self._whose(visit) == visit.worker:
            return True
        others = visit.home_day in self.own or any(one.worker != visit.worker for one in self.accepted[visit.home_day])
        return not others and self.draw.random() >= 0.5

    # --- the end

    async def _end(self) -> None:
        await self._sync(self.phones, at_the_end=True)
        await self._decide()
        await each((self.phones[one].pull(self.office.worker(one)) for one in sorted(self.phones)), SYNCS_AT_ONCE)
        await self._settle()
        await self._compare(sorted(self.phones))
        self._check_receipts()
        await self._check_counts()

    def _check_receipts(self) -> None:
        for phone in self.by_device.values():
            self.tally.recorded += len(phone.made)
            for seq in phone.made.keys() - {item["seq"] for item in phone.queue}:
                self.tally.outcomes[str(phone.receipts[seq]["outcome"])] += 1
        unsent = sum(len(phone.queue) for phone in self.phones.values())
        assert (unsent, self.tally.recorded) == (0, sum(self.tally.outcomes.values()) + self.tally.lost)

    async def _check_counts(self) -> None:
        """Every visit counts once for whoever made it: by the own account, against what the county shows."""
        sent = [
            visit for phone in self.by_device.values() for seq, visit in phone.made.items() if seq in phone.receipts
        ]
        good = {(*visit.home_day, visit.worker) for visit in sent if self._whose(visit) == visit.worker}
        good |= {(*visit.home_day, visit.worker) for visits in self.accepted.values() for visit in visits}
        wanted = Counter(worker for *_, worker in good)
        assert wanted == await self._counted(), "each visit, once, for whoever made it"

    async def _counted(self) -> Counter[str]:
        """By worker the visits of the whole time, in spans as long as one may ask for."""
        found: Counter[str] = Counter()
        first = min(day for history in self.contact.values() for day, _ in history)
        while first <= self.today:
            last = min(first + timedelta(days=300), self.today)
            rows = await self.office.official(first.isoformat(), last.isoformat())
            found.update({worker: row["visits"] for worker, row in rows.items() if row["visits"]})
            first = last + timedelta(days=1)
        return found

    # --- small things

    def _whose(self, visit: Recorded) -> str:
        """Whose the household was on the day of the visit."""
        day = visit.begun.date()
        return [worker for since, worker in self.contact[visit.household] if since <= day][-1]

    def _get_phone(self, worker: str, draw: random.Random) -> Phone:
        phone = Phone(some_id(draw), worker)
        self.phones[worker] = self.by_device[phone.device_id] = phone
        return phone

    def _phones_of(self, worker: str) -> list[Phone]:
        return [self.phones[worker], *self.lost[worker]]

    async def _settle(self) -> None:
        await self.county.house.settle(_SETTLED_WITHIN)

    def _after(self, day: date, draw: random.Random) -> date:
        return day + timedelta(days=draw.randint(1, self.scale.offline))

    async def _to(self, at: time) -> None:
        moment = datetime.combine(self.today, at, IN_THE_PLACE)
        if moment > self.county.house.clock.now():
            await self._settle()
            await self.county.admin.do("/followup/ops/clock/advance", {"to": moment.isoformat()})
