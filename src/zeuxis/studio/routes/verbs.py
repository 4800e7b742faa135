"""`POST /v1/{verb}`: a job, or at once its result."""

import asyncio
import shutil
from typing import Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from zeuxis.studio.about import form_schema
from zeuxis.studio.jobs import Job
from zeuxis.studio.refusal import Refused
from zeuxis.studio.routes.forms import asked_in
from zeuxis.studio.routes.requests import sender_of, service_of
from zeuxis.studio.schemas import ErrorReport, JobReport
from zeuxis.studio.security import owner_of
from zeuxis.studio.service import Service
from zeuxis.studio.verbs import Verb, verbs

LONGEST_WAIT = 60.0  # seconds
WRONG = {
    400: "the form cannot be read",
    401: "no token, or a wrong one",
    403: "sent by another site's page",
    408: "the request took too long",
    413: "the request or a picture is too large",
    415: "a file is no picture",
    422: "a setting is wrong, or the job failed",
    429: "the queue is full, or the client has too many jobs",
    500: "the job failed, and not by what was asked for",
    503: "the server's disk is full",
}


def router() -> APIRouter:
    """A route for every verb."""
    found = APIRouter(tags=["verbs"])
    for name in verbs.names():
        verb = verbs.get(name)
        found.add_api_route(
            f"/v1/{name}",
            _endpoint(verb),
            methods=["POST"],
            name=name,
            summary=verb.help,
            status_code=202,
            response_model=None,
            responses=_responses(),
            openapi_extra={
                "requestBody": {"content": {"multipart/form-data": {"schema": form_schema(verb)}}}
            },
        )
    return found


def _endpoint(verb: Verb) -> Any:
    async def endpoint(
        request: Request, wait: float = Query(0.0, ge=0, le=LONGEST_WAIT)
    ) -> Response:
        service = service_of(request)
        job = await submitted(request, verb, service)
        if wait and await job.final(wait):
            return _final(job, service, request.headers.get("accept", "*/*"))
        return _told(job, service, 202)

    return endpoint


async def submitted(request: Request, verb: Verb, service: Service) -> Job:
    """The job that a request asks for.

    Raises:
        ZeuxisError: for whatever is wrong with it; then nothing of it is kept.
    """
    client = sender_of(request)
    service.check_room(verb, client)
    id, folder = service.new_folder()
    try:
        with service.door.receiving(client):
            asked = await asked_in(request, verb, folder, service.place)
        prepared = verb.prepare(asked)
        return service.submit(id, verb, prepared, owner_of(request.headers, client), client)
    except BaseException:  # the client may have gone away too
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        raise


def _final(job: Job, service: Service, accept: str) -> Response:
    """The picture itself, where the client takes pictures; else the job."""
    if job.state == "failed":
        raise Refused(422 if job.fault == "user" else 500, job.error or "the job failed")
    takes = [each.partition(";")[0].strip() for each in accept.lower().split(",")]
    if not job.results or not any(each.startswith(("image/", "*/")) for each in takes):
        return _told(
            job, service, 200
        )  # cancelled, or a run that was stopped before it had a generator
    result = job.results[0]
    return FileResponse(
        service.store.folder / result["file"],
        media_type=result["media_type"],
        filename=result["name"],
        headers={"location": f"/v1/jobs/{job.id}"},
    )


def _told(job: Job, service: Service, status: int) -> JSONResponse:
    return JSONResponse(service.report(job), status, {"location": f"/v1/jobs/{job.id}"})


def _responses() -> dict[int | str, dict[str, Any]]:
    picture = {"image/*": {"schema": {"type": "string", "format": "binary"}}}
    return {
        200: {"description": "with `wait`: the first result, or the job", "content": picture},
        202: {"description": "the job", "model": JobReport},
        **{status: {"description": text, "model": ErrorReport} for status, text in WRONG.items()},
    }
