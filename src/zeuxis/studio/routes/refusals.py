"""What a route may answer, for OpenAPI; of a refusal what it means, and how it may sound."""

from typing import Any

from zeuxis.studio.schemas import ErrorReport

Responses = dict[int | str, dict[str, Any]]

_ALL = {
    400: ("the form cannot be read", "the form cannot be read: send at most 200 texts, as UTF-8"),
    401: ("no token, or a wrong one", "this needs the token that the studio was started with"),
    403: (
        "sent by another site's page, or to a name that is none of this machine",
        "this was sent by another site's page, which may not",
    ),
    404: ("it is not there", "there is no such job, or its time is over"),
    408: ("the request took too long", "the request took longer than 300 seconds"),
    409: (
        "it goes on already, or has yet to stop",
        "the job is about to stop: delete it in a while",
    ),
    413: (
        "the request or a picture is too large",
        "photo.jpg has 20000x15000 pixels, over the limit of 50 megapixels",
    ),
    415: ("a file is no picture, or the request no form", "notes.txt is not a picture"),
    416: (
        "the file has no such part",
        "the file has 4711 bytes, and the header Range asks for others",
    ),
    422: (
        "a setting is wrong, or the job failed by what was asked for",
        "strength is 2.0, but must be between 0 and 1",
    ),
    429: (
        "the queue is full, or the client has too many jobs; `Retry-After` says when to ask again",
        "the queue is full, with 100 jobs: try again in a while",
    ),
    500: (
        "the job failed, and not by what was asked for",
        "the process that did this died (SIGKILL): try again, or ask for a smaller size",
    ),
    503: (
        "the server's disk is full",
        "the studio has no room on its disk for another job: try again later",
    ),
}


def content(kind: str) -> Responses:
    """An answer of a kind that is no JSON."""
    return {200: {"content": {kind: {}}}}


def refusals(*statuses: int) -> Responses:
    """The answers of some statuses, as FastAPI takes them."""
    return {status: _refusal(*_ALL[status]) for status in statuses}


def _refusal(meaning: str, sentence: str) -> dict[str, Any]:
    example = {"application/json": {"example": {"error": sentence}}}
    return {"description": meaning, "model": ErrorReport, "content": example}
