"""`/v1/jobs`: what became of what was asked for."""

import asyncio
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse

from zeuxis.images import read, write
from zeuxis.studio.events import events
from zeuxis.studio.refusal import Refused
from zeuxis.studio.routes.requests import sender_of, service_of
from zeuxis.studio.schemas import ErrorReport, JobReport
from zeuxis.studio.security import owner_of
from zeuxis.studio.task import MEDIA

NOT_THERE: dict[int | str, dict[str, Any]] = {
    401: {"description": "no token, or a wrong one", "model": ErrorReport},
    403: {"description": "sent by another site's page", "model": ErrorReport},
    404: {"description": "no such job, or its time is over", "model": ErrorReport},
    422: {"description": "a parameter is wrong", "model": ErrorReport},
}
Format = Literal["png", "jpeg", "webp"]

routes = APIRouter(prefix="/v1/jobs", tags=["jobs"], responses=NOT_THERE)


@routes.get("", response_model=list[JobReport])
async def own_jobs(request: Request) -> Response:
    """Your jobs, the newest first: of this browser's session, or of your address."""
    service = service_of(request)
    jobs = service.of_owner(owner_of(request.headers, sender_of(request)))
    return JSONResponse([service.report(job) for job in jobs])


@routes.get("/{id}", response_model=JobReport)
async def one_job(request: Request, id: str) -> Response:
    """A job, as it stands."""
    service = service_of(request)
    return JSONResponse(service.report(service.get(id)))


@routes.get(
    "/{id}/events", response_model=None, responses={200: {"content": {"text/event-stream": {}}}}
)
async def job_events(request: Request, id: str) -> StreamingResponse:
    """The job at each change, as server-sent events named `job`, until it is done, failed or cancelled."""
    service = service_of(request)
    stream = events(service, service.get(id))
    headers = {"x-accel-buffering": "no"}  # a proxy is to pass events on at once
    return StreamingResponse(stream, headers=headers, media_type="text/event-stream")


@routes.get("/{id}/preview", response_model=None, responses={200: {"content": {"image/*": {}}}})
async def preview(request: Request, id: str) -> FileResponse:
    """A picture of how far the job is."""
    service = service_of(request)
    shown = service.get(id).preview
    if shown is None:
        raise Refused(404, "there is nothing to see of this job yet")
    return FileResponse(_there(service.store.folder / shown))


@routes.get(
    "/{id}/results/{number}", response_model=None, responses={200: {"content": {"*/*": {}}}}
)
async def result(
    request: Request,
    id: str,
    number: int,
    format: Format | None = None,
    quality: int = Query(95, ge=1, le=100),
) -> Response:
    """A file that the job made; a picture in another format, if one is asked for."""
    service = service_of(request)
    results = service.get(id).results
    if not 0 <= number < len(results):
        raise Refused(404, f"the job has {len(results)} results, counted from 0")
    found = results[number]
    path = _there(service.store.folder / found["file"])
    if format is None or found["width"] is None:
        return FileResponse(path, media_type=found["media_type"], filename=found["name"])
    content = await asyncio.to_thread(_converted, path, format, quality)
    name = Path(found["name"]).with_suffix(f".{'jpg' if format == 'jpeg' else format}").name
    return Response(content, media_type=MEDIA[format.upper()], headers=_saved_as(name))


@routes.post("/{id}/cancel", response_model=JobReport)
async def cancel(request: Request, id: str) -> Response:
    """Stop a job. What paints or trains keeps what it has, and is then done; all else is cancelled."""
    service = service_of(request)
    job = service.get(id)
    await service.cancel(job)
    return JSONResponse(service.report(job))


@routes.delete(
    "/{id}",
    status_code=204,
    response_model=None,
    responses={409: {"description": "it is about to stop", "model": ErrorReport}},
)
async def delete(request: Request, id: str) -> Response:
    """Stop a job, and forget it and its files."""
    service = service_of(request)
    await service.delete(service.get(id))
    return Response(status_code=204)


def _there(path: Path) -> Path:
    """A file, if it is there still: a run may have been deleted by hand.

    Raises:
        Refused: 404.
    """
    if not path.is_file():
        raise Refused(404, "the file is gone")
    return path


def _saved_as(name: str) -> dict[str, str]:
    like = FileResponse(name, filename=name)  # which knows how names are written
    return {"content-disposition": like.headers["content-disposition"]}


def _converted(path: Path, format: str, quality: int) -> bytes:
    """A result of ours in another format."""
    content = BytesIO()
    write(read(path, max_megapixels=1000), content, format=format, quality=quality)
    return content.getvalue()
