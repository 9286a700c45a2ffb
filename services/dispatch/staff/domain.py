"""Rules of the register of people (人员名册): what a term of office may be, and how a record changes. Pure.

The event is the whole record, so what a record becomes by it is the record that it carries.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from libs.common.errors import Conflict, FieldError, Forbidden
from libs.common.pack.areas import contains
from libs.common.pack.directory import Directory, UnknownCode
from libs.common.staff.register import StaffMember, StaffRegister, TermOfOffice


class TermIsOver(Conflict):
    """A term that has ended stays as it was: a new one has to be entered."""

    type = "term-is-over"
    title, title_zh = "This term of office has ended", "该任期已结束"


class OwnRecord(Forbidden):
    """Nobody appoints themself, nor ends or changes what is said of themself."""

    type = "own-record"
    title, title_zh = "Somebody else has to change your own record", "不得更改本人的名册信息，须由他人办理"


def check_is_anothers(staff_id: str, by_staff: str | None) -> None:
    """OwnRecord when the person is changing its own record."""
    if staff_id == by_staff:
        raise OwnRecord


def appointed(member: StaffMember, term: TermOfOffice) -> StaffMember:
    """The record with one more term, numbered after those there are; its version is for who records it."""
    number = max((one.number for one in member.terms), default=0) + 1
    return replace(member, terms=(*member.terms, replace(term, number=number)))


def ended(member: StaffMember, number: int, at: datetime, now: datetime) -> StaffMember:
    """The record with a term that ends at a moment, which may lie ahead; one that was never to be, when it begins.

    Raises TermIsOver, and Conflict for an end before the beginning.
    """
    term = next(one for one in member.terms if one.number == number)
    if term.ends_at is not None and term.ends_at <= now:
        raise TermIsOver
    if at < term.begins_at:
        raise Conflict("It would end before it begins", "结束时间早于开始时间")
    terms = tuple(replace(one, ends_at=at) if one is term else one for one in member.terms)
    return replace(member, terms=terms)


def faults(
    term: TermOfOffice, member: StaffMember, register: StaffRegister, directory: Directory
) -> Iterator[FieldError]:
    """All that keeps a person from being appointed so, by the pack in force and beside everybody else."""
    places = [*_faults_of_place(term, directory)]
    yield from places
    if term.ends_at is not None and term.ends_at <= term.begins_at:
        yield FieldError("ends_at", "must be later than the beginning", "须晚于开始时间")
    if not places:
        post = directory.post(term.post_code)
        yield from _faults_beside_others(term, member, register, only_one=post.only_one)


def _faults_of_place(term: TermOfOffice, directory: Directory) -> Iterator[FieldError]:
    try:
        post = directory.post(term.post_code)
        unit = directory.unit(term.unit_code)
        area = None if term.area_code is None else directory.area(term.area_code)
    except UnknownCode as unknown:
        yield from unknown.fields
        return
    if post.unit_levels and unit.level not in post.unit_levels:
        listed = ", ".join(post.unit_levels)
        yield FieldError(
            "unit_code", f"a {unit.level} has no {post.code}, only: {listed}", f"该类单位不设“{post.name}”"
        )
    if post.area_level is None:
        if area is not None:
            yield FieldError("area_code", f"{post.code} is for no area of its own", f"“{post.name}”不分区域")
    elif area is None or area.level is not post.area_level or not contains(unit.area_code, area.code):
        message = f"must be a {post.area_level} inside {unit.area_code}, which the post is for"
        yield FieldError("area_code", message, f"须为 {unit.area_code} 内的 {post.area_level} 级区域")


def _faults_beside_others(
    term: TermOfOffice, member: StaffMember, register: StaffRegister, *, only_one: bool
) -> Iterator[FieldError]:
    if any(_is_same_place(one, term) for one in member.terms):
        yield FieldError("post_code", "is held by this person in that time already", "本人在该时段已任此岗位")
    others = [other for other in register.ever_of_unit(term.unit_code) if other.staff_id != member.staff_id]
    same = [(other, one) for other in others for one in other.terms if _is_same_place(one, term)]
    if term.stand_in_for is not None:
        holders = {other.staff_id for other, one in same if one.stand_in_for is None}
        yield from _faults_of_stand_in(term.stand_in_for, member.staff_id, holders, register)
        return
    holder = next((other.staff_id for other, one in same if one.stand_in_for is None), None)
    if only_one and holder is not None:
        message = f"is held by {holder} in that time, and there is one at a time"
        yield FieldError("post_code", message, f"该岗位同时仅设一人，已由 {holder} 任职")


def _is_same_place(one: TermOfOffice, term: TermOfOffice) -> bool:
    places = ((each.post_code, each.unit_code, each.area_code) for each in (one, term))
    return len(set(places)) == 1 and one.overlaps(term)


def _faults_of_stand_in(
    stood_for: str, staff_id: str, holders: set[str], register: StaffRegister
) -> Iterator[FieldError]:
    if stood_for == staff_id:
        yield FieldError("stand_in_for", "nobody stands in for themself", "不能代理本人")
    elif register.member(stood_for) is None:
        yield FieldError("stand_in_for", "is not known to the register", "人员名册中没有此人")
    elif stood_for not in holders:
        yield FieldError("stand_in_for", "does not hold this post in that time", "该人员在此时段未任此岗位")
