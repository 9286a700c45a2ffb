"""HTTP in: each route asks for a right, parses, and calls one action or query."""

from services.dispatch.api.cases import router as cases_router
from services.dispatch.api.directory import router as directory_router

__all__ = ["cases_router", "directory_router"]
