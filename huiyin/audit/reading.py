"""From the rows of one case to its view: chains, parts, identities and types are looked at on the way (I2, I3, I9)."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any

import orjson

from huiyin.audit.case import CaseView, LedgerSaid, causes_of
from huiyin.audit.chains import Chain
from huiyin.audit.merge import Group
from huiyin.audit.queries import SERVICES
from huiyin.audit.report import Findings, Invariant
from huiyin.audit.snapshot import Row
from libs.common.bus.codec import decode_event
from libs.common.errors import Permanent
from libs.common.security.personal_numbers import is_personal_number

# Independent of the masking of texts on purpose.
_NUMBER_OF_A_PERSON = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")
# A cheap look at a whole payload: as many digits in a row as a mobile has, full-width ones too. Most have none;
# only the others are taken apart.
_PERHAPS_A_NUMBER = re.compile(r"\d{11}")
_NUMBERS_OF_THINGS = frozenset(
    {
        *(
            "case_id",
            "case_no",
            "area_code",
            "category_code",
            "supervision_id",
            "unit_code",
            "lead_unit",
        ),
        *("caller", "answered_by", "by", "by_unit", "reveal_id", "sealed"),
    }
)
"""Fields that hold codes, numbers and digests of things, and accounts of the staff, never a citizen's."""
NUMBERS_OF_OTHERS = frozenset({"source_no", "source_system"})
"""Fields that outside systems fill: long numbers of orders are right there, and told from a person's as at the door."""


def view_of(case_id: str, group: Group, findings: Findings) -> CaseView:
    """The case, with what was wrong in its ledgers noted."""
    view = CaseView.begin(case_id, group)
    heads = {row["service"]: row for row in group["heads"]}
    chains = {service: Chain(findings, service, case_id) for service in SERVICES}
    for row in group["events"]:
        chains[row["service"]].add(row)
        _read(view, row, findings)
    for service, chain in chains.items():
        chain.end(heads.get(service))
        view.lengths[service] = chain.last
    _check_causes(view, findings)
    findings.cases += bool(group["cases"]) or any(view.lengths.values())
    return view


def _read(view: CaseView, row: Row, findings: Findings) -> None:
    findings.events += 1
    findings.checked[Invariant.IDENTITY] += 1
    payload = row["payload"]
    if _PERHAPS_A_NUMBER.search(payload):
        for name in dict.fromkeys(_leaks(orjson.loads(payload), row["recorded_at"].date())):
            message = f"event {row['seq']} ({row['type']}) has a phone or ID number in its field {name}"
            findings.violated(Invariant.IDENTITY, view.case_id, row["service"], message)
    try:
        event = decode_event(row["type"], payload.encode())
    except Permanent as error:
        findings.violated(Invariant.CHAIN, view.case_id, row["service"], f"event {row['seq']}: {error}")
        return
    if event is None:
        findings.pending["events of unknown types"] += 1
        return
    view.said[row["service"]].append(LedgerSaid(row["service"], row["seq"], causes_of(row), event, row["recorded_at"]))


def _check_causes(view: CaseView, findings: Findings) -> None:
    """Causes are no part of the hash, but nobody can have heard what was never said."""
    for service, said in view.said.items():
        for one in said:
            for source, seq in one.causes.items():
                if seq > view.lengths.get(source, 0):
                    message = f"event {one.seq} names {seq} of {source} as its cause, which was never said"
                    findings.violated(Invariant.CHAIN, view.case_id, service, message)


def _leaks(value: Any, on: date, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in _NUMBERS_OF_THINGS:
                yield from _leaks(inner, on, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaks(inner, on, name)
    elif isinstance(value, str) and _is_a_persons(value, on, name):
        yield name


def _is_a_persons(text: str, on: date, name: str) -> bool:
    if name in NUMBERS_OF_OTHERS:
        return is_personal_number(text, on)
    return _NUMBER_OF_A_PERSON.search(unicodedata.normalize("NFKC", text)) is not None
