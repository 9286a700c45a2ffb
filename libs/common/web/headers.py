"""Headers that a route takes, declared in its signature: read by one rule each, and documented by being there.

async def sign(case_id: CaseId, door: ..., expected: IfMatch, once: IdempotencyKey) -> Response:
    return await door.write(lambda session: actions.sign(session, door.scope, case_id, expected), once)
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant

from libs.common.errors import invalid
from libs.common.rules.versions import ExpectedVersion, parse_if_match

ValueT = TypeVar("ValueT")

LONGEST_IDEMPOTENCY_KEY = 200


class DeclaredHeader(Generic[ValueT]):
    """A dependency that is one header. ``parameter`` is how OpenAPI shows it; ``read`` raises what is wrong with it."""

    def __init__(
        self, name: str, read: Callable[[str | None], ValueT], *, required: bool, description: str, **schema: object
    ) -> None:
        self.name = name
        self.read = read
        self.parameter: Mapping[str, Any] = {
            "name": name,
            "in": "header",
            "required": required,
            "description": description,
            "schema": {"type": "string", **schema},
        }

    async def __call__(self, request: Request) -> ValueT:
        """What the request says."""
        return self.read(request.headers.get(self.name))


def declared_headers(dependant: Dependant) -> Iterator[DeclaredHeader[Any]]:
    """Those that a route's dependencies declare."""
    for dependency in dependant.dependencies:
        if isinstance(dependency.call, DeclaredHeader):
            yield dependency.call


def checked_key(header: str | None) -> str | None:
    """An Idempotency-Key as it was sent; Invalid when it could be none."""
    if header is None:
        return None
    if not 1 <= len(header) <= LONGEST_IDEMPOTENCY_KEY or not all("!" <= sign <= "~" for sign in header):
        raise invalid("Idempotency-Key", "must be 1 to 200 visible ASCII characters", "须为 1 至 200 个可见 ASCII 字符")
    return header


IF_MATCH = DeclaredHeader(
    "If-Match",
    parse_if_match,
    required=True,
    description='The ETag that was read, such as "3"; a list of them, or *',
    examples=['"3"'],
)
IDEMPOTENCY_KEY = DeclaredHeader(
    "Idempotency-Key",
    checked_key,
    required=False,
    description="Repeat the request with the same key and the first answer is given again (幂等键); kept for 48 h",
    pattern=f"^[!-~]{{1,{LONGEST_IDEMPOTENCY_KEY}}}$",
)

IfMatch = Annotated[ExpectedVersion, Depends(IF_MATCH)]
"""The version that a change was decided on; 428 without it."""
IdempotencyKey = Annotated[str | None, Depends(IDEMPOTENCY_KEY)]
"""Under what the request is done once, however often it comes."""
