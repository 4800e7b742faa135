"""The server: routes behind a guard, and the service that they open."""

import errno
import logging
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Match

from zeuxis import __version__
from zeuxis.errors import ZeuxisError
from zeuxis.studio.openapi import Described
from zeuxis.studio.refusal import Refused
from zeuxis.studio.routes import jobs, pages, verbs, wall
from zeuxis.studio.security import HEADERS, Guard, answer, check_token
from zeuxis.studio.service import FULL, SWEEP_SECONDS, Service
from zeuxis.studio.settings import StudioSettings

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
NOT_FOUND, NOT_ALLOWED, UNPROCESSABLE = 404, 405, 422
METHODS = ("DELETE", "GET", "POST")  # of all that there is; the guard has HEAD done as GET

log = logging.getLogger("zeuxis.studio")


def create_app(
    settings: StudioSettings | None = None,
    *,
    token: str | None = None,
    roots: Mapping[str, Path] | None = None,
) -> FastAPI:
    """The studio as an ASGI application, for `zeuxis studio` and any other server.

    Args:
        settings: the knobs; by default `StudioSettings()`.
        token: that requests need; None for none, which only a server on 127.0.0.1 can do without.
        roots: folders that training data may be in, by name.

    Raises:
        ZeuxisError: if the folder of the state cannot be used, or there is no token where one is needed, or
            none that keeps anybody out.
    """
    settings = settings or StudioSettings()
    if token is not None:
        check_token(token)
    elif not settings.is_local:
        raise ZeuxisError(f"whoever reaches {settings.host} could use the studio: give a token")
    service = Service(settings, dict(roots or {}), is_own=token is None)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.open()
        try:
            yield
        finally:
            await service.close()

    app = Described(
        title="Zeuxis",
        summary="Paints photographs in another's hand.",
        version=__version__,
        lifespan=lifespan,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        docs_url=None,  # those pages are made of scripts from elsewhere
        redoc_url=None,
        middleware=[Middleware(Guard, token=token, max_bytes=settings.max_upload_mb * 1e6)],
    )
    app.state.service, app.state.token = service, token
    for routes in (pages.routes, wall.routes, jobs.routes, verbs.router()):
        app.include_router(routes)
    _speak_in_sentences(app)
    return app


def _speak_in_sentences(app: FastAPI) -> None:
    """Have whatever goes wrong answered by one sentence."""

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> JSONResponse:
        return answer(error)

    @app.exception_handler(ZeuxisError)
    async def mistaken(_: Request, error: ZeuxisError) -> JSONResponse:
        return JSONResponse({"error": str(error)}, UNPROCESSABLE)

    @app.exception_handler(sqlite3.Error)
    @app.exception_handler(OSError)
    async def full(request: Request, error: Exception) -> JSONResponse:
        if isinstance(error, OSError) and error.errno not in NO_ROOM:
            raise error
        log.error("%s %s: %s", request.method, quote(request.url.path), error)
        return answer(Refused(503, FULL, retry_after=int(SWEEP_SECONDS)))

    @app.exception_handler(HTTPException)
    async def unusual(request: Request, error: HTTPException) -> JSONResponse:
        sentence, headers = str(error.detail), error.headers
        if error.status_code == NOT_FOUND:
            sentence = "there is nothing at this address: /openapi.json lists what there is"
        if error.status_code == NOT_ALLOWED:
            allowed = ", ".join(_allowed(request))
            sentence, headers = f"this takes no {request.method}, but {allowed}", {"allow": allowed}
        return JSONResponse({"error": sentence}, error.status_code, headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first: dict[str, Any] = error.errors()[0]
        name = first["loc"][-1]
        return JSONResponse({"error": f"{name}: {first['msg'].lower()}"}, UNPROCESSABLE)

    @app.exception_handler(Exception)
    async def broken(_: Request, error: Exception) -> JSONResponse:
        name = type(error).__name__
        sentence = f"something went wrong in the studio ({name}): it is in its log"
        return JSONResponse({"error": sentence}, 500, HEADERS)  # the guard is not asked any more


def _allowed(request: Request) -> list[str]:
    """The methods that the path of a request takes; each route knows but its own."""
    found = {
        method
        for method in METHODS
        for route in request.app.router.routes
        if route.matches(dict(request.scope, method=method))[0] is Match.FULL
    }
    return sorted(found | ({"HEAD"} if "GET" in found else set()))
