"""Routes that take a form of a browser (``application/x-www-form-urlencoded``), checked as any other body is.

    async def sign_in(form: Annotated[SignIn, Depends(TakesForm(SignIn))]) -> Response: ...

Fields of a form are text: a model for one has texts, or says how it reads them. Files come by ``uploads``, not here.
"""

from typing import Generic, TypeVar
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import BaseModel, ValidationError

from libs.common.errors import BadRequest, invalid
from libs.common.web.bodies import BodyKind, TakesBody
from libs.common.web.body_guard import media_type_of, read_body
from libs.common.web.problems import UnsupportedMedia, invalid_fields

ModelT = TypeVar("ModelT", bound=BaseModel)

FORM = "application/x-www-form-urlencoded"
LARGEST_FORM = 16 * 1024
MOST_FIELDS = 100


class TakesForm(TakesBody, Generic[ModelT]):
    """A dependency that gives the form as a model; ``largest`` in bytes."""

    def __init__(self, model: type[ModelT], largest: int = LARGEST_FORM) -> None:
        self.kind = BodyKind(largest)
        self._model = model
        self.document = {"required": True, "content": {FORM: {"schema": model.model_json_schema()}}}

    async def __call__(self, request: Request) -> ModelT:
        """The form.

        Raises:
            UnsupportedMedia: the body is no form.
            BadRequest: it cannot be read as one.
            Invalid: a field is wrong, unknown, missing or there twice; names it.
        """
        if media_type_of(request.headers.get("content-type", "").encode("latin-1")) != FORM:
            raise UnsupportedMedia(f"Send it as Content-Type: {FORM}", f"请以 Content-Type: {FORM} 发送")
        try:
            return self._model.model_validate(_fields(await read_body(request.scope)))
        except ValidationError as error:
            raise invalid_fields(error.errors(include_url=False, include_input=False)) from None


def _fields(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body), errors="strict",
            max_num_fields=MOST_FIELDS,
        )  # fmt: skip
    except ValueError:
        raise BadRequest("The form cannot be read as UTF-8 name=value pairs", "表单无法解析") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if "\0" in name + value:
            raise BadRequest("The form must not hold the NUL character", "表单不得包含空字符")
        if name in found:
            raise invalid(name, "is sent twice", "重复提交")
        found[name] = value
    return found
