"""The page itself: files that hold no secrets, and the cookies that it needs."""

import secrets
from functools import cache
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from zeuxis.studio.refusal import Refused
from zeuxis.studio.security import SESSION_COOKIE, TOKEN_COOKIE, cookies, is_token

PAGE = Path(str(files("zeuxis.studio"))) / "page"
MEDIA = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
}
SESSION_SECONDS = 30 * 24 * 3600

routes = APIRouter(include_in_schema=False)


@routes.get("/")
async def index(request: Request, token: str | None = None) -> Response:
    """The page; with the right token, the cookie that stands for it."""
    if token is not None:
        if not is_token(token, request.app.state.token):
            raise Refused(401, "this is not the token that the studio was started with")
        response: Response = RedirectResponse("/", 303)
        _keep(response, request, TOKEN_COOKIE, token)
        return response
    response = _file("index.html")
    if SESSION_COOKIE not in cookies(request.headers):
        _keep(response, request, SESSION_COOKIE, secrets.token_urlsafe(16))
    return response


@routes.get("/page/{name:path}")
async def page_file(name: str) -> Response:
    """A file of the page."""
    return _file(name)


def _file(name: str) -> FileResponse:
    path = _files().get(name)
    if path is None or path.suffix not in MEDIA:
        raise Refused(404, "there is no such page")
    return FileResponse(path, media_type=MEDIA[path.suffix], headers={"cache-control": "no-cache"})


@cache
def _files() -> dict[str, Path]:
    """What there is, by name; nothing else can be asked for."""
    return {path.relative_to(PAGE).as_posix(): path for path in PAGE.rglob("*") if path.is_file()}


def _keep(response: Response, request: Request, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
