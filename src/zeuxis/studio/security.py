"""Who may ask, from where, and how much: checked before a request reaches any route."""

import hashlib
import hmac
import ipaddress
import logging
import re
import time
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zeuxis.errors import ZeuxisError
from zeuxis.studio.refusal import Refused
from zeuxis.studio.settings import LOCAL

TOKEN_COOKIE, SESSION_COOKIE = "zeuxis_token", "zeuxis_session"
SAFE = ("GET", "HEAD", "OPTIONS")
OPEN = re.compile(r"/(page/.*|healthz)?")  # paths that need no token: they hold no secrets
HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_PORT = re.compile(r":(\d{1,5})$", re.ASCII)  # of a Host header
_SESSION = re.compile(r"[\w-]{22}", re.ASCII)
_TOKEN = re.compile(r"[\w.~+/-]{8,}=*", re.ASCII)  # RFC 6750, section 2.1; no shorter than that

log = logging.getLogger("zeuxis.studio.access")


class Guard:
    """Lets requests through that may be, and no more of them than they may have.

    Args:
        app: what answers them.
        token: that a request needs; None for none, and then only names of this machine are answered to, so
            that no other site's name can be made to point here.
        max_bytes: of a request's body.
    """

    def __init__(self, app: ASGIApp, token: str | None, max_bytes: float) -> None:
        self._app, self._token, self._max_bytes = app, token, max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, is_over = time.monotonic(), 500, False

        async def send_safely(message: Message) -> None:
            nonlocal status, is_over
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/v1/"):
                    headers.setdefault("cache-control", "no-store")
            elif scope["method"] == "HEAD":  # done as GET is, and cut off here
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            if not is_over:
                await send(message)
            is_over = scope["method"] == "HEAD" and message["type"] == "http.response.body"

        try:
            self._check(scope["method"], scope["path"], Headers(scope=scope))
        except Refused as refused:
            await answer(refused)(scope, receive, send_safely)
        else:
            asked = dict(scope, method="GET") if scope["method"] == "HEAD" else scope
            await self._app(asked, self._counted(receive), send_safely)
        finally:
            took = 1000 * (time.monotonic() - began)
            path = quote(scope["path"])  # so that no path can look like a second line
            host = scope["client"][0] if scope["client"] else "-"
            log.info("%s %s %s %d %.0f ms", host, scope["method"], path, status, took)

    def _check(self, method: str, path: str, headers: Headers) -> None:
        host = headers.get("host", "")
        if self._token is None and _bare(host) not in LOCAL:
            raise Refused(403, "this studio answers only to names of its own machine")
        if method not in SAFE:
            _check_origin(headers, host)
        if self._token is not None and not OPEN.fullmatch(path) and not self._knows(headers):
            raise Refused(401, "this needs the token that the studio was started with")
        length = headers.get("content-length", "0")
        if length.isdecimal() and (len(length) > 18 or int(length) > self._max_bytes):
            raise self._too_large()

    def _knows(self, headers: Headers) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            given = cookie(headers, TOKEN_COOKIE)
        return is_token(given.strip(), self._token)

    def _counted(self, receive: Receive) -> Receive:
        """What refuses a body that goes on for too long, whatever its header said."""
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._max_bytes:
                raise self._too_large()
            return message

        return counted

    def _too_large(self) -> Refused:
        return Refused(
            413, f"the request is larger than the {self._max_bytes / 1e6:g} MB that are taken"
        )


def answer(refused: Refused) -> JSONResponse:
    """What is sent instead of an answer."""
    headers = {"connection": "close"} if refused.status == 413 else {}  # the rest of it is not read
    if refused.retry_after is not None:
        headers["retry-after"] = str(refused.retry_after)
    if refused.status == 401:
        headers["www-authenticate"] = "Bearer"
    return JSONResponse({"error": str(refused)}, refused.status, headers)


def check_token(token: str) -> None:
    """Refuse a token that keeps nobody out, or that a header or an address cannot carry.

    Raises:
        ZeuxisError: if it is too short, or has other characters than it may have.
    """
    if not _TOKEN.fullmatch(token):
        raise ZeuxisError(
            "the token is too short to keep anybody out, or has characters that it may not have: give 8 or "
            "more of A-Z a-z 0-9 - . _ ~ + /"
        )


def is_token(given: str, token: str | None) -> bool:
    """Whether it is the token, found out in the same time whatever is given; never where none is needed."""
    return token is not None and hmac.compare_digest(given.encode(), token.encode())


def owner_of(headers: Headers, client: str) -> str:
    """Whose list a request's job goes on: that of a browser's session, or of an address.

    The session is hashed: who reads the database is not to be let in by what is there.
    """
    session = cookie(headers, SESSION_COOKIE)
    if not _SESSION.fullmatch(session):
        return client
    return f"session {hashlib.sha256(session.encode()).hexdigest()[:32]}"


def client_of(host: str | None) -> str:
    """Whose limit it counts against: an address; of IPv6 the network, for a home has many addresses."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return host or "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return str(address)


def cookie(headers: Headers, kind: str) -> str:
    """A cookie of ours; empty if there is none. What another program has left hides none."""
    return cookie_parser(headers.get("cookie", "")).get(cookie_name(headers, kind), "")


def cookie_name(headers: Headers, kind: str) -> str:
    """What a cookie is called: with the port, for a browser tells those of two ports of a host not apart."""
    port = _PORT.search(headers.get("host", ""))
    return f"{kind}_{port[1]}" if port else kind


def _check_origin(headers: Headers, host: str) -> None:
    """Refuse what another site's page sends.

    Raises:
        Refused: if the browser says so.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    elsewhere = site not in (None, "same-origin", "none")
    if elsewhere or (origin is not None and _netloc(origin) != host):
        raise Refused(403, "this was sent by another site's page, which may not")


def _netloc(origin: str) -> str | None:
    """The host and port of an origin; None if it has none."""
    try:
        return urlsplit(origin).netloc or None
    except ValueError:
        return None


def _bare(host: str) -> str:
    """A Host header without its port and brackets."""
    return host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
