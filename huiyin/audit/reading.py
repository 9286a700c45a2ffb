"""From the rows of one case to its view: chains, parts, identities and types are looked at on the way (I2, I3, I9)."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
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
from libs.common.events.cases import CaseRegistered
from libs.common.security.masking import mask_text
from libs.common.security.personal_numbers import is_personal_number

# Independent of the masking of texts on purpose, and a violation whenever the text was written.
_NUMBER_OF_A_PERSON = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")
OURS = re.compile(r"\b([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?=[0-9]*[a-f])[0-9a-f]{64})\b")
"""An id or a digest (SHA-256) of ours: of some the recogniser takes a part for a number of a person, by chance."""
_SHORTEST_IDENTIFIER = 5
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]{8,15}(?:Z|[+-][0-9:]{5}))?")
_TOLD_SINCE = '"held"'
"""A field of registrations by which it is known that the texts of a case were masked by the rules of today."""
OF_BEFORE = "texts of before, in which the rules of today find more"
_NUMBERS_OF_THINGS = frozenset(
    {
        *(
            "case_id",
            "case_no",
            *("household_id", "contact_staff_id", "split_from", "merged_into", "look_id"),
            "area_code",
            "category_code",
            "supervision_id",
            "unit_code",
            "lead_unit",
        ),
        *(
            "caller",
            "answered_by",
            "by",
            "by_unit",
            "by_staff",
            "answered_by_staff",
            "caller_staff",
            "reveal_id",
            *("sealed", "was", "now", "agreed_by"),
        ),
    }
)
"""Fields that hold codes, numbers and digests of things, and accounts of the staff, never a citizen's."""
NUMBERS_OF_OTHERS = frozenset({"source_no", "source_system", "household_no"})
"""Fields with numbers of orders and households, which may be long, and are told from a person's as at the door."""


def view_of(case_id: str, group: Group, findings: Findings) -> CaseView:
    """The case, with what was wrong in its ledgers noted."""
    of_today = any(row["type"] == CaseRegistered.type_name and _TOLD_SINCE in row["payload"] for row in group["events"])
    view = read(case_id, group, findings, of_today=of_today)
    findings.cases += bool(group["cases"]) or any(view.lengths.values())
    return view


def read(key: str, group: Group, findings: Findings, *, of_today: bool) -> CaseView:
    """All of one key, a case or a household; ``of_today``: its texts were masked by the rules of today."""
    view = CaseView.begin(key, group)
    heads = {row["service"]: row for row in group["heads"]}
    chains = {service: Chain(findings, service, key) for service in SERVICES}
    for row in group["events"]:
        chains[row["service"]].add(row)
        _read(view, row, findings, of_today=of_today)
    for service, chain in chains.items():
        chain.end(heads.get(service))
        view.lengths[service] = chain.last
    _check_causes(view, findings)
    return view


def _read(view: CaseView, row: Row, findings: Findings, *, of_today: bool) -> None:
    findings.events += 1
    findings.checked[Invariant.IDENTITY] += 1
    payload = row["payload"]
    for name, old in dict(leaks(orjson.loads(payload), row["recorded_at"].date())).items():
        if old or of_today:
            message = f"event {row['seq']} ({row['type']}) has what identifies somebody in its field {name}"
            findings.violated(Invariant.IDENTITY, view.case_id, row["service"], message)
        else:
            findings.pending[OF_BEFORE] += 1
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


def leaks(value: Any, on: date, name: str = "") -> Iterator[tuple[str, bool]]:
    """The fields of a document that identify somebody; and whether rules of every release found that."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in _NUMBERS_OF_THINGS:
                yield from leaks(inner, on, key)
    elif isinstance(value, list):
        for inner in value:
            yield from leaks(inner, on, name)
    elif isinstance(value, str) and name in NUMBERS_OF_OTHERS:
        if is_personal_number(value, on):
            yield name, True
    elif isinstance(value, str) and identifies(value):
        yield name, has_number(value)


def identifies(text: str) -> bool:
    """Whether the recogniser by which texts are masked finds anything in it beside ids and digests of ours."""
    if len(text) < _SHORTEST_IDENTIFIER:
        return False
    text = OURS.sub("-", text)
    return len(text) >= _SHORTEST_IDENTIFIER and not _MOMENT.fullmatch(text) and _is_masked(text)


@lru_cache(maxsize=10_000)
def _is_masked(text: str) -> bool:
    """Codes and words of choices, of which rows are full, come again and again."""
    return mask_text(text) != text


def has_number(text: str) -> bool:
    """Whether a plain mobile or ID number stands in it, as every release masked them."""
    return _NUMBER_OF_A_PERSON.search(unicodedata.normalize("NFKC", text)) is not None
