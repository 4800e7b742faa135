"""What there is to choose from, and what the studio says of itself."""

import asyncio
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from zeuxis.studio.about import about
from zeuxis.studio.refusal import Refused
from zeuxis.studio.routes.files import sent
from zeuxis.studio.routes.refusals import content, refusals
from zeuxis.studio.routes.requests import service_of
from zeuxis.studio.thumbnails import thumbnail
from zeuxis.studio.wall import generators, runs_in, samples, styles

CLOSED = refusals(401, 403)

routes = APIRouter(tags=["choices"])


@routes.get("/v1/about", responses=CLOSED)
async def what_there_is(request: Request) -> dict[str, Any]:
    """Version, limits, and all verbs with their files, fields and knobs."""
    service = service_of(request)
    needs_token = request.app.state.token is not None
    return about(service.settings, needs_token, service.place.roots)


@routes.get("/v1/styles", responses=CLOSED)
async def all_styles() -> list[dict[str, str]]:
    """The styles that come with Zeuxis."""
    return [
        about | {"thumbnail": f"/v1/styles/{name}/thumbnail"} for name, about in styles().items()
    ]


@routes.get(
    "/v1/styles/{name}/thumbnail",
    response_class=Response,
    responses=content("image/webp") | CLOSED | refusals(404, 416, 429, 503),
)
async def style_thumbnail(request: Request, name: str) -> Response:
    """What a style makes of one of our photographs, 160 pixels."""
    if name not in styles():
        raise Refused(404, f"there is no style {name[:80]!r}")
    path = await thumbnail(service_of(request), name)
    return sent(request, path, headers={"cache-control": "private, max-age=86400"})


@routes.get("/v1/samples", responses=CLOSED)
async def all_samples() -> list[dict[str, str]]:
    """Photographs of ours to try things with."""
    return [{"name": name, "picture": f"/v1/samples/{name}"} for name in samples()]


@routes.get(
    "/v1/samples/{name}",
    response_class=Response,
    responses=content("image/webp") | CLOSED | refusals(404, 416),
)
async def sample_picture(request: Request, name: str) -> Response:
    """A photograph of ours."""
    if name not in samples():
        raise Refused(404, f"there is no sample {name[:80]!r}")
    path = Path(samples()[name].file)
    return sent(request, path, headers={"cache-control": "private, max-age=86400"})


@routes.get("/v1/generators", responses=CLOSED)
async def all_generators(request: Request) -> list[dict[str, Any]]:
    """The generators that come with Zeuxis, and those that were trained here."""
    found = await asyncio.to_thread(generators, service_of(request).place.runs)
    return list(found.values())


@routes.get("/v1/runs", responses=CLOSED)
async def all_runs(request: Request) -> list[dict[str, Any]]:
    """The runs of training, which can be gone on with; `job` is the id of the one that is at it now."""
    service = service_of(request)
    going = service.training()
    runs = await asyncio.to_thread(runs_in, service.place.runs)
    return [run | {"job": going.get(run["name"])} for run in runs]


@routes.get("/healthz", responses=refusals(403))
async def health(request: Request) -> Response:
    """Whether the studio serves, and how busy it is."""
    return JSONResponse({"status": "ok"} | service_of(request).load())


@routes.get("/metrics", response_class=Response, responses=content("text/plain") | CLOSED)
async def metrics(request: Request) -> Response:
    """Figures, as Prometheus reads them."""
    return PlainTextResponse(service_of(request).metrics())
