"""What is worked out once of an object that does not change."""

from collections.abc import Callable
from typing import Generic, TypeVar

OwnerT = TypeVar("OwnerT")
ValueT = TypeVar("ValueT")


class once(Generic[OwnerT, ValueT]):  # noqa: N801 - a decorator
    """``functools.cached_property`` without its lock, which costs as much as most of what is worked out here."""

    def __init__(self, work: Callable[[OwnerT], ValueT]) -> None:
        self._work = work
        self._name = work.__name__
        self.__doc__ = work.__doc__

    def __get__(self, owner: OwnerT, _kind: type[OwnerT] | None = None) -> ValueT:
        value = owner.__dict__[self._name] = self._work(owner)
        return value
