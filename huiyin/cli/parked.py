"""``huiyin parked``: events that could not be applied, over the API of a running system."""

from typing import Annotated, Any

import httpx
import typer

from huiyin.cli.common import AsJson, fail, say, say_json
from libs.common.bus.flow import Service, Stream

app = typer.Typer(help="See, replay or drop parked events (滞留事件) of a running system.", no_args_is_help=True)

Url = Annotated[str, typer.Option("--url", envvar="HUIYIN_URL", help="Where the system answers.")]
Token = Annotated[str, typer.Option("--token", envvar="TOKEN", help="A token with the role admin.")]
ServiceArgument = Annotated[Service, typer.Argument(help="Which service holds them.")]
StreamArgument = Annotated[Stream, typer.Argument(help="The stream, mostly `cases`.")]
KeyArgument = Annotated[str, typer.Argument(help="The key, mostly a case id.")]
DEFAULT_URL = "http://127.0.0.1:8600"


def call(method: str, url: str, token: str, body: object = None, content: bytes | None = None) -> Any:
    """One request, with JSON or with a file; a problem becomes a sentence and status 1."""
    try:
        answer = httpx.request(
            method, url, headers={"Authorization": f"Bearer {token}"}, json=body, content=content, timeout=30
        )
    except httpx.HTTPError as error:
        fail(f"{url} does not answer ({type(error).__name__}); is it running, and is --url right?", 1)
    if answer.is_error:
        problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        fail(f"{answer.status_code} {problem.get('title', '')}: {problem.get('detail', '')}", 1)
    return answer.json()


@app.command("list")
def list_parked(
    token: Token,
    service: Annotated[Service | None, typer.Argument()] = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """List the keys whose events stand still, and why."""
    for name in [service] if service else list(Service):
        cursor = ""
        while True:
            page = call("GET", f"{url}/{name}/ops/parked?limit=200{cursor}", token)
            for item in page["items"]:
                if as_json:
                    say_json({"service": str(name), **item})
                else:
                    place = f"{name}  {item['stream']}/{item['key']}"
                    say(f"{place}  {item['state']}  {item['events']} events  {item['reason']}")
            if not page.get("next_cursor"):
                break
            cursor = f"&cursor={page['next_cursor']}"


@app.command("show")
def show(
    service: ServiceArgument,
    stream: StreamArgument,
    key: KeyArgument,
    token: Token,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Show the parked events of one key in order."""
    found = call("GET", f"{url}/{service}/ops/parked/{stream}/{key}", token)
    if as_json:
        say_json(found)
        return
    for event in found["events"]:
        say(f"{event['id']}  {event['source']} {event['seq']}  {event['type']}  {event['state']}  {event['reason']}")


@app.command("replay")
def replay(
    service: ServiceArgument, stream: StreamArgument, key: KeyArgument, token: Token, url: Url = DEFAULT_URL
) -> None:
    """Apply the parked events of one key again, in order; stops at the first that fails again."""
    say_json(call("POST", f"{url}/{service}/ops/parked/{stream}/{key}/replay", token))


@app.command("drop")
def drop(
    service: ServiceArgument,
    stream: StreamArgument,
    key: KeyArgument,
    event: Annotated[list[int], typer.Option("--event", help="Id of the event, as `show` prints it; several times.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept with the event.")],
    token: Token,
    url: Url = DEFAULT_URL,
) -> None:
    """Give parked events up for good, and go on with what stood behind them."""
    say_json(call("POST", f"{url}/{service}/ops/parked/{stream}/{key}/drop", token, {"ids": event, "reason": reason}))
