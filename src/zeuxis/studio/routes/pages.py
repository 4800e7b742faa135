"""The page itself: files that hold no secrets, and the cookies that it needs."""

import secrets
from functools import cache
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from zeuxis.studio.refusal import Refused
from zeuxis.studio.routes.files import sent
from zeuxis.studio.security import SESSION_COOKIE, TOKEN_COOKIE, cookie, cookie_name, is_token

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
            if "text/html" in request.headers.get("accept", ""):
                return RedirectResponse("/", 303)  # the page asks for the right one in words
            raise Refused(401, "this is not the token that the studio was started with")
        response: Response = RedirectResponse("/", 303)
        _keep(response, request, TOKEN_COOKIE, token)
        return response
    response = _file(request, "index.html")
    if not cookie(request.headers, SESSION_COOKIE):
        _keep(response, request, SESSION_COOKIE, secrets.token_urlsafe(16))
    return response


@routes.get("/page/{name:path}")
async def page_file(request: Request, name: str) -> Response:
    """A file of the page."""
    return _file(request, name)


def _file(request: Request, name: str) -> Response:
    path = _files().get(name)
    if path is None or path.suffix not in MEDIA:
        raise Refused(404, "there is no such page")
    kept = {"cache-control": "no-cache"}  # that is, not without asking
    return sent(request, path, media_type=MEDIA[path.suffix], headers=kept)


@cache
def _files() -> dict[str, Path]:
    """What there is, by name; nothing else can be asked for."""
    return {path.relative_to(PAGE).as_posix(): path for path in PAGE.rglob("*") if path.is_file()}


def _keep(response: Response, request: Request, kind: str, value: str) -> None:
    response.set_cookie(
        cookie_name(request.headers, kind),
        value,
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
