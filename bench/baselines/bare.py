"""``python -m bench.baselines.bare PORT URL``: one FastAPI route that answers one row, with no house around it.

No rights, no answer kept, no log: what a reading over HTTP costs at the least with the same server, framework, driver
and database.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import uvicorn
from fastapi import FastAPI

from libs.common.run import event_loop

_ROW = "SELECT to_jsonb(work)::text AS row FROM dispatch.work WHERE case_id = $1"


def app_on(url: str) -> FastAPI:
    """``GET /cases/{case_id}``: the row of dispatch, as JSON."""

    @asynccontextmanager
    async def pooled(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(url, min_size=1, max_size=8) as app.state.pool:
            yield

    app = FastAPI(lifespan=pooled)

    @app.get("/cases/{case_id}")
    async def read(case_id: str) -> str:
        found: str = await app.state.pool.fetchval(_ROW, case_id)
        return found

    return app


async def serve(port: int, url: str) -> None:
    """On 127.0.0.1, until it is ended."""
    config = uvicorn.Config(app_on(url), host="127.0.0.1", port=port, log_level="warning", access_log=False)
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    event_loop.run(serve(int(sys.argv[1]), sys.argv[2]))
