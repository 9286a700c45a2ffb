"""A path of its own is never read as a template's value: ``GET /cases/batch`` is 405, not a case called "batch"."""

from collections import defaultdict
from collections.abc import Set as AbstractSet

from fastapi import FastAPI, Request, Response
from starlette.routing import Route

from libs.common.web.problems import MethodNotAllowed


class RefusedMethods(Route):
    """Refuses the methods that only a template knows on a path that stands for itself."""

    def __init__(self, path: str, refused: AbstractSet[str], allowed: AbstractSet[str]) -> None:
        headers = {"Allow": ", ".join(sorted(allowed))}

        async def refuse(_request: Request) -> Response:
            raise MethodNotAllowed(headers=headers)

        super().__init__(path, refuse, methods=sorted(refused), include_in_schema=False)


def add_refusals(app: FastAPI) -> None:
    """Put a refusal before the first template that would take such a path for itself. Call it after the last route."""
    routes = [route for route in app.routes if isinstance(route, Route)]
    methods = defaultdict[str, set[str]](set)
    for route in routes:
        methods[route.path] |= route.methods or set()
    for path in [path for path in methods if "{" not in path]:
        templates = [route for route in routes if "{" in route.path and route.path_regex.match(path)]
        refused = {method for route in templates for method in route.methods or ()} - methods[path]
        if refused:
            first = min(app.router.routes.index(route) for route in templates)
            app.router.routes.insert(first, RefusedMethods(path, refused, methods[path]))
