"""The page for people at ``/{service}/docs``: rendered here, without scripts, for networks without internet."""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from libs.common.web.openapi import build_openapi

_CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the page's list, unfolded below."""

    method: str
    path: str
    summary: str
    description: str
    parameters: list[dict[str, Any]]
    body: list[tuple[str, str]]
    responses: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Field:
    """One row of a schema's table."""

    name: str
    type: str
    required: bool
    description: str


class Documents:
    """What an application says of itself, each made once, when somebody first asks."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    @cached_property
    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        return build_openapi(self._app)

    @cached_property
    def written(self) -> bytes:
        """The same as JSON."""
        return orjson.dumps(self.openapi)

    @cached_property
    def page(self) -> str:
        """The page for people."""
        return render_page(self.openapi)


def add_documents(app: FastAPI) -> None:
    """Let the application say what it is at ``docs_router``'s routes. Its ``openapi()`` is replaced by ours."""
    documents = app.state.documents = Documents(app)
    vars(app)["openapi"] = lambda: documents.openapi


def docs_router(prefix: str) -> APIRouter:
    """The OpenAPI document and the page."""
    router = APIRouter(prefix=prefix, include_in_schema=False)
    router.add_api_route("/openapi.json", _document, methods=["GET"], response_model=None)
    router.add_api_route("/docs", _page, methods=["GET"], response_model=None)
    return router


async def _document(request: Request) -> Response:
    return Response(_documents_of(request).written, media_type="application/json")


async def _page(request: Request) -> Response:
    return Response(_documents_of(request).page, media_type="text/html", headers={"Content-Security-Policy": _CSP})


def _documents_of(request: Request) -> Documents:
    documents: Documents = request.app.state.documents
    return documents


def render_page(document: dict[str, Any]) -> str:
    """The HTML."""
    schemas = document["components"]["schemas"]
    return _template().render(
        info=document["info"],
        operations=_operations(document),
        schemas={name: (schema, _fields(schema)) for name, schema in sorted(schemas.items())},
    )


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("docs.html")


def _operations(document: dict[str, Any]) -> list[Operation]:
    return [
        Operation(
            method=method.upper(),
            path=path,
            summary=operation.get("summary", ""),
            description=operation.get("description", ""),
            parameters=[_parameter(parameter) for parameter in operation.get("parameters", [])],
            body=_contents(operation.get("requestBody", {})),
            responses=[_answer(code, response, document) for code, response in sorted(operation["responses"].items())],
        )
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in _METHODS
    ]


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": parameter["name"],
        "place": parameter["in"],
        "required": parameter.get("required", False),
        "type": type_of(parameter.get("schema", {})),
        "description": parameter.get("description", parameter.get("schema", {}).get("description", "")),
    }


def _answer(code: str, response: dict[str, Any], document: dict[str, Any]) -> tuple[str, str, str]:
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    contents = _contents(response)
    return code, response.get("description", ""), ", ".join(kind for _, kind in contents)


def _contents(holder: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (media_type, type_of(content.get("schema", {}))) for media_type, content in holder.get("content", {}).items()
    ]


def _fields(schema: dict[str, Any]) -> list[Field]:
    required = schema.get("required", [])
    return [
        Field(name, type_of(field), name in required, field.get("description", ""))
        for name, field in schema.get("properties", {}).items()
    ]


def type_of(schema: dict[str, Any]) -> str:
    """A schema in a few words: ``WorkOut``, ``list of text, at most 20``, ``"hotline" | "visit"``."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return " | ".join(type_of(one) for one in schema[several])
    if "const" in schema or "enum" in schema:
        return " | ".join(orjson.dumps(value).decode() for value in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {type_of(schema.get('items', {}))}{_limits(schema)}"
    name = schema.get("format") or schema.get("type", "any")
    return f"{name}{_limits(schema)}"


def _limits(schema: dict[str, Any]) -> str:
    words = {
        "minLength": "at least {} characters",
        "maxLength": "at most {} characters",
        "minItems": "at least {}",
        "maxItems": "at most {}",
        "minimum": "≥ {}",
        "maximum": "≤ {}",
        "pattern": "{}",
    }
    said = [text.format(schema[key]) for key, text in words.items() if key in schema]
    return f" ({', '.join(said)})" if said else ""
