"""`/v1/jobs`: what became of what was asked for."""

from pathlib import Path
from typing import Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from zeuxis.studio.events import events
from zeuxis.studio.refusal import Refused
from zeuxis.studio.routes.files import sent
from zeuxis.studio.routes.refusals import content, refusals
from zeuxis.studio.routes.requests import sender_of, service_of
from zeuxis.studio.schemas import JobReport
from zeuxis.studio.security import owner_of
from zeuxis.studio.task import MEDIA

Format = Literal["png", "jpeg", "webp"]

routes = APIRouter(prefix="/v1/jobs", tags=["jobs"], responses=refusals(401, 403))


@routes.get("", response_model=list[JobReport])
async def own_jobs(request: Request) -> Response:
    """Your jobs, the newest first: of this browser's session, or of your address."""
    service = service_of(request)
    jobs = service.of_owner(owner_of(request.headers, sender_of(request)))
    return JSONResponse([service.report(job) for job in jobs])


@routes.get("/{id}", response_model=JobReport, responses=refusals(404))
async def one_job(request: Request, id: str) -> Response:
    """A job, as it stands."""
    service = service_of(request)
    return JSONResponse(service.report(service.get(id)))


@routes.get(
    "/{id}/events",
    response_class=StreamingResponse,
    responses=content("text/event-stream") | refusals(404),
)
async def job_events(request: Request, id: str) -> StreamingResponse:
    """The job at each change, as server-sent events named `job`, until it is done, failed or cancelled."""
    service = service_of(request)
    stream = events(service, service.get(id))
    headers = {"x-accel-buffering": "no"}  # a proxy is to pass events on at once
    return StreamingResponse(stream, headers=headers, media_type="text/event-stream")


@routes.get(
    "/{id}/preview",
    response_class=Response,
    responses=content("image/*") | refusals(404, 416),
)
async def preview(request: Request, id: str) -> Response:
    """A picture of how far the job is."""
    service = service_of(request)
    shown = service.get(id).preview
    if shown is None:
        raise Refused(404, "there is nothing to see of this job yet")
    return sent(request, service.store.folder / shown)


@routes.get(
    "/{id}/results/{number}",
    response_class=Response,
    responses=content("*/*") | refusals(404, 416, 422, 429, 503),
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
    path, media_type = service.store.folder / found["file"], found["media_type"]
    name, is_picture = found["name"], found["width"] is not None
    if format is not None and is_picture and (format, media_type) != ("png", MEDIA["PNG"]):
        path = await service.conversions.get(path, service.store.folder_of(id), format, quality)
        media_type = MEDIA[format.upper()]
        name = Path(name).with_suffix(f".{'jpg' if format == 'jpeg' else format}").name
    return sent(request, path, media_type=media_type, filename=name)


@routes.post("/{id}/cancel", response_model=JobReport, responses=refusals(404))
async def cancel(request: Request, id: str) -> Response:
    """Stop a job. What paints or trains keeps what it has, and is then done; all else is cancelled."""
    service = service_of(request)
    job = service.get(id)
    await service.cancel(job)
    return JSONResponse(service.report(job))


@routes.delete("/{id}", status_code=204, response_model=None, responses=refusals(404, 409))
async def delete(request: Request, id: str) -> Response:
    """Stop a job, and forget it and its files."""
    service = service_of(request)
    await service.delete(service.get(id))
    return Response(status_code=204)
