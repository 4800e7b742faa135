"""`POST /v1/{verb}`: a job, or at once its result."""

import asyncio
import shutil
from typing import Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from zeuxis.errors import ZeuxisError
from zeuxis.studio.about import form_schema
from zeuxis.studio.jobs import Job
from zeuxis.studio.refusal import Refused
from zeuxis.studio.routes.files import sent
from zeuxis.studio.routes.forms import asked_in
from zeuxis.studio.routes.refusals import Responses, refusals
from zeuxis.studio.routes.requests import sender_of, service_of
from zeuxis.studio.schemas import JobReport
from zeuxis.studio.security import owner_of
from zeuxis.studio.service import Service
from zeuxis.studio.verbs import Verb, verbs

LONGEST_WAIT = 60.0  # seconds
WRONG = (400, 401, 403, 408, 413, 415, 422, 429, 500, 503)
TRAINING = (409,)  # a run goes on once


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
            responses=_responses(verb),
            openapi_extra={"requestBody": {"content": _forms(verb)}},
        )
    return found


def _endpoint(verb: Verb) -> Any:
    async def endpoint(
        request: Request, wait: float = Query(0.0, ge=0, le=LONGEST_WAIT)
    ) -> Response:
        service = service_of(request)
        odd = sorted(request.query_params.keys() - {"wait"})
        if odd:
            raise ZeuxisError(
                f"the address takes no {odd[0][:80]!r}: send it as a field of the form"
            )
        job = await submitted(request, verb, service)
        if wait and await job.final(wait):
            return _final(request, job, service)
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


def _final(request: Request, job: Job, service: Service) -> Response:
    """The picture itself, where the client takes pictures; else the job."""
    accept = request.headers.get("accept", "*/*").lower()
    takes = [each.partition(";")[0].strip() for each in accept.split(",")]
    takes_pictures = any(each.startswith(("image/", "*/")) for each in takes)
    if job.state == "failed":
        status = 422 if job.fault == "user" else 500
        if takes_pictures:
            raise Refused(status, job.error or "the job failed")
        return _told(job, service, status)
    # Nothing comes of a job that was cancelled, and of a run that was stopped before it had a generator.
    if not takes_pictures or not job.results:
        return _told(job, service, 200)
    result = job.results[0]
    return sent(
        request,
        service.store.folder / result["file"],
        media_type=result["media_type"],
        filename=result["name"],
        headers={"location": f"/v1/jobs/{job.id}"},
    )


def _told(job: Job, service: Service, status: int) -> JSONResponse:
    return JSONResponse(service.report(job), status, {"location": f"/v1/jobs/{job.id}"})


def _forms(verb: Verb) -> dict[str, Any]:
    """The kinds of form that a verb takes: those without files may be short."""
    schema = {"schema": form_schema(verb)}
    short = {} if verb.files else {"application/x-www-form-urlencoded": schema}
    return {"multipart/form-data": schema} | short


def _responses(verb: Verb) -> Responses:
    picture = {"image/*": {"schema": {"type": "string", "format": "binary"}}}
    at_once = {"description": "with `wait`: the first result, or the job", "model": JobReport}
    return {
        200: at_once | {"content": picture},
        202: {"description": "the job", "model": JobReport},
        **refusals(*WRONG, *(TRAINING if verb.is_training else ())),
    }
