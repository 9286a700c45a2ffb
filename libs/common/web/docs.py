"""The page for people at ``/{service}/docs``: rendered here, without scripts, for networks without internet."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Response
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


def docs_router(app: FastAPI, prefix: str) -> APIRouter:
    """The OpenAPI document and the page, each made once, when somebody first asks.

    The application's ``openapi()`` is replaced by ours.
    """

    @cache
    def openapi() -> dict[str, Any]:
        return build_openapi(app)

    @cache
    def written() -> bytes:
        return orjson.dumps(openapi())

    @cache
    def page() -> str:
        return render_page(openapi())

    vars(app)["openapi"] = openapi
    router = APIRouter(prefix=prefix, include_in_schema=False)

    @router.get("/openapi.json", response_model=None)
    async def _document() -> Response:
        return Response(written(), media_type="application/json")

    @router.get("/docs", response_model=None)
    async def _page() -> Response:
        return Response(page(), media_type="text/html", headers={"Content-Security-Policy": _CSP})

    return router


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
