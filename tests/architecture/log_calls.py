"""Every log call of the product, as written down: what happened, and the fields that go with it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
THE_ONE_IDIOM = "libs/common/logs.py"
"""The module that all others log by; it alone knows the packages behind it."""
_PACKAGES = frozenset({"logging", "structlog"})


@dataclass(frozen=True, slots=True)
class LogCall:
    """One call: the words that say what happened (None when they are no constant), and its fields."""

    where: str
    level: str
    event: str | None
    fields: tuple[ast.keyword, ...]

    @property
    def keys(self) -> frozenset[str]:
        """The names of the fields; ``exc_info`` is told as the error's type and places."""
        return frozenset(field.arg for field in self.fields if field.arg is not None and field.arg != "exc_info")


def log_calls(name: str, text: str) -> Iterator[LogCall]:
    """The calls of a module: ``log.warning("...", ...)`` where ``log`` is its logger, and ``log_request(...)``."""
    if "log = get_logger(__name__)\n" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Attribute(value=ast.Name(id="log"), attr=level):
                first = node.args[0] if node.args else None
                event = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
                yield LogCall(f"{name}:{node.lineno}", level, event, tuple(node.keywords))
            case ast.Name(id="log_request"):
                yield LogCall(f"{name}:{node.lineno}", "info", "request", tuple(node.keywords))


def idiom_faults(name: str, text: str) -> list[str]:
    """Ways of logging beside the one."""
    found = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import(names=names) if {one.name.partition(".")[0] for one in names} & _PACKAGES:
                found.append(f"{name}:{node.lineno} logs by a package of its own choice")
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in _PACKAGES:
                found.append(f"{name}:{node.lineno} logs by a package of its own choice")
            case ast.Assign(targets=[ast.Name(id=target)], value=ast.Call(func=ast.Name(id="get_logger"))) if (
                target != "log"
            ):
                found.append(f"{name}:{node.lineno} calls its logger {target}, not log")
    return found


def call_faults(call: LogCall, allowed: frozenset[str]) -> list[str]:
    """What would not arrive, and what could carry the text of a row out."""
    rules = {
        f"knows no level {call.level}": call.level in LEVELS,
        "does not say what happened in constant words": call.event is not None,
        "hides its fields behind **": all(field.arg is not None for field in call.fields),
    }
    found = [complaint for complaint, kept in rules.items() if not kept]
    found += [f"says {key}, which no line may hold" for key in sorted(call.keys - allowed)]
    for field in call.fields:
        if field.arg != "exc_info" and _quotes(field.value):
            found.append(f"may quote a row in {field.arg}")
    return [f"{call.where} {complaint}" for complaint in found]


def _quotes(value: ast.expr) -> bool:
    """Whether a text is put together of something: an error's message quotes rows, and so may any other."""
    for node in ast.walk(value):
        match node:
            case ast.JoinedStr() | ast.BinOp(op=ast.Mod()) | ast.Attribute(attr="args" | "detail" | "detail_zh"):
                return True
            case ast.Call(func=ast.Name(id="repr" | "str" | "format" | "ascii")) if not _is_our_name(node):
                return True
            case ast.Call(func=ast.Attribute(attr="format" | "join")):
                return True
    return False


def _is_our_name(call: ast.Call) -> bool:
    """``str(runtime.service)``, ``str(postgres.log)``: a member of an object of ours, not an error."""
    return isinstance(call.func, ast.Name) and call.func.id == "str" and isinstance(call.args[0], ast.Attribute)
