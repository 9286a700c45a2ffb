"""What a route takes as its body, declared where the route is: JSON of at most 256 KiB unless it says otherwise.

    @router.post("/packs", dependencies=[takes(BodyKind(8 * 1024 * 1024))])

A file (``uploads``) and a form (``forms``) are declared by the parameter that receives them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from re import Pattern
from typing import Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

LARGEST_BODY = 256 * 1024


@dataclass(frozen=True, slots=True)
class BodyKind:
    """At most ``largest`` bytes. What ``flows`` is read in pieces by the route itself, which may lift the limit."""

    largest: int = LARGEST_BODY
    flows: bool = False


USUAL = BodyKind()


class TakesBody:
    """A dependency that declares the body of its route; the guard and the OpenAPI document find it there."""

    kind = USUAL
    document: Mapping[str, Any] | None = None
    """How OpenAPI shows the body, where FastAPI does not know."""

    async def __call__(self, request: Request) -> Any:
        """What the route's parameter is given: nothing, for a body that comes in the usual way."""


def takes(kind: BodyKind) -> Any:
    """For ``dependencies=[...]`` of a route whose body is JSON of another size."""
    declared = TakesBody()
    declared.kind = kind
    return Depends(declared)


def declared_body(route: APIRoute) -> TakesBody | None:
    """What the route declares; None for the usual."""
    calls = (dependency.call for dependency in route.dependant.dependencies)
    return next((call for call in calls if isinstance(call, TakesBody)), None)


@dataclass(frozen=True, slots=True)
class DeclaredBodies:
    """The kinds of body of an application's routes, by path."""

    declared: tuple[tuple[Pattern[str], frozenset[str], BodyKind], ...] = ()

    @classmethod
    def of(cls, routes: Iterable[BaseRoute]) -> "DeclaredBodies":
        """As they are declared."""
        return cls(tuple(_declared(routes)))

    def kind(self, method: str, path: str) -> BodyKind:
        """What is taken there."""
        for pattern, methods, kind in self.declared:
            if method in methods and pattern.fullmatch(path):
                return kind
        return USUAL


def _declared(routes: Iterable[BaseRoute]) -> Iterator[tuple[Pattern[str], frozenset[str], BodyKind]]:
    for route in routes:
        if isinstance(route, APIRoute) and (body := declared_body(route)) is not None:
            yield route.path_regex, frozenset(route.methods or ()), body.kind
