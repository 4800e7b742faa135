"""Files as answers: whole, in part, or not at all where the client has it still."""

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.staticfiles import NotModifiedResponse
from starlette.types import Message, Receive, Scope, Send

from zeuxis.studio.refusal import Refused

WRONG_RANGES = (400, 416)


def sent(request: Request, path: Path, **about: Any) -> Response:
    """The answer that is a file.

    Args:
        request: that it answers.
        path: of the file.
        **about: `media_type`, `filename` and `headers`, as `starlette.responses.FileResponse` takes them.

    Raises:
        Refused: 404, if it is not there: a run may have been deleted by hand.
    """
    if not path.is_file():
        raise Refused(404, "the file is gone")
    response = _File(path, stat_result=path.stat(), **about)
    known = request.headers.get("if-none-match", "").split(",")
    if response.headers["etag"] in [tag.strip().removeprefix("W/") for tag in known]:
        return NotModifiedResponse(response.headers)
    return response


class _File(FileResponse):
    """A file that refuses parts which it does not have in a sentence."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_wrong = False

        async def heard(message: Message) -> None:
            nonlocal is_wrong
            is_wrong |= message.get("status") in WRONG_RANGES
            if not is_wrong:
                await send(message)

        await super().__call__(scope, receive, heard)
        if is_wrong:
            size = self.headers["content-length"]
            sentence = f"the file has {size} bytes, and the header Range asks for others"
            headers = {"content-range": f"bytes */{size}"}
            await JSONResponse({"error": sentence}, 416, headers)(scope, receive, send)
